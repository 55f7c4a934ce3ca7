"""Owns the messages of the commits of code that the host makes, and whom they name as authors."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.domain.feature import Package


def work_message(package: Package) -> str:
    """Returns the message of the commit that the host makes of uncommitted work."""
    message = _first_line(package)
    if package.claim is not None and package.claim.agent:
        message += f"\n{_co_author(package.claim.agent)}\n"
    return message


def integration_message(package: Package) -> str:
    """Returns the message of the commit that brings a work package into the feature branch."""
    message = _first_line(package)
    if package.claim is not None and package.claim.agent:
        message += "\n" + "".join(f"{_co_author(name)}\n" for name in package.implementers)
    return message


def _first_line(package: Package) -> str:
    title = package.pinned.title if package.pinned else package.id
    return f"{package.id}: {title}\n"


def _co_author(agent: str) -> str:
    """Returns the line by which git tools show an agent as co-author."""
    return f"Co-authored-by: {agent} <{agent}@agents.invalid>"

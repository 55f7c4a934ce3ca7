"""Owns what a reviewer is shown: the submitted work, and everything that is known about it."""

from __future__ import annotations

from spec_kitty.domain.events import ReworkRequested, WorkspacePrepared
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.application.host import Host
    from spec_kitty.domain.feature import CheckRun, Package


class Past(Record):
    """Is what happened before: how the workspace was set up, and what was last sent back."""

    setup: CheckRun | None = None
    returned: ReworkRequested | None = None


class Submitted(Record):
    """Is one submission: what changed from `base` to `head`, and what a reviewer should know."""

    desk: Desk
    package: Package
    base: str
    head: str
    past: Past
    warnings: tuple[str, ...]


def submitted(host: Host, slug: str, package_id: str) -> Submitted:
    """Returns what waits for a review. Raises Refusal (TRANSITION_REJECTED) if nothing does."""
    from spec_kitty.application.telling.explanations import explain

    desk = host.reader.desk(slug)
    desk.require_known(package_id)
    package = desk.feature.package(package_id)
    base, head = package.base_commit, package.head_commit
    if package.lane is not Lane.FOR_REVIEW or base is None or head is None:
        raise Refusal(
            ErrorCode.TRANSITION_REJECTED,
            f"{package_id} has nothing to review. It is {explain(desk, package_id)}",
            from_lane=package.lane.public,
        )
    warnings = (*_moved_on(desk, package), *_uncommitted(host, desk, package))
    return Submitted(desk, package, base, head, _past(host, desk, package), warnings)


def _moved_on(desk: Desk, package: Package) -> tuple[str, ...]:
    tip = desk.package_tip(package.id)
    if tip == package.head_commit:
        return ()
    stands = f"is at {tip[:12]}" if tip else "is gone"
    return (
        f"The branch of {package.id} {stands}, not at what was submitted. It has to be submitted "
        "again before it can be approved: "
        f"spec-kitty agent tasks move-task {package.id} --to for_review",
    )


def _uncommitted(host: Host, desk: Desk, package: Package) -> tuple[str, ...]:
    paths = host.ports.workspaces.uncommitted(desk.slug, package.id)
    if not paths:
        return ()
    more = f" and {len(paths) - 5} more" if len(paths) > 5 else ""
    return (
        f"The workspace holds changes that were not submitted and are not shown here: "
        f"{', '.join(paths[:5])}{more}.",
    )


def _past(host: Host, desk: Desk, package: Package) -> Past:
    """Reads the history, where there may be something in it that the state does not keep."""
    past = Past()
    if desk.settings.worktree.setup is None and package.attempt <= 1:
        return past
    for _, event in host.ports.reading.events(desk.slug):
        match event.fact:
            case WorkspacePrepared(package=package.id, setup=setup) if setup is not None:
                past = past.replace(setup=setup)
            case ReworkRequested(package=package.id) as returned:
                past = past.replace(returned=returned)
    return past

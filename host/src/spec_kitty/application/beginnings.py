"""Owns whether a feature that has no journal here is really new.

Its journal may have been lost, or be in another clone: then everything looks as if nothing had
begun, and a first event would begin a second history. This is asked only where no journal is,
so a feature that has one pays nothing for it.
"""

from __future__ import annotations

from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.ports import Ports

_REMOTE = "refs/spec-kitty-remote/"


def told_begun(ports: Ports, slug: str) -> str | None:
    """Says what shows that a feature without a journal has begun; None for a new one."""
    for worktree in ports.upkeep.own_worktrees():
        if worktree.name.rpartition("-WP")[0] == slug:
            return f"{_no_journal(slug)}, but the host made the workspace {worktree.folder} for it."
    for branch in ports.upkeep.made_branches(slug):
        return f"{_no_journal(slug)}, but the host made the branch {branch} for it."
    for ref, feature in ports.upkeep.remote_journals():
        if feature == slug and ports.branches.value(ref) is not None:
            remote = ref.removeprefix(_REMOTE).rpartition("/")[0]
            return f"{_no_journal(slug)} in this clone, but {remote} has one, fetched as {ref}."
    return None


def require_new(ports: Ports, slug: str) -> None:
    """Refuses (JOURNAL_DAMAGED) to begin a journal where there was one, or is one elsewhere."""
    said = told_begun(ports, slug)
    if said is not None:
        raise Refusal(
            ErrorCode.JOURNAL_DAMAGED,
            f"{said} A new one would begin everything anew, so nothing was changed. "
            "'spec-kitty doctor' says what to do to bring it back.",
        )


def _no_journal(slug: str) -> str:
    return f"There is no journal of {slug}"

"""Owns whether a workspace is fit to be taken as work: it stands, and git is not half-way in it."""

from __future__ import annotations

from spec_kitty.domain.decisions.rules import rejected
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.application.ports import Workspaces

_GIVING_UP = {
    "bisect": "git bisect reset",
    "cherry-pick or revert": "git cherry-pick --abort, or git revert --abort",
}


def require_finished(workspaces: Workspaces, slug: str, package: str) -> None:
    """Refuses a workspace in which somebody began a git command that shows other files."""
    unfinished = workspaces.unfinished(slug, package)
    if unfinished is None:
        return
    give_up = _GIVING_UP.get(unfinished, f"git {unfinished} --abort")
    raise rejected(
        f"A git {unfinished} is under way in the workspace of {package}. Finish it or give it up "
        f"there ({give_up}), then try again.",
        guard="unfinished_operation",
        operation=unfinished,
    )


def require_standing(workspaces: Workspaces, desk: Desk, package: str) -> None:
    """Refuses to go on without a workspace that stood: what was in it may be somewhere else."""
    if not desk.feature.package(package).workspace_ready:
        return
    raise Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"The workspace {workspaces.path(desk.slug, package)} is not there any more, and what was "
        "not committed in it would be left out. Bring it back with 'spec-kitty doctor --fix' (its "
        f"holder also: 'spec-kitty implement {package}'), put lost files into it, then submit.",
        reason="gone",
    )

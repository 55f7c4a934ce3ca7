"""Owns how plans are begun: which files are written where, and what their owner does next."""

from __future__ import annotations

from spec_kitty.domain.planning.plan import feature_folder
from spec_kitty.domain.planning.settings import SETTINGS_PATH
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.host import Host

SETTINGS_FOLDER = ".kittify"


class Begun(Record):
    """Says what was written, and what is to be committed on which branch for it to count.

    `elsewhere` says what to do where another branch is checked out than that.
    """

    written: tuple[str, ...]
    to_commit: tuple[str, ...]
    branch: str
    slug: str | None = None
    elsewhere: str | None = None

    @property
    def message(self) -> str:
        """Returns the subject for the commit."""
        return f"Plan {self.slug}" if self.slug else "Set up spec-kitty"


def initialise(host: Host) -> Begun:
    """Writes the settings file and hides workspaces from `git status`; twice is as good as once."""
    written = host.ports.drafts.initialise()
    branch = planning_branch(host)
    to_commit = _uncommitted_settings(host, branch)
    return Begun(written, to_commit, branch, elsewhere=_told_elsewhere(host, branch))


def _told_elsewhere(host: Host, branch: str) -> str | None:
    """Says what to do where what was written does not count on the branch of plans."""
    ref = f"refs/heads/{branch}"
    is_born = host.ports.branches.value(ref) is not None
    if is_born and host.ports.plans.is_project(ref):
        return None
    return host.project.told_elsewhere(branch)


def create_feature(host: Host, title: str, number: int | None) -> Begun:
    """Writes the first files of a feature into the main checkout, for its owner to fill in.

    Raises Refusal: USAGE_ERROR, PREFLIGHT_FAILED, ENVIRONMENT_UNSUPPORTED.
    """
    drafts = host.ports.drafts
    drafts.require_main_checkout()
    branch = planning_branch(host)
    _require_checked_out(host, branch)
    taken = (*committed_slugs(host, branch), *host.ports.reading.slugs())
    made = drafts.create_feature(title, taken, number)
    to_commit = (*_uncommitted_settings(host, branch), feature_folder(made.slug))
    return Begun(made.paths, to_commit, branch, made.slug)


def planning_branch(host: Host) -> str:
    """Returns the branch on which plans are committed, also where it has no commit yet."""
    return host.project.planning_branch()


def committed_slugs(host: Host, branch: str) -> tuple[str, ...]:
    """Returns the features that are committed on a branch; none where it has no commit yet."""
    ref = f"refs/heads/{branch}"
    return host.ports.plans.slugs(ref) if host.ports.branches.value(ref) is not None else ()


def _uncommitted_settings(host: Host, branch: str) -> tuple[str, ...]:
    left = host.ports.drafts.uncommitted(f"refs/heads/{branch}", SETTINGS_FOLDER)
    return tuple(path for path in left if path == SETTINGS_PATH)


def _require_checked_out(host: Host, branch: str) -> None:
    head = host.ports.branches.head_branch()
    if head == branch:
        return
    there = f"'{head}'" if head else "no branch"
    raise Refusal(
        ErrorCode.PREFLIGHT_FAILED,
        f"Features are planned on {branch}, but {there} is checked out. Change to it: "
        f"git switch {branch}",
        branch=branch,
    )

"""Owns whether the workspaces of work packages under way are as their holders need them.

A workspace that a command is making, or a removal that is at work, is none of its business.
"""

from __future__ import annotations

from shlex import quote

from spec_kitty.application.doctor.examinations import journals
from spec_kitty.application.doctor.findings import Finding, Kind
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import package_branch, workspace_name
from spec_kitty.domain.record import Record
from spec_kitty.domain.upkeep import Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.doctor.subject import Premises, Subject
    from spec_kitty.domain.feature import Package
    from spec_kitty.domain.upkeep import Condition, OwnWorktree

_HELD = (Lane.IN_PROGRESS, Lane.FOR_REVIEW)
_EMPTY_TREES = (
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
)


class _Told(Record):
    """Is what is said of a shape: `{folder}`, `{other}`, `{branch}` stand for what was found."""

    kind: Kind
    message: str
    remedy: str
    commands: tuple[str, ...]
    act: str | None = None


_START = ("{start}",)
# Where git does not call it as the operation is called.
_ABORTED = {"bisect": "bisect reset", "cherry-pick or revert": "cherry-pick --abort"}
_GO_BACK = (
    "puts it back on {branch}; the files stay as they are, and commits that no branch has are kept "
    "under refs/spec-kitty-salvage/"
)


_TOLD = {
    Shape.MISSING: _Told(
        Kind.WORKSPACE_MISSING,
        "Its workspace {folder} is not there any more, deleted or moved by hand.",
        "If you moved it, move it back. Else start it again:",
        _START,
        "makes it again at its branch, copied files and set-up included; if you moved it, move it "
        "back instead",
    ),
    Shape.EMPTIED: _Told(
        Kind.WORKSPACE_EMPTIED,
        "Its workspace {folder} is empty.",
        "Bring the files back:",
        ("git -C {quoted} restore .",),
        "writes the files of its branch into it again",
    ),
    Shape.MOVED: _Told(
        Kind.WORKSPACE_MOVED,
        "Its workspace was moved to {other}.",
        "Move it back:",
        ("git worktree move --force --force {other_quoted} {quoted}",),
        "moves it back to {folder}, with all that is in it",
    ),
    Shape.DISPLACED: _Told(
        Kind.WORKSPACE_MOVED,
        "Its workspace was moved to {other}, and something else stands at {folder}.",
        "Move that away, then let the workspace be moved back:",
        ("spec-kitty doctor --fix",),
    ),
    Shape.OPERATION: _Told(
        Kind.WORKSPACE_OPERATION,
        "A {other} is under way in its workspace {folder}.",
        "If nobody is at it any more, finish it there or give it up:",
        ("git -C {quoted} {abort}",),
    ),
    Shape.POINTER: _Told(
        Kind.WORKSPACE_POINTER,
        "{folder}/.git is not what links its workspace with this repository.",
        "Start it again:",
        _START,
        "writes the link anew; a repository that stands there is put aside, the files stay",
    ),
    Shape.UNREGISTERED: _Told(
        Kind.WORKSPACE_REGISTRATION,
        "Git does not know its workspace {folder} any more.",
        "Start it again:",
        _START,
        "registers it again; the files stay as they are",
    ),
    Shape.REGISTRATION: _Told(
        Kind.WORKSPACE_REGISTRATION,
        "What git knows of its workspace {folder} was changed.",
        "Start it again:",
        _START,
        "puts the registration right; the files stay as they are",
    ),
    Shape.HALF: _Told(
        Kind.WORKSPACE_HALF,
        "A command was interrupted while it wrote the files of its workspace {folder}.",
        "Start it again:",
        _START,
        "writes the rest of them",
    ),
    Shape.HEAD: _Told(
        Kind.WORKSPACE_HEAD,
        "Its workspace {folder} is on {other}, not on the branch {branch}.",
        "Keep what was committed there, then go back:",
        ("git -C {quoted} branch {branch}-as-found", "git -C {quoted} switch {branch}"),
    ),
    Shape.IN_THE_WAY: _Told(
        Kind.WORKSPACE_IN_THE_WAY,
        "{other} is in the way of its workspace and was not made by the host.",
        "Move it away or delete it, then start it again:",
        _START,
    ),
}


def workspaces(subject: Subject) -> Iterator[Finding]:
    """Looks at the workspace of each work package that somebody holds."""
    feature = subject.feature
    if feature is None or feature.merged or subject.is_delivering or subject.intent is not None:
        return
    for package in feature.packages.values():
        stands = package.came_from if package.lane is Lane.BLOCKED else package.lane
        if stands is Lane.CANCELED or _is_being_made(subject, package):
            continue
        if package.workspace_ready:
            yield from _workspace(subject, package, is_held=stands in _HELD)
        elif package.lane is Lane.IN_PROGRESS:
            yield _unfinished(subject, package)


def _is_being_made(subject: Subject, package: Package) -> bool:
    return subject.ports.upkeep.is_at_work(subject.slug, f"{package.id}.workspace")


def _workspace(subject: Subject, package: Package, is_held: bool) -> Iterator[Finding]:
    """Looks at one workspace; where nobody works, only whether it leads git elsewhere."""
    condition = subject.ports.upkeep.condition(subject.slug, package.id)
    told = _TOLD.get(condition.shape)
    if not is_held and condition.shape is not Shape.POINTER:
        return
    if told is None or _is_rightly_empty(subject, package, condition):
        return
    if condition.shape is Shape.HEAD and _branch_tip(subject, package) is None:
        # The branch is what is wrong.
        return
    if _can_go_back(subject, package, condition):
        told = told.replace(act=_GO_BACK)
    words = _words(subject, package, condition)
    yield Finding(
        told.kind,
        f"{package.id}: {told.message.format_map(words)}",
        subject.slug,
        package.id,
        condition.folder,
        told.remedy,
        tuple(command.format_map(words) for command in told.commands),
        told.act.format_map(words) if told.act else None,
    )


def _is_rightly_empty(subject: Subject, package: Package, condition: Condition) -> bool:
    if condition.shape is not Shape.EMPTIED:
        return False
    tip = _branch_tip(subject, package)
    return tip is not None and subject.ports.branches.tree_of(tip) in _EMPTY_TREES


def _can_go_back(subject: Subject, package: Package, condition: Condition) -> bool:
    """Says whether a detached HEAD holds all of the branch, so that no file would be taken back."""
    head = condition.other or ""
    if condition.shape is not Shape.HEAD or subject.ports.branches.value(head) != head:
        return False
    tip = _branch_tip(subject, package)
    return tip is not None and subject.ports.branches.is_ancestor(tip, head)


def _branch_tip(subject: Subject, package: Package) -> str | None:
    return subject.ports.branches.value(package_branch(subject.slug, package.id))


def _words(subject: Subject, package: Package, condition: Condition) -> dict[str, str]:
    other = condition.other or ""
    return {
        "folder": condition.folder,
        "quoted": quote(condition.folder),
        "other": other,
        "other_quoted": quote(other),
        "branch": workspace_name(subject.slug, package.id),
        "start": _start(subject, package),
        "abort": _ABORTED.get(other, f"{other} --abort"),
    }


def _start(subject: Subject, package: Package) -> str:
    actor = f" --actor {quote(package.claim.actor)}" if package.claim else ""
    return f"spec-kitty implement {package.id} --feature {subject.slug}{actor}"


def _unfinished(subject: Subject, package: Package) -> Finding:
    holder = package.claim.actor if package.claim else "nobody"
    stands = subject.ports.upkeep.condition(subject.slug, package.id).shape is Shape.SOUND
    older = " Or the journal is older than its workspace, from a backup say." if stands else ""
    return Finding(
        Kind.WORKSPACE_UNFINISHED,
        f"{package.id}: {holder} claimed it (attempt {package.attempt}), but the start did not get "
        f"as far as its workspace.{older}",
        subject.slug,
        package.id,
        remedy=f"The same start again finishes it. If {holder} is gone, release it:",
        commands=(
            f"spec-kitty agent tasks move-task {package.id} --to planned --note <reason> "
            f"--feature {subject.slug}",
        ),
    )


def finished_workspaces(premises: Premises) -> Iterator[Finding]:
    """Looks for workspaces of the host's that nobody needs, or that no journal knows."""
    gone: set[str] = set()
    for worktree in premises.ports.upkeep.own_worktrees():
        slug, separator, digits = worktree.name.rpartition("-WP")
        package_id = f"WP{digits}"
        subject = premises.subjects.get(slug) if separator else None
        if slug in premises.unreadable:
            continue
        feature = subject.feature if subject else None
        package = feature.packages.get(package_id) if feature else None
        if feature is None and separator:
            if slug not in gone:
                yield journals.gone(premises, slug, worktree.folder)
            gone.add(slug)
        elif subject is None or package is None:
            yield _of_nothing(worktree, slug if subject else None)
        elif subject.is_delivering or subject.intent is not None:
            continue
        elif not subject.is_open:
            yield _of_merged(worktree, slug, package_id)
        elif package.lane is Lane.CANCELED:
            yield _of_canceled(worktree, slug, package_id)


def _of_merged(worktree: OwnWorktree, slug: str, package: str) -> Finding:
    return Finding(
        Kind.WORKSPACE_FINISHED,
        f"{package}: its workspace {worktree.folder} is still there, but {slug} is merged.",
        slug,
        package,
        worktree.folder,
        "Let the merge clean up:",
        (f"spec-kitty merge --feature {slug}",),
        "keeps what is not merged under refs/spec-kitty-salvage/, then removes workspace and "
        "branch",
    )


def _of_canceled(worktree: OwnWorktree, slug: str, package: str) -> Finding:
    return Finding(
        Kind.WORKSPACE_FINISHED,
        f"{package}: its workspace {worktree.folder} is still there, but it is canceled.",
        slug,
        package,
        worktree.folder,
        "Look what is in it, then remove it:",
        _removal(worktree),
    )


def _of_nothing(worktree: OwnWorktree, slug: str | None) -> Finding:
    return Finding(
        Kind.WORKSPACE_OF_NOTHING,
        f"{worktree.folder} is registered as a workspace, but no journal knows {worktree.name}.",
        slug,
        place=worktree.folder,
        remedy="Look what is in it, then remove it:",
        commands=_removal(worktree),
    )


def _removal(worktree: OwnWorktree) -> tuple[str, ...]:
    folder = quote(worktree.folder)
    return (f"git worktree remove --force --force {folder}",)

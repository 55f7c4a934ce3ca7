"""Owns whether the workspaces of work packages under way are as their holders need them.

A workspace that a command is making, or a removal that is at work, is none of its business.
"""

from __future__ import annotations

from shlex import quote

from spec_kitty.application.doctor.examinations.workspace_shapes import GO_BACK, TOLD
from spec_kitty.application.doctor.findings import Finding, Kind
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import package_branch, workspace_name
from spec_kitty.domain.upkeep import Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.doctor.subject import Subject
    from spec_kitty.domain.feature import Package
    from spec_kitty.domain.upkeep import Condition

_HELD = (Lane.IN_PROGRESS, Lane.FOR_REVIEW)
_EMPTY_TREES = (
    "4b825dc642cb6eb9a060e54bf8d69288fbee4904",
    "6ef19b41225c5369f1c104d45d8d85efa9b057b53b14b4b9b939dd74decc5321",
)


# Where git does not call it as the operation is called.
_ABORTED = {"bisect": "bisect reset", "cherry-pick or revert": "cherry-pick --abort"}


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
    told = TOLD.get(condition.shape)
    if not is_held and condition.shape is not Shape.POINTER:
        return
    if told is None or _is_rightly_empty(subject, package, condition):
        return
    if condition.shape is Shape.HEAD and _branch_tip(subject, package) is None:
        # The branch is what is wrong.
        return
    if _can_go_back(subject, package, condition):
        told = told.replace(act=GO_BACK)
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
        "keep": _keeping(subject, package, condition) if condition.shape is Shape.HEAD else "",
        "start": _start(subject, package),
        "abort": _ABORTED.get(other, f"{other} --abort"),
    }


def _keeping(subject: Subject, package: Package, condition: Condition) -> str:
    """Returns how a command begins that leaves a HEAD which no branch may hold."""
    head = condition.other or ""
    if subject.ports.branches.value(head) != head:
        return ""
    name = f"{workspace_name(subject.slug, package.id)}-as-found-{head[:7]}"
    return f"git -C {quote(condition.folder)} branch {name} {head} && "


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

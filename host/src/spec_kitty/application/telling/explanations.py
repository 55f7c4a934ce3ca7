"""Owns why a work package is where it is: one sentence each, with the next step."""

from __future__ import annotations

from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.plan import told_gone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.domain.feature import Package

# A sentence stays one that is read, however much a work package waits for.
MAX_NAMES = 10


def explain(desk: Desk, package_id: str) -> str:
    """Returns one sentence that says why the work package is not further than it is."""
    package = desk.feature.package(package_id)
    if desk.feature.merged:
        return f"{package.lane.public}: {desk.slug} is merged into {desk.feature.target_branch}."
    if package.lane is Lane.PLANNED:
        return f"{package.lane.public}: {_planned(desk, package)}"
    return f"{package.lane.public}: {_REASONS[package.lane](package)}"


def _planned(desk: Desk, package: Package) -> str:
    if desk.feature.merging:
        return (
            f"the merge of {desk.slug} has begun, and nothing starts before it has ended. If it "
            "was interrupted, merge again: spec-kitty merge"
        )
    planned = desk.plan.package(package.id)
    errors = desk.plan_errors.get(package.id)
    if errors:
        return f"its plan has an error: {errors[0]}"
    if planned is None:
        return told_gone(desk.feature) if desk.plan.is_gone else "it is not in the plan any more."
    if package.claim is not None:
        return f"it is held by {package.claim.actor}, who can start it again."
    waiting = [name for name in planned.dependencies if not _is_done(desk, name)]
    canceled = [n for n in waiting if desk.feature.package(n).lane is Lane.CANCELED]
    if canceled:
        return (
            f"it depends on {_listed(canceled)}, which was canceled and will never be done. "
            "Take that out of its dependencies, or bring it back (--to planned --force)."
        )
    if waiting:
        told = [f"{n} ({desk.feature.package(n).lane.public})" for n in waiting]
        return f"it waits for {_listed(told)}."
    released = f" It was released: {package.reason}." if package.reason else ""
    return f"it is ready.{released} Start it: spec-kitty implement {package.id}"


def _in_progress(package: Package) -> str:
    claim, rework = package.claim, package.rework
    who = claim.actor if claim else "nobody"
    if claim and claim.agent:
        who += f" ({claim.agent})"
    since = f" since {claim.at[:16]}" if claim else ""
    told = f"{who} works on it{since}, attempt {package.attempt}"
    if rework is None:
        return f"{told}."
    if rework.conflict is not None:
        files = ", ".join(path.path for path in rework.conflict.paths[:5])
        other = rework.conflict.other_package or "the feature"
        return f"{told}, to solve the conflict with {other} in {files}."
    reason = rework.note or rework.reference or rework.cause.value
    return f"{told}, to answer the {rework.cause.value.replace('_', ' ')}: {_short(reason)}"


def _for_review(package: Package) -> str:
    head = (package.head_commit or "")[:12]
    if package.review is not None:
        return f"{package.review.actor} reviews {head} since {package.review.at[:16]}."
    return f"{head} waits for a reviewer: spec-kitty review {package.id}"


def _done(package: Package) -> str:
    commit = (package.integrated_commit or "")[:12]
    by = f", approved by {package.verdict.reviewer}" if package.verdict else ""
    return f"it is part of the feature branch since {commit}{by}."


def _blocked(package: Package) -> str:
    origin = (package.came_from or Lane.PLANNED).public
    return (
        f"{_short(package.reason or 'no reason given')} It goes on with "
        f"spec-kitty agent tasks move-task {package.id} --to {origin} (or planned)."
    )


def _canceled(package: Package) -> str:
    return (
        f"{_short(package.reason or 'no reason given')} A person can bring it back with "
        f"spec-kitty agent tasks move-task {package.id} --to planned --force --note '…'."
    )


_REASONS = {
    Lane.IN_PROGRESS: _in_progress,
    Lane.FOR_REVIEW: _for_review,
    Lane.DONE: _done,
    Lane.BLOCKED: _blocked,
    Lane.CANCELED: _canceled,
}


def _is_done(desk: Desk, package_id: str) -> bool:
    return desk.feature.package(package_id).lane is Lane.DONE


def _listed(names: list[str]) -> str:
    left = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {left} more" if left > 0 else "")


def _short(text: str) -> str:
    from spec_kitty.application.telling.sentences import printable

    line = printable(text, 200)
    return line if line.endswith((".", "!", "?")) else f"{line}."

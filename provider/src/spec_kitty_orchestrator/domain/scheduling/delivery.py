"""Owns the last steps of a run, once every work package is settled: accept, reopen, merge."""

from spec_kitty_orchestrator.domain.feature import Lane
from spec_kitty_orchestrator.domain.run.records import Ended, Step, StepRefused
from spec_kitty_orchestrator.domain.run.refusals import (
    MAX_REPEATS,
    Consequence,
    consequence,
    wait_seconds,
)
from spec_kitty_orchestrator.domain.scheduling.actions import Accept, Action, Finish, Merge, Reopen
from spec_kitty_orchestrator.domain.scheduling.view import View

_UNSETTLED = (
    f"The feature was accepted {MAX_REPEATS + 1} times, and each time that was withdrawn before it"
    " was merged: the target branch moves on faster. Let it rest for a moment, or merge by hand."
)
_TARGET_MOVED = ("target_moved", "not_accepted")


def is_delivered(view: View) -> bool:
    """Says whether the run has brought the feature as far as it was asked to."""
    return view.feature.merged or (
        view.feature.is_settled and view.feature.accepted and not view.run.merge
    )


def is_merging(view: View) -> bool:
    """Says whether a merge broke off that the run has to end, whatever the plan says by now."""
    return view.feature.merging and view.run.merge


def deliver(view: View) -> tuple[Action | None, float | None]:
    """Returns the next step of a settled feature, or when to look again."""
    step = _next_step(view)
    due: Action = Merge() if step is Step.MERGE else Accept()
    refusal = view.memory.refusal("", step)
    if refusal is None:
        unsettled = step is Step.ACCEPT and view.memory.accepted > MAX_REPEATS
        return (Finish(Ended.NEEDS_PERSON, (_UNSETTLED,)) if unsettled else due), None
    return _after_refusal(view, due, refusal)


def _next_step(view: View) -> Step:
    """Returns the step; a merge that found another target asks for a new acceptance first."""
    refusal = view.memory.refusal("", Step.MERGE)
    if is_merging(view):
        return Step.MERGE
    if not view.feature.accepted:
        return Step.ACCEPT
    if refusal is not None and refusal.reason in _TARGET_MOVED and _may_repeat(view, Step.MERGE):
        return Step.ACCEPT
    return Step.MERGE


def _may_repeat(view: View, step: Step) -> bool:
    return view.memory.refused_times.get(("", step), 1) <= MAX_REPEATS


def _after_refusal(view: View, due: Action, refusal: StepRefused) -> tuple[Action, float | None]:
    times = view.memory.refused_times.get(("", refusal.step), 1)
    if refusal.reopen is not None and view.feature.knows(refusal.reopen):
        return _reopen(view, refusal, refusal.reopen), None
    if consequence(refusal) is Consequence.RETRY and _may_repeat(view, refusal.step):
        return due, refusal.at + wait_seconds(times)
    return Finish(Ended.NEEDS_PERSON, (refusal.message,)), None


def _reopen(view: View, refusal: StepRefused, package_id: str) -> Action:
    """Sends the named work package back, as often as it may come back from review."""
    package = view.feature.package(package_id)
    refused = view.memory.refusal(package_id, Step.REOPEN)
    times = view.memory.reopened.get(package_id, 0)
    if refused is not None:
        return Finish(Ended.NEEDS_PERSON, (refused.message,))
    if package.lane is not Lane.DONE or times >= view.limits.max_review_rounds:
        why = f"{refusal.message} ({package_id} was reopened {times} times.)"
        return Finish(Ended.NEEDS_PERSON, (why,))
    return Reopen(package_id, refusal.message)

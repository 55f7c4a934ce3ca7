"""Owns what a run does next: the view of one moment goes in, actions come out.

Each work package says what is due for it (`stages.py`); here that is fitted to the places, the
budget, the wish to stop, and to what else runs. Nothing is remembered from call to call.
"""

import re
from dataclasses import dataclass, replace

from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import Package
from spec_kitty_orchestrator.domain.run.records import Ended, Step
from spec_kitty_orchestrator.domain.run.refusals import Consequence, consequence
from spec_kitty_orchestrator.domain.scheduling.actions import (
    Action,
    Block,
    ClaimReview,
    EndAttempt,
    Finish,
    GiveVerdict,
    Launch,
    Start,
    Submit,
)
from spec_kitty_orchestrator.domain.scheduling.delivery import deliver, is_delivered, is_merging
from spec_kitty_orchestrator.domain.scheduling.foresight import foresee
from spec_kitty_orchestrator.domain.scheduling.stages import NeedsPerson, Stage, Waiting, stage
from spec_kitty_orchestrator.domain.scheduling.view import View


@dataclass(frozen=True, slots=True)
class Schedule:
    """Is what to do now, and when at the latest to look again; `needs` says why a person is."""

    actions: tuple[Action, ...]
    wake_at: float | None = None
    needs: tuple[str, ...] = ()


def schedule(view: View) -> Schedule:
    """Returns what is to be done in this moment of the run."""
    if is_delivered(view) and not (view.busy or view.memory.running):
        return Schedule((Finish(Ended.DONE),))
    halt = _halt(view)
    if halt is not None:
        return _wind_down(view, halt)
    stages = stages_of(view)
    actions: list[Action] = [due for due in stages.values() if isinstance(due, _UNLIMITED)]
    foresight = foresee(view.memory, view.now)
    actions += _placed(view, stages, foresight.soon)
    waits = [due.until for due in stages.values() if isinstance(due, Waiting) and due.until]
    needs = tuple(due.why for due in stages.values() if isinstance(due, NeedsPerson))
    if actions or view.busy or view.memory.running:
        if foresight.look_again_at is not None and _has(stages, Start):
            waits.append(foresight.look_again_at)
        return Schedule(tuple(actions), min(waits, default=None), needs)
    if view.feature.is_settled or is_merging(view):
        due, until = deliver(view)
        later = until is not None and until > view.now
        return Schedule((), until) if later or due is None else Schedule((due,))
    if waits:
        return Schedule((), min(waits), needs)
    left = needs or tuple(due.why for due in stages.values() if isinstance(due, Waiting))
    return Schedule((Finish(Ended.NEEDS_PERSON, left or (_NOTHING,)),), None, needs)


_NOTHING = "The feature has no work package that is done, and none that can start."

# What takes no agent's place is done as soon as it is due.
_UNLIMITED = (Submit, ClaimReview, GiveVerdict, Block, EndAttempt)


def stages_of(view: View) -> dict[str, Stage]:
    """Returns what is due for each work package that no call is under way for."""
    return {
        package.id: stage(view, package)
        for package in view.feature.packages
        if package.id not in view.busy
    }


def _has(stages: dict[str, Stage], kind: type[Start]) -> bool:
    return any(isinstance(due, kind) for due in stages.values())


def _placed(view: View, stages: dict[str, Stage], soon: int) -> list[Action]:
    """Returns the launches and claims for which there is a place, the longest path first.

    `soon` is how many places are about to become free: what is claimed for them waits its turn.
    """
    free = view.limits.max_concurrent - len(view.memory.running)
    due = [package for package in view.feature.packages if package.id in stages]
    launches = [p for p in due if isinstance(stages[p.id], Launch)]
    launches.sort(key=lambda each: _urgency(each, stages[each.id]))
    placed: list[Stage] = []
    for each in launches[: max(free, 0)]:
        placed.append(_beside(view, each, placed))
    claimed = len(launches) + sum(step is Step.START for step in view.busy.values())
    free += soon - claimed
    starts = [p for p in due if isinstance(stages[p.id], Start)]
    while starts and free > 0:
        running = _running_now(view, placed)
        starts.sort(key=lambda each: (_overlaps(view, each.id, running), _urgency(each, None)))
        placed.append(_beside(view, starts.pop(0), placed))
        free -= 1
    return [each for each in placed if isinstance(each, Launch | Start)]


def _beside(view: View, package: Package, placed: list[Stage]) -> Stage:
    """Returns what is due for a work package, given who is occupied by what was placed before."""
    chosen = tuple(each.agent for each in placed if isinstance(each, Launch | Start))
    return stage(replace(view, chosen=chosen), package)


def _urgency(package: Package, due: Stage | None) -> tuple[int, bool, list[tuple[int, str]]]:
    """Orders by the longest remaining path, then reviews first, then by natural id."""
    review = isinstance(due, Launch) and due.role is Role.REVIEW
    return (-package.remaining_minutes, not review, natural(package.id))


def natural(package_id: str) -> list[tuple[int, str]]:
    """Returns a key that sorts WP9 before WP10."""
    parts = re.findall(r"\d+|\D+", package_id)
    return [(int(part), "") if part.isdigit() else (-1, part) for part in parts]


def _running_now(view: View, placed: list[Stage]) -> set[str]:
    begun = {each.started.package for each in view.memory.running} | set(view.busy)
    return begun | {each.package for each in placed if isinstance(each, Launch | Start)}


def _overlaps(view: View, package_id: str, running: set[str]) -> bool:
    """Says whether something that runs may touch the same files: it waits behind what may not."""
    return any(
        (pair.first == package_id and pair.second in running)
        or (pair.second == package_id and pair.first in running)
        for pair in view.overlaps
    )


def _halt(view: View) -> Finish | None:
    """Returns how the run is to end before its work is done, None while it goes on."""
    for refusal in view.memory.refusals.values():
        if consequence(refusal) is Consequence.STOP:
            return Finish(Ended.REFUSED, (refusal.message,))
    if view.stopping_since is not None:
        return Finish(Ended.INTERRUPTED, ("The run was stopped before the feature was done.",))
    spent = _over_budget(view)
    return Finish(Ended.BUDGET, (spent,)) if spent and not view.feature.is_settled else None


def _over_budget(view: View) -> str | None:
    usage, limits = view.memory.usage, view.limits
    if limits.budget_tokens is not None and usage.tokens >= limits.budget_tokens:
        return f"The budget of {limits.budget_tokens:,} tokens is used up ({usage.tokens:,})."
    if limits.budget_usd is not None and (usage.cost_usd or 0.0) >= limits.budget_usd:
        return f"The budget of ${limits.budget_usd:.2f} is used up (${usage.cost_usd:.2f})."
    return None


def _wind_down(view: View, halt: Finish) -> Schedule:
    """Starts nothing more, keeps what was done, and ends what runs when its time has come."""
    stages = stages_of(view)
    kept = tuple(due for due in stages.values() if isinstance(due, Submit | EndAttempt))
    if halt.ended is Ended.REFUSED:
        kept = tuple(due for due in kept if isinstance(due, EndAttempt))
    running = view.memory.running
    graced = halt.ended is Ended.INTERRUPTED and not view.stop_now
    deadline = (view.stopping_since or view.now) + view.limits.grace_seconds
    if running and graced and deadline > view.now:
        return Schedule(kept, deadline)
    ended = {each.id for each in kept if isinstance(each, EndAttempt)}
    ends = [EndAttempt(a.started.id, halt.reasons[0]) for a in running if a.started.id not in ended]
    # A call of the host may take as long as the project's checks: nobody who wants to stop now
    # waits for that.
    if kept or ends or running or (view.busy and not view.stop_now):
        return Schedule((*kept, *ends))
    return Schedule((halt,))

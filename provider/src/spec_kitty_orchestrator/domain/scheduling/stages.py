"""Owns what is due for one work package: the next step, or why there is none.

It looks at one work package at a time. Whether there is room for the step now, and whether the
run is still meant to go on, is decided in `schedule.py`.
"""

import zlib
from dataclasses import dataclass

from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import SETTLED, Lane, Package
from spec_kitty_orchestrator.domain.run.failures import ANSWERS, Failure, delay_seconds
from spec_kitty_orchestrator.domain.run.memory import Attempt, Spent, base_of
from spec_kitty_orchestrator.domain.run.records import Step
from spec_kitty_orchestrator.domain.run.refusals import (
    MAX_REPEATS,
    Consequence,
    consequence,
    wait_seconds,
)
from spec_kitty_orchestrator.domain.scheduling.actions import (
    Block,
    ClaimReview,
    EndAttempt,
    GiveVerdict,
    Launch,
    Start,
    Submit,
)
from spec_kitty_orchestrator.domain.scheduling.choosing import Chosen, Later, Nobody, choose
from spec_kitty_orchestrator.domain.scheduling.keys import step_key
from spec_kitty_orchestrator.domain.scheduling.view import View
from spec_kitty_orchestrator.domain.verdict import unstructured

# So often in a row a rate limit is waited for before it counts as a failure.
MAX_PAUSES = 10
# So often a step may be done without the host's state showing it.
MAX_REPLAYS = 5


@dataclass(frozen=True, slots=True)
class Waiting:
    """Says that time, or somebody else in the run, brings the next step; `until` is a time."""

    why: str
    until: float | None = None


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    why: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Says that the work package is done or canceled."""


Stage = (
    Start
    | Launch
    | Submit
    | ClaimReview
    | GiveVerdict
    | Block
    | EndAttempt
    | Waiting
    | NeedsPerson
    | Settled
)


def stage(view: View, package: Package) -> Stage:
    """Returns what is due for a work package."""
    running = [each for each in view.memory.running if each.started.package == package.id]
    if running:
        return _running(view, package, running[0])
    if package.lane in SETTLED:
        return Settled()
    if package.lane is Lane.BLOCKED:
        return NeedsPerson(f"{package.id} is blocked: {package.reason or 'no reason was given'}")
    if package.lane is Lane.PLANNED:
        return _planned(view, package)
    if not view.is_ours(package):
        holder = package.claimed_by or "nobody"
        return NeedsPerson(f"{package.id} is {package.lane} and held by {holder}, not by this run.")
    if package.lane is Lane.IN_PROGRESS:
        return _in_progress(view, package)
    return _for_review(view, package)


def _running(view: View, package: Package, attempt: Attempt) -> Stage:
    """Ends an attempt whose work package went on without it."""
    lane = Lane.IN_PROGRESS if attempt.started.role is Role.IMPLEMENT else Lane.FOR_REVIEW
    if package.lane is lane and view.is_ours(package):
        if attempt.started.attempt == package.attempt and _is_its_review(view, package, attempt):
            return Waiting(f"{attempt.started.agent} works on it")
    return EndAttempt(
        attempt.started.id, f"{package.id} was taken over by somebody else; its work is kept."
    )


def _is_its_review(view: View, package: Package, attempt: Attempt) -> bool:
    """Says whether a review is still this run's, and of what is submitted now."""
    if attempt.started.role is not Role.REVIEW:
        return True
    is_ours = package.reviewer in (None, view.run.actor)
    return is_ours and attempt.started.head == package.head_commit


def _planned(view: View, package: Package) -> Stage:
    if package.problems:
        return NeedsPerson(f"The plan of {package.id} is broken: {package.problems[0]}")
    if package.claimed_by is not None and not view.is_ours(package):
        return NeedsPerson(f"{package.id} is held by {package.claimed_by}, not by this run.")
    if not package.ready and package.claimed_by is None:
        return _waits_for(view, package)
    choice = choose(view, package, Role.IMPLEMENT)
    if isinstance(choice, Chosen):
        return _unless_refused(view, package, Step.START, Start(package.id, choice.agent))
    return _nobody(choice)


def _waits_for(view: View, package: Package) -> Stage:
    known = [name for name in package.dependencies if view.feature.knows(name)]
    canceled = [n for n in known if view.feature.package(n).lane is Lane.CANCELED]
    if canceled:
        return NeedsPerson(
            f"{package.id} depends on {canceled[0]}, which is canceled. Restore that, or change"
            " the plan."
        )
    undone = [name for name in known if view.feature.package(name).lane is not Lane.DONE]
    if not undone:
        return Waiting(
            f"{package.id} cannot start: spec-kitty why {package.id} says what it waits for."
        )
    return Waiting(f"{package.id} waits for {', '.join(undone)}")


def _in_progress(view: View, package: Package) -> Stage:
    exhausted = _exhausted(view, package)
    if exhausted is not None:
        return _unless_refused(view, package, Step.BLOCK, Block(package.id, exhausted))
    last = view.last(package, Role.IMPLEMENT)
    if last is not None and last.failure is None:
        return _unless_refused(view, package, Step.SUBMIT, Submit(package.id, last.started.agent))
    return _again(view, package, Role.IMPLEMENT, last)


def _for_review(view: View, package: Package) -> Stage:
    actor = view.run.actor
    if package.reviewer not in (None, actor):
        return NeedsPerson(f"{package.id} is being reviewed by {package.reviewer}.")
    moved = view.memory.refusal(package.id, Step.VERDICT)
    if moved is not None and moved.reason == "branch_moved" and package.agent is not None:
        return _unless_refused(view, package, Step.SUBMIT, Submit(package.id, package.agent))
    if package.reviewer is None or package.reviewed_head != package.head_commit:
        choice = choose(view, package, Role.REVIEW)
        if not isinstance(choice, Chosen):
            return _nobody(choice)
        claim = ClaimReview(package.id, choice.agent)
        return _unless_refused(view, package, Step.CLAIM_REVIEW, claim)
    last = view.last(package, Role.REVIEW)
    if last is not None and last.ended is not None:
        verdict = last.ended.verdict
        if verdict is None and last.failure is Failure.NO_VERDICT:
            if not last.started.asks_again and last.started.agent in view.roster.agents:
                return Launch(package.id, Role.REVIEW, last.started.agent, asks_again=True)
            if _asked_everybody(view, package):
                verdict = unstructured(last.ended.answer)
        if verdict is not None:
            give = GiveVerdict(package.id, last.started.agent, verdict, package.head_commit or "")
            return _unless_refused(view, package, Step.VERDICT, give)
    return _again(view, package, Role.REVIEW, last)


def _asked_everybody(view: View, package: Package) -> bool:
    """Says whether the next reviewer would be one who gave no verdict on this head before."""
    choice = choose(view, package, Role.REVIEW)
    silent = [
        each.started.agent
        for each in view.memory.of(package.id, Role.REVIEW)
        if each.failure is Failure.NO_VERDICT and each.started.head == package.head_commit
    ]
    return not isinstance(choice, Chosen) or choice.agent in silent


def _again(view: View, package: Package, role: Role, last: Attempt | None) -> Stage:
    """Returns the next attempt in a role, as the last one's failure asks for."""
    if last is not None and last.failure is not None and last.ended is not None:
        row = _failures_in_a_row(view, package, role)
        counted = [each for each in row if ANSWERS[each].counts]
        pauses = row.count(Failure.RATE_LIMIT)
        if len(counted) >= view.limits.max_failures or pauses >= MAX_PAUSES:
            block = Block(package.id, _why(view, package, role))
            return _unless_refused(view, package, Step.BLOCK, block)
        jitter = zlib.crc32(last.started.id.encode()) / 2**32
        until = last.ended.at + delay_seconds(last.failure, len(counted), jitter)
        if until > view.now:
            return Waiting(f"{package.id} is tried again after: {last.ended.message}", until)
    choice = choose(view, package, role)
    if isinstance(choice, Chosen):
        return Launch(package.id, role, choice.agent)
    return _nobody(choice)


def _failures_in_a_row(view: View, package: Package, role: Role) -> list[Failure]:
    """Returns the failures since the last success, or since a person unblocked it."""
    spent = view.memory.spent.get(package.id, Spent()).attempts
    row: list[Failure] = []
    for attempt in reversed(view.memory.of_package(package.id)[spent:]):
        if attempt.started.role is not role:
            continue
        if attempt.failure is None:
            break
        row.append(attempt.failure)
    return row


def _why(view: View, package: Package, role: Role) -> str:
    """Returns the last failure that is to be told: not that the run was stopped after it."""
    failed = [a for a in view.memory.of(package.id, role) if a.failure and a.ended]
    last = [a for a in failed if a.failure not in (Failure.ENDED, Failure.LOST)][-1]
    again = ", and not for the first time" if len(failed) > 1 else ""
    how = str(last.failure).replace("_", " ")
    message = last.ended.message if last.ended else ""
    return f"{last.started.agent} failed ({how}){again}: {message}"


def _exhausted(view: View, package: Package) -> str | None:
    """Returns why a work package has come back too often, None while it may go on."""
    spent, most = view.memory.spent.get(package.id, Spent()), view.limits.max_review_rounds
    memory = view.memory
    reopened = memory.reopened.get(package.id, 0) - spent.reopened
    count, words = {
        "review": (package.review_rounds - spent.rounds, "rounds of review"),
        "conflict": (memory.conflicts.get(package.id, 0) - spent.conflicts, "conflicts"),
        "reopened": (reopened, "reopenings"),
        "target_conflict": (reopened, "reopenings"),
    }.get(package.rework or "", (0, ""))
    # A reopening is bounded before it is made: the one that was made may be worked on.
    if count < most + (words == "reopenings"):
        return None
    words = words.replace("s", "", 1) if count == 1 else words
    listed = "; ".join(f"{each.id}: {each.message}" for each in package.findings)
    still = listed or package.rework_note or "see its history"
    return f"{package.id} is not done after {count} {words}. Still open: {still}"[:4000]


def _unless_refused(view: View, package: Package, step: Step, due: Stage) -> Stage:
    """Returns the step, or what its last refusal leads to instead."""
    key = step_key(view, package, step)
    if view.memory.used_keys.get(base_of(key), 0) >= MAX_REPLAYS:
        return NeedsPerson(f"The host says that {package.id} had its {step}, but shows no change.")
    refusal = view.memory.refusal(package.id, step)
    if refusal is None or refusal.key != key:
        return due
    times = view.memory.refused_times.get((package.id, step), 1)
    if consequence(refusal) is Consequence.PERSON or times > MAX_REPEATS:
        return NeedsPerson(f"{package.id}: {refusal.message}")
    until = refusal.at + wait_seconds(times)
    if until > view.now:
        return Waiting(refusal.message, until)
    return due


def _nobody(choice: Later | Nobody) -> Stage:
    return (
        Waiting(choice.why, choice.until) if isinstance(choice, Later) else NeedsPerson(choice.why)
    )

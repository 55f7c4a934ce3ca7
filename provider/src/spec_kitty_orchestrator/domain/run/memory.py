"""Owns what a run remembers: the fold of its records, which is all that survives a kill.

It knows what was tried and how it went. Where work packages stand is the host's to say.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import assert_never

from spec_kitty_orchestrator.domain.agents import NO_USAGE, Role, Usage
from spec_kitty_orchestrator.domain.run.failures import ANSWERS, Failure, pause_end
from spec_kitty_orchestrator.domain.run.records import (
    AttemptEnded,
    AttemptReported,
    AttemptStarted,
    Record,
    RunEnded,
    RunStarted,
    Step,
    StepDone,
    StepIntended,
    StepRefused,
)
from spec_kitty_orchestrator.domain.run.refusals import guarded


@dataclass(frozen=True, slots=True)
class Attempt:
    """Is one launch of an agent; `ended` None while it runs."""

    started: AttemptStarted
    usage: Usage = NO_USAGE
    session: str | None = None
    waits_for: str | None = None
    active_at: float = 0.0
    ended: AttemptEnded | None = None

    @property
    def is_running(self) -> bool:
        return self.ended is None

    @property
    def failure(self) -> Failure | None:
        return self.ended.failure if self.ended else None


@dataclass(frozen=True, slots=True)
class Spent:
    """Counts what a work package had used up of its bounds when it was last blocked.

    Its failed attempts are forgiven by a resume, too.
    """

    attempts: int = 0
    rounds: int = 0
    conflicts: int = 0
    reopened: int = 0


@dataclass(frozen=True, slots=True)
class Memory:
    """Holds the run; attempts in the order they began, refusals the last of each step.

    `used_keys` counts how often a step was done under a key or one of its repetitions, `accepted`
    how often the feature was accepted since a work package changed or a person started the run.
    """

    run: RunStarted | None = None
    attempts: Mapping[str, Attempt] = field(default_factory=dict)
    refusals: Mapping[tuple[str, Step], StepRefused] = field(default_factory=dict)
    refused_times: Mapping[tuple[str, Step], int] = field(default_factory=dict)
    used_keys: Mapping[str, int] = field(default_factory=dict)
    conflicts: Mapping[str, int] = field(default_factory=dict)
    paused_until: Mapping[str, float] = field(default_factory=dict)
    dropped_agents: Mapping[str, str] = field(default_factory=dict)
    reopened: Mapping[str, int] = field(default_factory=dict)
    accepted: int = 0
    spent: Mapping[str, Spent] = field(default_factory=dict)
    ended: RunEnded | None = None

    @property
    def running(self) -> tuple[Attempt, ...]:
        return tuple(each for each in self.attempts.values() if each.is_running)

    @property
    def usage(self) -> Usage:
        """Returns what the whole run used, running attempts included."""
        total = NO_USAGE
        for attempt in self.attempts.values():
            total = total.plus(attempt.usage)
        return total

    def of(self, package: str, role: Role) -> tuple[Attempt, ...]:
        """Returns a work package's attempts in one role, oldest first."""
        return tuple(each for each in self.of_package(package) if each.started.role is role)

    def of_package(self, package: str) -> tuple[Attempt, ...]:
        """Returns all attempts of a work package, oldest first."""
        return tuple(each for each in self.attempts.values() if each.started.package == package)

    def refusal(self, package: str, step: Step) -> StepRefused | None:
        """Returns the last refusal of a step, if the step was not done since."""
        return self.refusals.get((package, step))


def base_of(key: str) -> str:
    """Returns a key without the number of its repetition."""
    return key.partition("~")[0]


def remember(records: Iterable[Record], memory: Memory | None = None) -> Memory:
    """Returns the memory after the records."""
    current = memory or Memory()
    for record in records:
        current = after(current, record)
    return current


def after(memory: Memory, record: Record) -> Memory:
    """Returns the memory after one more record."""
    match record:
        case RunStarted():
            return _run_started(memory, record)
        case StepIntended():
            return memory
        case StepDone():
            return _step_done(memory, record)
        case StepRefused():
            return _step_refused(memory, record)
        case AttemptStarted():
            attempt = Attempt(record, active_at=record.at, session=record.session)
            return replace(memory, attempts={**memory.attempts, record.id: attempt})
        case AttemptReported():
            return _reported(memory, record)
        case AttemptEnded():
            return _attempt_ended(memory, record)
        case RunEnded():
            return replace(memory, ended=record)
        case _:
            assert_never(record)


def _run_started(memory: Memory, record: RunStarted) -> Memory:
    """A person who starts a run again has settled what stood in its way."""
    spent = dict(memory.spent)
    for package in {each.started.package for each in memory.attempts.values()}:
        made = len(memory.of_package(package))
        spent[package] = replace(spent.get(package, Spent()), attempts=made)
    return replace(
        memory,
        run=record,
        ended=None,
        refusals={},
        refused_times={},
        dropped_agents={},
        spent=spent,
        accepted=0,
    )


def _step_done(memory: Memory, record: StepDone) -> Memory:
    package, settled = record.package, [(record.package, record.step)]
    reopened, spent = dict(memory.reopened), dict(memory.spent)
    if record.step is Step.REOPEN:
        reopened[package] = reopened.get(package, 0) + 1
    if record.step is Step.SUBMIT:
        # What was refused of a review was about the submission before this one.
        settled += [(package, Step.CLAIM_REVIEW), (package, Step.VERDICT)]
    if record.step is Step.BLOCK:
        attempts = len(memory.of_package(package))
        conflicts = memory.conflicts.get(package, 0)
        spent[package] = Spent(attempts, record.rounds, conflicts, reopened.get(package, 0))
    delivery = [("", Step.ACCEPT), ("", Step.MERGE)]
    # A changed work package makes the feature another one; an acceptance leaves what was counted.
    counted = [*settled, *delivery] if package else settled
    return replace(
        memory,
        refusals={
            place: each
            for place, each in memory.refusals.items()
            if place not in (*settled, *delivery)
        },
        refused_times={
            place: each for place, each in memory.refused_times.items() if place not in counted
        },
        used_keys=_used(memory, record.key),
        accepted=0 if package else memory.accepted + (record.step is Step.ACCEPT),
        reopened=reopened,
        spent=spent,
    )


def _used(memory: Memory, key: str) -> Mapping[str, int]:
    base = base_of(key)
    return {**memory.used_keys, base: memory.used_keys.get(base, 0) + 1}


def _step_refused(memory: Memory, record: StepRefused) -> Memory:
    place = (record.package, record.step)
    conflicts = dict(memory.conflicts)
    if record.code == "INTEGRATION_CONFLICT":
        conflicts[record.package] = conflicts.get(record.package, 0) + 1
    before = memory.refusals.get(place)
    # The feature's key changes with each event, also with those that a failed try leaves.
    again = before is None or before.key == record.key or not record.package
    times = memory.refused_times.get(place, 0) if again else 0
    reused = record.code == "IDEMPOTENCY_KEY_REUSED"
    return replace(
        memory,
        refusals={**memory.refusals, place: record},
        refused_times={**memory.refused_times, place: times + 1},
        conflicts=conflicts,
        used_keys=_used(memory, record.key) if reused else memory.used_keys,
        attempts=_judged(memory, record),
    )


def _judged(memory: Memory, record: StepRefused) -> Mapping[str, Attempt]:
    """Returns the attempts with the last one's end as the host judged its work."""
    failure = guarded(record) if record.step is Step.SUBMIT else None
    done = memory.of(record.package, Role.IMPLEMENT)
    if failure is None or not done or done[-1].ended is None:
        return memory.attempts
    ended = replace(done[-1].ended, failure=failure, message=record.message)
    return {**memory.attempts, ended.id: replace(done[-1], ended=ended)}


def _reported(memory: Memory, record: AttemptReported) -> Memory:
    attempt = memory.attempts[record.id]
    changed = replace(
        attempt,
        usage=record.usage or attempt.usage,
        session=record.session or attempt.session,
        waits_for=record.waits_for,
        active_at=record.at,
    )
    return replace(memory, attempts={**memory.attempts, record.id: changed})


def _attempt_ended(memory: Memory, record: AttemptEnded) -> Memory:
    attempt = memory.attempts[record.id]
    # A killed run could not tell the last of what was used: the reports before count then.
    usage = attempt.usage if record.usage == NO_USAGE else record.usage
    changed = replace(
        attempt,
        usage=usage,
        session=record.session or attempt.session,
        waits_for=None,
        active_at=record.at,
        ended=record,
    )
    paused, dropped = dict(memory.paused_until), dict(memory.dropped_agents)
    if record.failure is not None:
        answer = ANSWERS[record.failure]
        if answer.pauses_vendor:
            until = pause_end(record.at, record.resets_at)
            vendor = attempt.started.vendor
            paused[vendor] = max(until, paused.get(vendor, 0.0))
        if answer.drops_agent:
            dropped[attempt.started.agent] = record.message
    return replace(
        memory,
        attempts={**memory.attempts, record.id: changed},
        paused_until=paused,
        dropped_agents=dropped,
    )

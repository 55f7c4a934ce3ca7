"""Builds moments of a run from what the host says and what was recorded; values only."""

from collections.abc import Iterable
from dataclasses import replace

from spec_kitty_orchestrator.domain.agents import Agent, Kind, Role, Usage
from spec_kitty_orchestrator.domain.feature import Feature, Lane, Package
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.memory import remember
from spec_kitty_orchestrator.domain.run.records import (
    AttemptEnded,
    AttemptStarted,
    Record,
    RunStarted,
    Step,
    StepDone,
    StepRefused,
)
from spec_kitty_orchestrator.domain.scheduling.view import Roster, View
from spec_kitty_orchestrator.domain.verdict import Verdict

RUN_ID, ACTOR, SLUG, NOW = "run-1", "orchestrator", "034-cats", 10_000.0
RUN = RunStarted(0.0, RUN_ID, SLUG, ACTOR, ("ada",), ("ben",), Limits())


def agent(name: str, **more: object) -> Agent:
    given: dict[str, object] = {"vendor": f"{name}-corp", "family": name, **more}
    return Agent(name, Kind.COMMAND, (name,), **given)  # type: ignore[arg-type]


def roster(*agents: Agent, **more: object) -> Roster:
    """Returns a roster in which the first implements and the second, if any, reviews."""
    names = tuple(each.name for each in agents)
    given: dict[str, object] = {"implementers": names[:1], "reviewers": names[1:2], **more}
    return Roster({each.name: each for each in agents}, **given)  # type: ignore[arg-type]


ROSTER = roster(agent("ada"), agent("ben"), agent("eve"))


def view(
    *packages: Package,
    after: Iterable[Record] = (),
    agents: Roster = ROSTER,
    limits: Limits | None = None,
    **more: object,
) -> View:
    """Returns the moment after the records, with the work packages where the host has them."""
    feature = Feature(SLUG, packages=packages, cursor="c1")
    memory = remember((replace(RUN, limits=limits or Limits()), *after))
    return View(feature, memory, agents, **{"now": NOW, **more})  # type: ignore[arg-type]


def planned(name: str, *dependencies: str, **more: object) -> Package:
    given = {"ready": not dependencies, **more}
    return replace(Package(name, dependencies=dependencies), **given)  # type: ignore[arg-type]


def held(name: str, lane: Lane = Lane.IN_PROGRESS, **more: object) -> Package:
    """Returns a work package that this run holds, in its first attempt."""
    package = Package(name, lane=lane, claimed_by=ACTOR, run_id=RUN_ID, agent="ada", attempt=1)
    return replace(package, **more)  # type: ignore[arg-type]


def submitted(name: str, head: str = "h1", **more: object) -> Package:
    return held(name, Lane.FOR_REVIEW, head_commit=head, base_commit="b0", **more)


def in_review(name: str, head: str = "h1", **more: object) -> Package:
    return submitted(name, head, **{"reviewer": ACTOR, "reviewed_head": head, **more})


def done(name: str, **more: object) -> Package:
    return held(name, Lane.DONE, **more)


def started(
    package: str, role: Role = Role.IMPLEMENT, by: str = "ada", number: int = 1, **more: object
) -> AttemptStarted:
    given: dict[str, object] = {"attempt": 1, "at": NOW - 100, **more}
    if role is Role.REVIEW:
        given.setdefault("head", "h1")
    fence, at = given.pop("attempt"), given.pop("at")
    name = f"{package}-{fence}-{role}-{number}"
    return AttemptStarted(at, name, package, role, by, f"{by}-corp", fence, **given)  # type: ignore[arg-type]


def ended(begun: AttemptStarted, failure: Failure | None = None, **more: object) -> AttemptEnded:
    given: dict[str, object] = {"message": "It failed." if failure else "", "at": NOW - 50, **more}
    return AttemptEnded(given.pop("at"), begun.id, failure, **given)  # type: ignore[arg-type]


def whole(
    package: str,
    role: Role = Role.IMPLEMENT,
    failure: Failure | None = None,
    number: int = 1,
    by: str = "ada",
    **more: object,
) -> tuple[Record, Record]:
    """Returns an attempt that began and ended; `more` is about its end."""
    begun = started(package, role, by, number)
    return begun, ended(begun, failure, **more)


def reviewed(package: str, verdict: Verdict | None, **more: object) -> tuple[Record, ...]:
    failure = Failure.NO_VERDICT if verdict is None else None
    begun = started(package, Role.REVIEW, "ben")
    return begun, ended(begun, failure, verdict=verdict, **more)


def spent(tokens: int) -> Usage:
    return Usage(input_tokens=tokens)


def step_done(package: str, step: Step, key: str, **more: object) -> StepDone:
    given: dict[str, object] = {"at": NOW - 10, **more}
    return StepDone(given.pop("at"), package, step, key, **given)  # type: ignore[arg-type]


def refused(
    package: str, step: Step, key: str, code: str = "BUSY", message: str = "No.", **more: object
) -> StepRefused:
    given: dict[str, object] = {"at": NOW - 0.1, **more}
    return StepRefused(given.pop("at"), package, step, key, code, message, **given)  # type: ignore[arg-type]

"""Owns what is settled before a run starts: who works, under which policy, and on what plan.

Nothing is changed here, so a dry run is exactly this and no more. Whatever stands in the way is
one sentence with the next step.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypeVar

from spec_kitty_orchestrator.domain.agents import Policy, Role
from spec_kitty_orchestrator.domain.feature import Feature
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.scheduling.view import Roster
from spec_kitty_orchestrator.domain.settings.parsing import Settings, check_agents, unpriced
from spec_kitty_orchestrator.ports import Agents, Forecast, Found, Host, PolicyAnswer

_A = TypeVar("_A")
_B = TypeVar("_B")


class Trouble(StrEnum):
    """Says what kind of thing keeps a run from starting; each has its exit code."""

    USAGE = "usage"
    HOST = "host"


class CannotRun(Exception):
    """Something keeps the run from starting; the message says what to do about it."""

    def __init__(self, message: str, trouble: Trouble = Trouble.USAGE) -> None:
        super().__init__(message)
        self.trouble = trouble


@dataclass(frozen=True, slots=True)
class Wishes:
    """Holds what was asked for on the command line; None and empty mean: as configured."""

    feature: str
    implementers: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    limits: Mapping[str, float] = field(default_factory=dict)
    merge: bool | None = None
    strategy: str | None = None
    actor: str | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """Is a run that could start now. `policies` has what is sent, by agent and role."""

    feature: Feature
    forecast: Forecast
    roster: Roster
    limits: Limits
    merge: bool
    strategy: str | None
    actor: str
    contract: str
    found: tuple[Found, ...]
    policies: Mapping[tuple[str, Role], tuple[Policy, PolicyAnswer]]
    warnings: tuple[str, ...] = ()


async def prepare(
    host: Host, agents: Agents, settings: Settings, wishes: Wishes, version: str
) -> Prepared:
    """Returns the run that the wishes come to. Raises CannotRun, HostRefused, SettingsProblem."""
    limits = replace(settings.limits, **wishes.limits)  # type: ignore[arg-type]  # checked by cli
    asked_for = wishes.implementers or settings.implementers
    reviewing = wishes.reviewers or settings.reviewers
    check_agents(wishes.implementers, settings.agents, "--impl-agent")
    check_agents(wishes.reviewers, settings.agents, "--review-agent")
    contract = await host.check_contract(version)
    feature, forecast = await _both(host.feature(wishes.feature), host.forecast(wishes.feature))
    looked_for = _reached(settings, asked_for, reviewing) or tuple(settings.agents)
    found = tuple(await asyncio.gather(*(agents.find(settings.agents[n]) for n in looked_for)))
    implementers, reviewers = _usable(found, asked_for, reviewing)
    names = tuple(dict.fromkeys((*implementers, *reviewers)))
    _check_budget(limits, settings, names)
    missing = {each.agent for each in found if each.problem}
    jobs = [job for job in _jobs(settings, implementers, reviewers) if job[0] not in missing]
    policies = await _policies(host, agents, settings, wishes.feature, jobs)
    independent = any(answer.independent_review for _, answer in policies.values())
    return Prepared(
        feature,
        forecast,
        Roster(settings.agents, implementers, reviewers, independent),
        limits,
        settings.merge if wishes.merge is None else wishes.merge,
        wishes.strategy or settings.strategy,
        wishes.actor or settings.actor,
        contract,
        found,
        policies,
        tuple(_warnings(found, names)),
    )


def require_allowed(prepared: Prepared) -> None:
    """Insists that the project allows every launch of the run. Raises CannotRun."""
    for (name, role), (_, answer) in prepared.policies.items():
        if not answer.allowed:
            raise CannotRun(f"{name} may not {role} here: {answer.message}", Trouble.HOST)


async def _both(first: Awaitable[_A], second: Awaitable[_B]) -> tuple[_A, _B]:
    """Waits for two answers, also where one is an error: no call is left behind."""
    one, other = await asyncio.gather(first, second, return_exceptions=True)
    for each in (one, other):
        if isinstance(each, BaseException):
            raise each
    return one, other  # type: ignore[return-value]  # errors were raised


def _reached(
    settings: Settings, implementers: tuple[str, ...], reviewers: tuple[str, ...]
) -> tuple[str, ...]:
    """Returns the named agents with those that they bring along."""
    names = [*implementers, *reviewers] if implementers else []
    for name in tuple(names):
        agent = settings.agents[name]
        names += [agent.reviewer] if agent.reviewer else []
        names += agent.fallbacks
    return tuple(dict.fromkeys(names))


def _usable(
    found: tuple[Found, ...], implementers: tuple[str, ...], reviewers: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns who works and who reviews: those asked for, else the first two installed."""
    problems = {each.agent: each.problem for each in found if each.problem}
    for name in (*implementers, *reviewers):
        if name in problems:
            raise CannotRun(f"The agent {name} cannot be used: {problems[name]}")
    if implementers:
        return implementers, reviewers
    ready = [each.agent for each in found if not each.problem and each.signed_in is not False]
    if not ready:
        raise CannotRun(
            "No agent is installed and signed in. 'spec-kitty-orchestrator agents' shows what is"
            " looked for; name your own in .kittify/orchestrator.toml."
        )
    return (ready[0],), reviewers or tuple(ready[1:2])


def _check_budget(limits: Limits, settings: Settings, names: tuple[str, ...]) -> None:
    missing = unpriced(settings, names) if limits.budget_usd is not None else ()
    if missing:
        raise CannotRun(
            f"A budget in dollars needs to know what {', '.join(missing)} costs, which it does not"
            f" tell: give a price under [agents.{missing[0]}] in .kittify/orchestrator.toml"
            " (price = { input = 1.25, output = 10.0 }, dollars per million tokens), or use"
            " --budget-tokens."
        )


def _jobs(
    settings: Settings, implementers: tuple[str, ...], reviewers: tuple[str, ...]
) -> tuple[tuple[str, Role], ...]:
    """Returns who may come to do what in the run: those named, their pairs, and fall-backs."""
    working = _with_fallbacks(settings, implementers)
    pairs = (settings.agents[name].reviewer for name in working)
    paired = tuple(name for name in pairs if name is not None)
    judging = _with_fallbacks(settings, (*(reviewers or implementers), *paired))
    jobs = {Role.IMPLEMENT: working, Role.REVIEW: judging}
    return tuple((name, role) for role, names in jobs.items() for name in names)


def _with_fallbacks(settings: Settings, names: tuple[str, ...]) -> tuple[str, ...]:
    fallbacks = (each for name in names for each in settings.agents[name].fallbacks)
    return tuple(dict.fromkeys((*names, *fallbacks)))


async def _policies(
    host: Host, agents: Agents, settings: Settings, slug: str, jobs: Sequence[tuple[str, Role]]
) -> dict[tuple[str, Role], tuple[Policy, PolicyAnswer]]:
    """Asks for each different policy once."""
    wanted = {(name, role): agents.policy(settings.agents[name], role) for name, role in jobs}
    different = tuple(dict.fromkeys(wanted.values()))
    answers = await asyncio.gather(*(host.check_policy(slug, each) for each in different))
    by_policy = dict(zip(different, answers, strict=True))
    return {place: (policy, by_policy[policy]) for place, policy in wanted.items()}


def _warnings(found: tuple[Found, ...], names: tuple[str, ...]) -> list[str]:
    return [
        f"{each.agent} does not seem to be signed in: its first attempt will tell."
        for each in found
        if each.agent in names and each.signed_in is False
    ]

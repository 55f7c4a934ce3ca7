"""Owns which agent works on what: preference, fall-backs, pauses, and who may review whom.

A reviewer that is asked for by name is never replaced by the implementer: where nobody is left
who may review, a person is needed.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import Lane, Package
from spec_kitty_orchestrator.domain.run.failures import ANSWERS
from spec_kitty_orchestrator.domain.scheduling.view import View


@dataclass(frozen=True, slots=True)
class Chosen:
    agent: str


@dataclass(frozen=True, slots=True)
class Later:
    """Says that whoever could do it is paused until then."""

    until: float
    why: str


@dataclass(frozen=True, slots=True)
class Nobody:
    why: str


Choice = Chosen | Later | Nobody


def choose(view: View, package: Package, role: Role) -> Choice:
    """Returns who does the next attempt."""
    asked = _implementers(view) if role is Role.IMPLEMENT else _reviewers(view, package)
    candidates = _by_history(view, package, role, asked)
    usable = [name for name in candidates if name not in view.memory.dropped_agents]
    if not usable:
        return Nobody(_why_nobody(view, role, candidates))
    pauses = {name: _paused_until(view, name) for name in usable}
    for name in usable:
        if pauses[name] <= view.now:
            return Chosen(name)
    soonest = min(usable, key=lambda name: pauses[name])
    vendor = view.roster.agents[soonest].vendor
    return Later(pauses[soonest], f"{vendor} limits the rate of {soonest}")


def _implementers(view: View) -> list[str]:
    """Returns those who may implement, the least occupied first, then their fall-backs."""
    occupied = [each.started.agent for each in view.memory.running] + list(view.chosen)
    ordered = sorted(view.roster.implementers, key=occupied.count)
    return _with_fallbacks(view, ordered)


def _reviewers(view: View, package: Package) -> list[str]:
    """Returns those who may review, another agent than the implementer first."""
    authors = [each.started.agent for each in view.memory.of(package.id, Role.IMPLEMENT)]
    authors += [package.agent] if package.agent else []
    author = view.roster.agents.get(authors[-1]) if authors else None
    if author is not None and author.reviewer is not None:
        asked = _with_fallbacks(view, [author.reviewer])
    else:
        asked = _with_fallbacks(view, view.roster.reviewers or view.roster.implementers)
    others = [name for name in asked if name not in authors]
    same = [name for name in asked if name in authors]
    return others if view.roster.independent_review else others + same


def _with_fallbacks(view: View, names: Iterable[str]) -> list[str]:
    asked = list(names)
    for name in tuple(asked):
        asked += view.roster.agents[name].fallbacks
    return list(dict.fromkeys(asked))


def _by_history(view: View, package: Package, role: Role, asked: list[str]) -> list[str]:
    """Puts who worked on it last first, or last where the failure calls for somebody else.

    Before the first attempt, it is the one for whom the work package was claimed.
    """
    attempts = view.memory.of(package.id, role)
    if not attempts and role is Role.IMPLEMENT and package.agent in asked:
        if package.lane is Lane.IN_PROGRESS:
            return sorted(asked, key=lambda name: name != package.agent)
    if not attempts or attempts[-1].started.agent not in asked:
        return asked
    last = attempts[-1].started.agent
    rest = [name for name in asked if name != last]
    failure = attempts[-1].failure
    elsewhere = failure is not None and ANSWERS[failure].next_agent
    return [*rest, last] if elsewhere else [last, *rest]


def _paused_until(view: View, name: str) -> float:
    return view.memory.paused_until.get(view.roster.agents[name].vendor, 0.0)


def _why_nobody(view: View, role: Role, candidates: list[str]) -> str:
    if not candidates and role is Role.IMPLEMENT:
        return "No agent of the run is configured any more. Name another with --impl-agent."
    if not candidates:
        return (
            "The project asks for a reviewer who did not do the work, and no other agent is"
            " configured. Name one with --review-agent, or review by hand."
        )
    causes = "; ".join(f"{name}: {view.memory.dropped_agents[name]}" for name in candidates)
    return f"No agent is left to {role}: {causes}"

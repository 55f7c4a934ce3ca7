"""Owns what the scheduler looks at: the host's state, the run's memory, the agents, the time."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from spec_kitty_orchestrator.domain.agents import Agent, Role
from spec_kitty_orchestrator.domain.feature import Feature, Overlap, Package
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.memory import Attempt, Memory
from spec_kitty_orchestrator.domain.run.records import RunStarted, Step


@dataclass(frozen=True, slots=True)
class Roster:
    """Holds the agents of a run: those that implement and those that review, best first.

    `independent_review` is the project's wish that no agent reviews its own work.
    """

    agents: Mapping[str, Agent]
    implementers: tuple[str, ...]
    reviewers: tuple[str, ...] = ()
    independent_review: bool = False


@dataclass(frozen=True, slots=True)
class View:
    """Is one moment of a run.

    `busy` names the step under way for each work package, and under "" for the feature.
    `stopping_since` is when somebody asked to stop; `stop_now` means without any grace. `chosen`
    names the agents that were given work in this very moment.
    """

    feature: Feature
    memory: Memory
    roster: Roster
    now: float
    busy: Mapping[str, Step] = field(default_factory=dict)
    overlaps: frozenset[Overlap] = frozenset()
    stopping_since: float | None = None
    stop_now: bool = False
    chosen: tuple[str, ...] = ()

    @property
    def run(self) -> RunStarted:
        """Returns the run's start. Raises ValueError before there is one."""
        if self.memory.run is None:
            raise ValueError("a run has to be started before it is scheduled")
        return self.memory.run

    @property
    def limits(self) -> Limits:
        return self.run.limits

    def is_ours(self, package: Package) -> bool:
        return package.is_held_by(self.run.actor, self.run.run_id)

    def last(self, package: Package, role: Role) -> Attempt | None:
        """Returns the last attempt at what is to be done now: this fence, this head."""
        for attempt in reversed(self.memory.of(package.id, role)):
            started = attempt.started
            if started.attempt != package.attempt:
                return None
            if role is Role.IMPLEMENT or started.head == package.head_commit:
                return attempt
        return None

"""Tells stories of whole runs in memory: a host, agents, a log and a clock that jumps."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from spec_kitty_orchestrator.domain.feature import Feature, Package
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.memory import remember
from spec_kitty_orchestrator.domain.run.records import AttemptStarted, RunEnded, RunStarted
from spec_kitty_orchestrator.domain.scheduling.view import Roster
from spec_kitty_orchestrator.loop.orchestration import Orchestration
from spec_kitty_orchestrator.loop.world import Run, World
from spec_kitty_orchestrator.testing.scripted_agents import (
    MemoryCopies,
    MemoryLog,
    PlainTexts,
    Script,
    ScriptedAgents,
    scripted_agent,
    willing,
)
from spec_kitty_orchestrator.testing.scripted_host import ScriptedHost
from spec_kitty_orchestrator.testing.time import START, StoryClock, play

SLUG = "034-cats"
STARTED = RunStarted(START, "run-1", SLUG, "orchestrator", ("ada",), ("ben",), Limits())
ROSTER = Roster(
    {name: scripted_agent(name) for name in ("ada", "ben", "eve")},
    implementers=("ada",),
    reviewers=("ben",),
)


def packages(*lines: str) -> tuple[Package, ...]:
    """Returns work packages from lines such as `WP03 WP01 WP02`: an id and its dependencies."""
    return tuple(
        Package(line.split()[0], dependencies=tuple(line.split()[1:]), title=line.split()[0])
        for line in lines
    )


# What happens beside a run: a task that is cancelled with the run's end.
Meanwhile = Callable[["Story", Orchestration], "asyncio.Task[None]"]


@dataclass
class Story:
    """Is one run and what is left of it, to be gone on with."""

    host: ScriptedHost
    agents: ScriptedAgents = field(default_factory=ScriptedAgents)
    log: MemoryLog = field(default_factory=MemoryLog)
    copies: MemoryCopies = field(default_factory=MemoryCopies)
    roster: Roster = ROSTER
    started: RunStarted = STARTED
    meanwhile: Meanwhile | None = None

    def run(self) -> RunEnded:
        """Plays the run to its end."""
        return play(self._play())

    async def _play(self) -> RunEnded:
        world = World(self.host, self.agents, self.copies, self.log, StoryClock(), PlainTexts())
        feature: Feature = await self.host.feature(SLUG)
        memory = remember(self.log.records())
        running = Orchestration(Run(world, self.roster, self.started, feature, memory))
        beside = self.meanwhile(self, running) if self.meanwhile else None
        try:
            return await running.run()
        finally:
            if beside is not None:
                beside.cancel()

    def lanes(self) -> dict[str, str]:
        return {each.id: str(each.lane) for each in self.host.state.packages}

    def told_attempts(self) -> list[AttemptStarted]:
        return [each for each in self.log.records() if isinstance(each, AttemptStarted)]


def story(*lines: str, script: Script = willing, **limits: object) -> Story:
    """Returns a run over work packages, with limits other than the usual ones."""
    changed = replace(STARTED, limits=replace(Limits(), **limits))  # type: ignore[arg-type]
    return Story(ScriptedHost(packages(*lines)), ScriptedAgents(script), started=changed)


def order(agents: ScriptedAgents) -> Sequence[str]:
    """Returns what was worked on, in order, such as `WP01 implement ada`."""
    return [f"{each.package} {each.role} {each.agent.name}" for each in agents.begun]

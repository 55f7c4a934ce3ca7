"""Owns what a run is carried by: the ports, the people who listen, and the run's own state."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from spec_kitty_orchestrator.domain.feature import Feature, Overlap, Package
from spec_kitty_orchestrator.domain.run.memory import Memory, after
from spec_kitty_orchestrator.domain.run.records import Record, RunStarted, Step
from spec_kitty_orchestrator.domain.run.refusals import MAX_REPEATS, passes, wait_seconds
from spec_kitty_orchestrator.domain.scheduling.view import Roster, View
from spec_kitty_orchestrator.loop.gate import Gate
from spec_kitty_orchestrator.ports import (
    Agents,
    Clock,
    Copies,
    Host,
    HostRefused,
    Report,
    RunLog,
    Texts,
)

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class World:
    """Holds the ports of one run."""

    host: Host
    agents: Agents
    copies: Copies
    log: RunLog
    clock: Clock
    texts: Texts


class Listener:
    """Is told each record as it is written, and what agents say between the records."""

    def record(self, record: Record) -> None:
        """Hears a record, in order, after it is on disk."""

    def report(self, attempt: str, report: Report) -> None:
        """Hears what an agent told in an attempt."""


@dataclass(slots=True)
class Run:
    """Is the state of a run in this process; all of it can be had anew from host and log.

    `foreign` counts the changes of others that were heard of.
    """

    world: World
    roster: Roster
    started: RunStarted
    feature: Feature
    memory: Memory = field(default_factory=Memory)
    listener: Listener = field(default_factory=Listener)
    busy: dict[str, Step] = field(default_factory=dict)
    overlaps: frozenset[Overlap] = frozenset()
    places: dict[str, tuple[Path, Path | None]] = field(default_factory=dict)
    stopping_since: float | None = None
    stop_now: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    gate: Gate = field(default_factory=lambda: Gate((os.cpu_count() or 1) + 1))
    failure: BaseException | None = None
    foreign: int = 0
    _told: dict[str, int] = field(default_factory=dict)
    _tick: int = 0
    _wanted: int = 0
    _looked: int = 0
    _looking: asyncio.Lock = field(default_factory=asyncio.Lock)

    def view(self) -> View:
        return View(
            self.feature,
            self.memory,
            self.roster,
            self.world.clock.now(),
            dict(self.busy),
            self.overlaps,
            self.stopping_since,
            self.stop_now,
        )

    def record(self, record: Record) -> None:
        """Writes a record down, and then lets it count. Raises OSError on a full disk."""
        self.world.log.append(record)
        self.memory = after(self.memory, record)
        self.listener.record(record)
        self.changed.set()

    def fail(self, problem: BaseException) -> None:
        """Has the run end with a problem that nobody else can be told; the first one counts."""
        self.failure = self.failure or problem
        self.changed.set()

    def tell(self, package: Package) -> None:
        """Takes over what an answer told of a work package."""
        self._tick += 1
        self._told[package.id] = self._tick
        self.feature = self.feature.with_package(package)
        self.changed.set()

    async def look(self) -> None:
        """Asks the host where everything stands, once for all who ask meanwhile.

        What answers told since the question was sent is newer than what comes back. Raises
        HostRefused.
        """
        self._wanted += 1
        mine = self._wanted
        async with self._looking:
            if self._looked >= mine:
                return
            covered, began = self._wanted, self._tick
            fresh = await self.ask(lambda: self.world.host.feature(self.started.feature))
            for package_id, tick in self._told.items():
                if tick > began and self.feature.knows(package_id):
                    fresh = fresh.with_package(self.feature.package(package_id))
            self.feature, self._looked = fresh, covered
            self.changed.set()

    async def ask(self, question: Callable[[], Awaitable[_T]]) -> _T:
        """Returns what the host says, asking again where that may help. Raises HostRefused."""
        for times in range(1, MAX_REPEATS + 1):
            try:
                return await question()
            except HostRefused as refused:
                if not passes(refused.code) or times == MAX_REPEATS:
                    raise
            await asyncio.sleep(wait_seconds(times))
        raise AssertionError("the last repetition returns or raises")

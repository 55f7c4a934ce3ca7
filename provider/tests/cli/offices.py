"""An office in memory: a scripted host and agents, and logs and transcripts that a test writes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

from spec_kitty_orchestrator.cli.office import Office, RunInfo
from spec_kitty_orchestrator.domain.agents import Agent
from spec_kitty_orchestrator.domain.feature import Feature, Package
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.prompts import UnusableTemplate
from spec_kitty_orchestrator.domain.run.records import Record, RunEnded, RunStarted
from spec_kitty_orchestrator.domain.settings.parsing import Settings
from spec_kitty_orchestrator.loop.world import World
from spec_kitty_orchestrator.ports import (
    Agents,
    AlreadyRunning,
    Clock,
    Forecast,
    Found,
    HostRefused,
    Texts,
)
from spec_kitty_orchestrator.testing.scripted_agents import (
    MemoryCopies,
    MemoryLog,
    PlainTexts,
    ScriptedAgents,
    scripted_agent,
)
from spec_kitty_orchestrator.testing.scripted_host import ScriptedHost

Type = Callable[[str], str]

SLUG, ACTOR, RUN_ID, NOW = "034-cats", "orchestrator", "run-1", 1_800_000_600.0
RUN = RunStarted(NOW - 600, RUN_ID, SLUG, ACTOR, ("ada",), ("ben",), Limits())


class FixedClock(Clock):
    def now(self) -> float:
        return NOW


class OfficeHost(ScriptedHost):
    """Knows one feature only, and foretells what a test says."""

    foretold = Forecast()

    async def feature(self, slug: str) -> Feature:
        if slug != self.state.slug:
            raise HostRefused("FEATURE_NOT_FOUND", f"There is no feature {slug}.")
        return await super().feature(slug)

    async def forecast(self, slug: str) -> Forecast:  # noqa: ARG002 - as the port has it
        return self.foretold


class OfficeAgents(ScriptedAgents):
    """Finds what a test says, and counts whose orphans were ended."""

    def __init__(self) -> None:
        super().__init__()
        self.found: dict[str, Found] = {}
        self.orphans = 0
        self.ended_for: list[str] = []

    async def find(self, agent: Agent) -> Found:
        return self.found.get(agent.name) or await super().find(agent)

    def end_orphans(self, run_id: str) -> int:
        self.ended_for.append(run_id)
        return self.orphans


class BrokenTexts(PlainTexts):
    """Has a template that cannot be used."""

    def check(self) -> None:
        raise UnusableTemplate("implement.md is empty.")


class FakeOffice(Office):
    """`processes` says which runs are carried on; stopping one writes `left_by_stop`."""

    version = "0.1.0"

    def __init__(self, folder: Path, packages: Iterable[Package] = ()) -> None:
        self.folder = folder
        self.host: OfficeHost = OfficeHost(packages, SLUG, latency_seconds=0.0)
        self.tables = Settings({name: scripted_agent(name) for name in ("ada", "ben")}, ("ada",))
        self.runner = OfficeAgents()
        self.logs: dict[str, MemoryLog] = {}
        self.processes: dict[str, int] = {}
        self.stopped: list[str] = []
        self.cleaned: list[str] = []
        self.claimed: list[str] = []
        self.left_by_stop: tuple[Record, ...] = ()
        self.texts: Texts = PlainTexts()

    def keep(self, *records: Record, run: RunStarted = RUN) -> None:
        """Writes the log of a run."""
        self.logs[run.run_id] = MemoryLog((run, *records))

    def configured(self) -> Settings:
        return self.tables

    def usual_settings(self) -> Settings:
        return self.tables

    def agents(self, run_id: str | None = None) -> Agents:  # noqa: ARG002 - as the port has it
        return self.runner

    def runs(self, feature: str | None = None) -> Sequence[RunInfo]:
        found = [self._info(log.records()) for log in self.logs.values()]
        wanted = [run for run in found if feature in (None, run.started.feature)]
        return sorted(wanted, key=lambda run: run.started.at, reverse=True)

    def _info(self, records: Sequence[Record]) -> RunInfo:
        started, last = records[0], records[-1]
        assert isinstance(started, RunStarted)
        ended = last if isinstance(last, RunEnded) else None
        return RunInfo(started, ended, self.processes.get(started.run_id))

    def new_run_id(self) -> str:
        return f"run-{len(self.logs) + 1}"

    def create(self, run_id: str) -> None:
        self.logs[run_id] = MemoryLog()

    def world(self, run_id: str) -> World:
        log = self.logs[run_id]
        return World(self.host, self.runner, MemoryCopies(), log, FixedClock(), self.texts)

    def records(self, run_id: str) -> Sequence[Record]:
        return self.logs[run_id].records()

    def transcript(self, run_id: str, attempt: str) -> Path:
        return self.folder / run_id / f"{attempt}.jsonl"

    def printed(self, attempt: str, text: str, run_id: str = RUN_ID) -> Path:
        """Writes the transcript of an attempt."""
        path = self.transcript(run_id, attempt)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    @contextmanager
    def _claim(self, feature: str, run_id: str) -> Iterator[None]:
        if self.processes:
            raise AlreadyRunning(f"{feature} runs here already.")
        self.claimed.append(f"{feature} {run_id}")
        yield

    def claim(self, feature: str, run_id: str) -> AbstractContextManager[None]:
        return self._claim(feature, run_id)

    def stop(self, feature: str) -> bool:
        self.stopped.append(feature)
        was_there = bool(self.processes)
        for run_id in self.processes:
            for record in self.left_by_stop:
                self.logs[run_id].append(record)
        self.processes.clear()
        return was_there

    def clean(self, run_id: str) -> None:
        self.cleaned.append(run_id)


def other_run(feature: str, run_id: str, days_ago: float) -> RunStarted:
    return replace(RUN, feature=feature, run_id=run_id, at=NOW - days_ago * 86_400)

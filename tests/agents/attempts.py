"""Lets agents work on attempts as a run does: through the runner, in a private home."""

from __future__ import annotations

import asyncio
import itertools
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from spec_kitty_orchestrator.adapters.agents.known import ADAPTERS
from spec_kitty_orchestrator.adapters.running import AgentRunner
from spec_kitty_orchestrator.domain.agents import NO_USAGE, Agent, Role, Usage
from spec_kitty_orchestrator.ports import Assignment, Ending, Report
from workplace import Workplace


@dataclass(slots=True)
class Attempt:
    """Is one attempt: what is asked, then what the agent reported and how it ended."""

    assignment: Assignment
    reports: list[Report] = field(default_factory=list)
    ending: Ending = field(default_factory=Ending)

    @property
    def session(self) -> str:
        return [report.session for report in self.reports if report.session][-1]

    @property
    def used(self) -> Usage:
        return [report.session_usage for report in self.reports if report.session_usage][-1]


@dataclass(frozen=True, slots=True)
class Attempts:
    """Makes attempts of work packages in one folder; those of one package share a home."""

    runner: AgentRunner
    folder: Path
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def plan(self, agent: Agent, prompt: str, after: Attempt | None = None) -> Attempt:
        """Returns an attempt to make, in the session of an earlier one if that is given."""
        assignment = Assignment(
            id=f"attempt-{next(self.numbers)}",
            run_id=f"run-of-a-test-{os.getpid()}",
            feature="034-calc",
            package="WP01",
            role=Role.IMPLEMENT,
            attempt=1,
            agent=agent,
            folder=self.folder,
            prompt=prompt,
            timeout_seconds=90,
            stall_seconds=60,
            session=after.session if after else None,
            used_before=after.used if after else NO_USAGE,
        )
        return Attempt(assignment)

    def make(self, agent: Agent, prompt: str, after: Attempt | None = None) -> Attempt:
        """Makes an attempt and returns it when it has ended."""
        attempt = self.plan(agent, prompt, after)
        asyncio.run(self.work(attempt))
        return attempt

    async def work(
        self, attempt: Attempt, hear: Callable[[Report], None] = lambda _: None
    ) -> Attempt:
        def note(report: Report) -> None:
            attempt.reports.append(report)
            hear(report)

        attempt.ending = await self.runner.work(attempt.assignment, note)
        return attempt


@dataclass
class Run:
    """Makes one attempt after another with one agent, and has the last one's reports.

    `agent` gives the agent that plays a scenario.
    """

    attempts: Attempts
    agent: Callable[[str], Agent]
    reports: list[Report] = field(default_factory=list)

    @property
    def folder(self) -> Path:
        return self.attempts.folder

    def work(self, scenario: str, **changes: object) -> Ending:
        return asyncio.run(self.attempt(scenario, **changes))

    async def attempt(self, scenario: str, **changes: object) -> Ending:
        """Makes an attempt whose assignment is another one in what is named."""
        attempt = self.attempts.plan(self.agent(scenario), "Mend add")
        attempt.assignment = replace(attempt.assignment, **changes)  # type: ignore[arg-type] # by name
        self.reports = attempt.reports
        await self.attempts.work(attempt)
        return attempt.ending

    @property
    def session(self) -> str | None:
        return next(report.session for report in self.reports if report.session)

    @property
    def usage(self) -> Usage:
        return [each.session_usage for each in self.reports if each.session_usage][-1]


@pytest.fixture
def attempts(workplace: Workplace, tmp_path: Path) -> Attempts:
    """Gives attempts in the folder of the workplace."""
    kept = ("PATH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")
    person = {name: os.environ[name] for name in kept if name in os.environ}
    person |= {"HOME": str(tmp_path / "home"), "CODEX_API_KEY": "scripted-key"}
    run, state = tmp_path / "run", tmp_path / "state"
    return Attempts(AgentRunner(run, state, ADAPTERS, person, "0.0.0"), workplace.repo.path)

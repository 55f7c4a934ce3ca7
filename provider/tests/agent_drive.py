"""Drives adapters with real processes, without the limits and homes that a run adds."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.known import adapter_for
from spec_kitty_orchestrator.adapters.processes.kept import start_kept
from spec_kitty_orchestrator.domain.agents import Agent, Role
from spec_kitty_orchestrator.ports import Assignment, Ending, Report


@dataclass
class Drive:
    """Runs an agent to its end; `until` cancels it, once that is true."""

    folder: Path
    home: Path
    reports: list[Report] = field(default_factory=list)
    limit_seconds: float = 60.0

    def assignment(self, agent: Agent) -> Assignment:
        return Assignment(
            id="WP01-1",
            run_id=f"test-{os.getpid()}",
            feature="001-sample",
            package="WP01",
            role=Role.IMPLEMENT,
            attempt=1,
            agent=agent,
            folder=self.folder,
            prompt="Build it.",
            timeout_seconds=60,
            stall_seconds=60,
        )

    def run(
        self, agent: Agent, until: Callable[[], bool] | None = None, **changes: object
    ) -> Ending:
        assignment = replace(self.assignment(agent), **changes)  # type: ignore[arg-type] # by name
        return asyncio.run(asyncio.wait_for(self._run(assignment, until), self.limit_seconds))

    async def _run(self, assignment: Assignment, until: Callable[[], bool] | None) -> Ending:
        adapter = adapter_for(assignment.agent.kind)
        launch = adapter.launch(assignment.agent, assignment.role, assignment, self.home)
        for name, text in launch.files.items():
            (self.home / name).parent.mkdir(parents=True, exist_ok=True)
            (self.home / name).write_text(text)
        environment = {"PATH": os.environ["PATH"], **launch.environment}
        process = await start_kept(launch.argv, self.folder, environment)
        try:
            talking = asyncio.ensure_future(
                adapter.converse(process, assignment, self.reports.append)
            )
            while until is not None and not talking.done():
                if until():
                    talking.cancel()
                await asyncio.sleep(0.01)
            return await talking
        finally:
            await process.end(1.0)

    @property
    def said(self) -> list[str]:
        return [report.said for report in self.reports if report.said is not None]

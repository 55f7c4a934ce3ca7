"""Gives a test its agents: each as one executable that takes the place of the agent's own.

It runs the real agent in the cage of the test, and the agent asks the scripted model of the test.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import launches
from cage import Cage
from installed import CLAUDE_AGENT_ACP, CLAUDE_CODE, CODEX, program
from model_server import ModelServer


@dataclass(frozen=True, slots=True)
class WrappedAgents:
    """Writes executables into a folder. Each method takes the name of the scenario to play."""

    models: ModelServer
    cage: Cage
    cache: Path
    folder: Path

    def claude_code(self, scenario: str, retries: int | None = None) -> Path:
        launch = launches.claude_code(
            program(CLAUDE_CODE, self.cache), self.models.url(scenario), retries
        )
        return self.cage.wrap(launch, self.folder / scenario / "claude")

    def codex(self, scenario: str, retries: int | None = None) -> Path:
        launch = launches.codex(program(CODEX, self.cache), self.models.url(scenario), retries)
        return self.cage.wrap(launch, self.folder / scenario / "codex")

    def claude_agent_acp(self, scenario: str, retries: int | None = None) -> Path:
        claude_code = launches.claude_code(
            program(CLAUDE_CODE, self.cache), self.models.url(scenario), retries
        )
        launch = launches.claude_agent_acp(program(CLAUDE_AGENT_ACP, self.cache), claude_code)
        return self.cage.wrap(launch, self.folder / scenario / "claude-agent-acp")

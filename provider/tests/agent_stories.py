"""Holds what tests of running agents share: a plain adapter, and assignments for it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.adapter import Adapter, Launch, Talk
from spec_kitty_orchestrator.domain.agents import Agent, Kind, Role
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Assignment, Ending, Report


class Plain(Adapter):
    """Speaks to any program: prompt on its input, what it prints is the answer.

    `hear` gets every line as it comes; a line `END` ends the conversation before the program.
    """

    secrets = ("PLAIN_KEY",)

    def __init__(self, hear: Callable[[str], None] = lambda _: None) -> None:
        self.hear = hear
        self.files: Mapping[str, str] = {}

    def launch(
        self, agent: Agent, role: Role, _assignment: Assignment | None, _home: Path
    ) -> Launch:
        return Launch(
            agent.command,
            environment={"PLAIN_ROLE": role.value},
            files=self.files,
            approval_mode="auto",
            dangerous_flags=agent.flags,
        )

    async def converse(
        self, talk: Talk, assignment: Assignment, _report: Callable[[Report], None]
    ) -> Ending:
        await talk.send(assignment.prompt)
        talk.close()
        said: list[str] = []
        async for line in talk.lines():
            self.hear(line)
            if line == "END":
                return Ending(answer="\n".join(said))
            said.append(line)
        status = await talk.exit_status()
        if status:
            return Ending(Failure.CRASH, f"{status}: {talk.errors()}", "\n".join(said))
        return Ending(answer="\n".join(said))


def agent_of(*command: str) -> Agent:
    return Agent("plain", Kind.COMMAND, command, "vendor", "family")


def assignment_for(folder: Path, *command: str, run_id: str = "run-1") -> Assignment:
    """Returns an assignment for a command in a folder, with limits that no test reaches."""
    return Assignment(
        id="WP01-1-implement-1",
        run_id=run_id,
        feature="034-feature",
        package="WP01",
        role=Role.IMPLEMENT,
        attempt=1,
        agent=agent_of(*command),
        folder=folder,
        prompt="Do it.",
        timeout_seconds=60.0,
        stall_seconds=60.0,
    )


def within(assignment: Assignment, timeout: float = 60.0, stall: float = 60.0) -> Assignment:
    """Returns the assignment with these limits, in seconds."""
    return replace(assignment, timeout_seconds=timeout, stall_seconds=stall)

"""Owns what a kind of agent has to tell: how it is launched, and how a conversation with it goes.

Limits, transcripts, private homes and the ending of processes are the same for all agents and
are not an adapter's business: see `running.py`.
"""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from spec_kitty_orchestrator.domain.agents import Agent, Role
from spec_kitty_orchestrator.ports import Assignment, Ending, Report


@dataclass(frozen=True, slots=True)
class Launch:
    """Is one launch, decided before anything starts; the policy metadata is built from it.

    `environment` comes on top of the scrubbed one. `files` are written into the private home
    first, by their path in it. `approval_mode` and `dangerous_flags` are the contract's words.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    approval_mode: str = "full_auto"
    dangerous_flags: tuple[str, ...] = ()


class Talk(ABC):
    """Is the running agent's side of a conversation: three streams and an end.

    What is read counts as activity and goes into the transcript as it comes.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    @abstractmethod
    def lines(self) -> AsyncIterator[str]:
        """Gives what the agent prints, line by line, however long the lines are."""

    @abstractmethod
    async def send(self, text: str) -> None:
        """Writes to the agent's standard input; an agent that is gone is no error."""

    @abstractmethod
    def close(self) -> None:
        """Ends the agent's standard input."""

    @abstractmethod
    async def exit_status(self) -> int:
        """Waits for the agent's end; a signal's number is negative, as `subprocess` has it."""

    @abstractmethod
    def errors(self) -> str:
        """Returns the end of what the agent wrote to standard error so far."""


class Adapter(ABC):
    """Speaks to one kind of agent.

    `secrets` are environment variables that sign its agents in: all that they get of the
    person's besides what the agent names itself. `version` are the words that print it.
    """

    secrets: tuple[str, ...] = ()
    version: tuple[str, ...] = ("--version",)

    @abstractmethod
    def launch(self, agent: Agent, role: Role, assignment: Assignment | None, home: Path) -> Launch:
        """Returns the launch; without an assignment, the same with its places left open."""

    @abstractmethod
    async def converse(
        self, talk: Talk, assignment: Assignment, report: Callable[[Report], None]
    ) -> Ending:
        """Gives the agent its prompt, reads until it ends, and says how that was.

        It returns when the agent has said its last word; the agent's processes are then ended
        if they do not end by themselves.
        """

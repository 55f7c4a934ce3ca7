"""Is what the wire formats have in common: what a request tells, and what is answered.

The turn is counted from the request alone: how often the model has asked for tools since the last
prompt. So it survives repeated requests, resumed sessions and prompts that follow another.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from model_server.script import Usage
from model_server.values import JsonObject

# A tool takes named arguments, or one free text (then its schema is None).
Tools: TypeAlias = Mapping[str, JsonObject | None]


@dataclass(frozen=True, slots=True)
class Dialogue:
    """Is the state of one conversation: its prompts so far, and the turn that is due."""

    session: str
    prompts: tuple[str, ...]
    turn: int
    tools: Tools

    @property
    def prompt(self) -> str:
        """The last prompt, empty if there is none."""
        return self.prompts[-1] if self.prompts else ""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """Calls a tool with named arguments, or with free text where the tool takes that."""

    tool: str
    arguments: JsonObject | str


@dataclass(frozen=True, slots=True)
class Reply:
    say: str
    calls: tuple[ToolCall, ...]
    usage: Usage
    hang_seconds: float


@dataclass(frozen=True, slots=True)
class Event:
    """Is one server-sent event: its name and its data."""

    name: str
    data: JsonObject

"""Says what a scripted model does: the values of a scenario, and nothing about any wire format.

A scenario is a list of parts. A part answers the prompts that match its pattern, with one turn per
request: a turn says something, asks for actions, or fails. The model's answer ends with the first
turn that asks for nothing; a part that runs out of turns answers with what its last turn said.

Actions are about files and commands, not about any agent's tools, so that one scenario serves every
agent. Paths are relative to the folder that the agent works in.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeAlias

from model_server.values import Json

FOREVER = math.inf


@dataclass(frozen=True, slots=True)
class Write:
    """Writes a file. Claude Code wants an existing file to be read first."""

    path: str
    content: str


@dataclass(frozen=True, slots=True)
class Edit:
    """Replaces lines of a file, whole ones. Claude Code wants the file to be read first."""

    path: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Read:
    path: str


@dataclass(frozen=True, slots=True)
class Bash:
    command: str


@dataclass(frozen=True, slots=True)
class Call:
    """Calls one tool by its own name: for what only one agent has."""

    tool: str
    arguments: Mapping[str, Json]


Action: TypeAlias = Write | Edit | Read | Bash | Call


@dataclass(frozen=True, slots=True)
class Failure:
    """Is an HTTP error instead of an answer; after so many `times` the turn is played.

    `fields` are put into the error of the body, beside its type and message.
    """

    status: int
    times: float = FOREVER
    retry_after_seconds: int | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Usage:
    """Counts the tokens of one answer. Cached ones are not counted as input a second time."""

    input_tokens: int = 1200
    cached_tokens: int = 200
    output_tokens: int = 34


@dataclass(frozen=True, slots=True)
class Turn:
    """Is one answer of the model. With `hang_seconds` it begins, and goes on after that time."""

    say: str = ""
    do: tuple[Action, ...] = ()
    fail: Failure | None = None
    hang_seconds: float = 0
    usage: Usage = Usage()


@dataclass(frozen=True, slots=True)
class Part:
    """Answers prompts in which `when`, a regular expression, is found; no more than `prompts`.

    An agent that starts anew, or is given another prompt, counts as one more prompt; a request
    that is repeated does not.
    """

    turns: tuple[Turn, ...]
    when: str = ""
    prompts: float = FOREVER


@dataclass(frozen=True, slots=True)
class Scenario:
    """Is played part by part: the first that matches and has not answered all its prompts."""

    parts: tuple[Part, ...]


def scenario(*turns: Turn) -> Scenario:
    """Returns the scenario that answers every prompt with these turns."""
    return Scenario((Part(turns),))

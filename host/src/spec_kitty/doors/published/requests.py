"""Owns the JSON Schemas of what a caller sends: a command's flags, policy metadata, evidence.

A request is the object of a command's flags by name. On the command line a text is given as it
is, a number in digits, an object as JSON text, and a switch that is true by its name alone.
"""

from __future__ import annotations

from spec_kitty.domain.evidence import MAX_FINDING_CHARACTERS, MAX_FINDINGS
from spec_kitty.domain.feature import Decision
from spec_kitty.domain.lanes import LANE_WORDS, Lane
from spec_kitty.domain.names import MAX_ACTOR_CHARACTERS, MAX_NOTE_CHARACTERS
from spec_kitty.domain.policy.metadata import (
    KNOWN_MODES,
    LINE_FIELDS,
    MAX_FIELD_CHARACTERS,
    MAX_POLICY_BYTES,
    REQUIRED_FIELDS,
)
from spec_kitty.doors.commands import Command, Flag, Kind
from spec_kitty.doors.published.shapes import OBJECT_ID
from spec_kitty.doors.reading import MAX_ATTEMPT_DIGITS, MAX_NAME_CHARACTERS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    Schema = dict[str, Any]

# The rules of domain/names.py as one expression each; a test holds them together.
SLUG = r"^(?!.*\.\.)(?!.*\.$)(?!.*\.lock$)(?!.*-WP[0-9]+$)[A-Za-z0-9][A-Za-z0-9._-]{0,99}$"
PACKAGE_ID = "^WP[0-9]{2,6}$"
_LINE: Schema = {"type": "string", "minLength": 1, "maxLength": MAX_NAME_CHARACTERS}


def policy_schema() -> Schema:
    """Returns the schema of policy metadata."""
    line = {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_FIELD_CHARACTERS,
        "pattern": r"\S",
    }
    modes = {field: {"enum": list(known)} for field, known in KNOWN_MODES.items()}
    return {
        "description": (
            f"What an orchestrator declares about the launch it is about to make: at most "
            f"{MAX_POLICY_BYTES} bytes, and nothing in it may look like a credential."
        ),
        "type": "object",
        "required": list(REQUIRED_FIELDS),
        "properties": {
            **dict.fromkeys(LINE_FIELDS, line),
            **modes,
            "dangerous_flags": {"type": "array", "items": line},
            "tool_restrictions": {"description": "Anything that the orchestrator wants kept."},
        },
        "additionalProperties": False,
    }


def evidence_schema() -> Schema:
    """Returns the schema of what a verdict or a submission carries."""
    short = {"type": "string", "minLength": 1, "maxLength": 100}
    finding = {
        "type": "object",
        "required": ["message"],
        "properties": {
            "id": {"description": "Left out: F and its place.", **short},
            "message": {"type": "string", "minLength": 1, "maxLength": MAX_FINDING_CHARACTERS},
            "severity": {"description": "Left out: major.", **short},
            "path": {"type": ["string", "null"]},
            "line": {"type": ["integer", "null"]},
        },
    }
    return {
        "description": "A verdict about one commit, or the paths of conflicts that are solved.",
        "type": "object",
        "properties": {
            "verdict": {"enum": [*(decision.value for decision in Decision), None]},
            "head_commit": {
                "description": "The commit that the verdict is about.",
                "type": ["string", "null"],
                "pattern": OBJECT_ID,
            },
            "findings": {"type": "array", "items": finding, "maxItems": MAX_FINDINGS},
            "resolved": {"type": "array", "items": {"type": "string"}},
        },
    }


_FLAGS: Mapping[Kind, Schema] = {
    Kind.FEATURE: {"type": "string", "pattern": SLUG},
    Kind.PACKAGE: {"type": "string", "pattern": PACKAGE_ID},
    Kind.ACTOR: {
        "type": "string",
        "minLength": 1,
        "maxLength": MAX_ACTOR_CHARACTERS,
        "pattern": r"\S",
    },
    Kind.LANE: {"enum": [*LANE_WORDS, Lane.IN_PROGRESS.value]},
    Kind.NAME: _LINE,
    Kind.KEY: _LINE,
    Kind.TEXT: {"type": "string", "minLength": 1, "maxLength": MAX_NOTE_CHARACTERS},
    Kind.ATTEMPT: {"type": "integer", "minimum": 0, "maximum": 10**MAX_ATTEMPT_DIGITS - 1},
    Kind.CURSOR: {"type": "string", "pattern": OBJECT_ID},
    Kind.SWITCH: {"type": "boolean"},
}


def _flag_schema(flag: Flag) -> Schema:
    match flag.kind:
        case Kind.POLICY:
            return policy_schema()
        case Kind.EVIDENCE:
            return evidence_schema()
        case _:
            return {"description": flag.help, **_FLAGS[flag.kind]}


def request_schema(command: Command) -> Schema:
    """Returns the schema of a command's flags; a flag that it does not have is refused."""
    return {
        "description": command.summary,
        "type": "object",
        "required": [flag.name for flag in command.flags if flag.required],
        "properties": {flag.name: _flag_schema(flag) for flag in command.flags},
        "additionalProperties": False,
    }

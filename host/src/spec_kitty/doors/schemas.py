"""Owns the contract as data: the JSON Schemas (2020-12) of every request and answer.

Requests may not say what the contract does not know; answers may, because a reader ignores what
it does not know and a later version says more.
"""

from __future__ import annotations

from spec_kitty.domain.refusals import MEANINGS
from spec_kitty.doors.answers import ANSWERS, Answer
from spec_kitty.doors.commands import COMMANDS, Command
from spec_kitty.doors.envelope import CONTRACT_VERSION, DOOR
from spec_kitty.doors.published.requests import evidence_schema, policy_schema, request_schema
from spec_kitty.doors.published.shapes import object_schema

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
MAJOR = CONTRACT_VERSION.partition(".")[0]

_FAILURE = {
    "type": "object",
    "required": ["message"],
    "properties": {
        "message": {
            "description": "A sentence for people, with the next step.",
            "type": "string",
            "minLength": 1,
        }
    },
}
_SUCCEEDED = {"properties": {"success": {"const": True}}}


def schema_document() -> Schema:
    """Returns what the command `schema` answers."""
    return {
        "contract_version": CONTRACT_VERSION,
        "envelope": envelope_schema(),
        "commands": {
            command.name: {
                "request": _titled(f"{command.name}.request", request_schema(command)),
                "response": response_schema(command, ANSWERS[command.name]),
                "errors": [code.value for code in ANSWERS[command.name].errors],
            }
            for command in COMMANDS
        },
        "policy": _titled("policy", policy_schema()),
        "evidence": _titled("evidence", evidence_schema()),
        "errors": catalogue(),
    }


def catalogue() -> list[dict[str, object]]:
    """Returns the closed list of error codes."""
    return [
        {"code": code.value, "meaning": meaning, "retryable": retryable}
        for code, (meaning, retryable) in MEANINGS.items()
    ]


def envelope_schema() -> Schema:
    """Returns the schema that every answer of every command satisfies."""
    schema = {
        **_envelope({"type": "string", "pattern": f"^{DOOR}\\.[a-z-]+$"}),
        "if": _SUCCEEDED,
        "then": {"properties": {"error_code": {"type": "null"}}},
        "else": {"properties": {"error_code": {"type": "string"}, "data": _FAILURE}},
    }
    return _titled("envelope", schema)


def response_schema(command: Command, answer: Answer) -> Schema:
    """Returns the schema of a command's whole answer, envelope included."""
    codes = [code.value for code in answer.errors]
    schema = {
        **_envelope({"const": f"{DOOR}.{command.name}"}),
        "if": _SUCCEEDED,
        "then": {
            "properties": {"error_code": {"type": "null"}, "data": object_schema(answer.fields)}
        },
        "else": {"properties": {"error_code": {"enum": codes}, "data": _FAILURE}},
    }
    return _titled(f"{command.name}.response", schema)


def _envelope(command: Schema) -> Schema:
    properties = {
        "contract_version": {"type": "string", "pattern": f"^{MAJOR}\\.[0-9]+\\.[0-9]+$"},
        "command": command,
        "timestamp": {"type": "string", "format": "date-time"},
        "correlation_id": {"type": "string", "pattern": "^corr-[0-9a-f]{32}$"},
        "success": {"type": "boolean"},
        "error_code": {"description": "Null on success.", "type": ["string", "null"]},
        "data": {"type": "object"},
    }
    return {"type": "object", "required": list(properties), "properties": properties}


def _titled(name: str, schema: Schema) -> Schema:
    about = {"$schema": DIALECT, "$id": f"urn:spec-kitty:contract:v{MAJOR}:{name}", "title": name}
    return {**about, **schema}

"""Owns what is told to Claude Code: prompts, requests, and answers to what it asks."""

import json
from collections.abc import Mapping
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.json_values import Fields, fields, text
from spec_kitty_orchestrator.adapters.agents.permissions import permit

# What each tool is for the table of permissions, and where it names its place. Others are let be.
_KINDS = {
    "Read": ("read", "file_path"),
    "Glob": ("read", "path"),
    "Grep": ("read", "path"),
    "Edit": ("edit", "file_path"),
    "MultiEdit": ("edit", "file_path"),
    "Write": ("edit", "file_path"),
    "NotebookEdit": ("edit", "notebook_path"),
    "Bash": ("execute", ""),
    "Monitor": ("execute", ""),
    "WebFetch": ("fetch", ""),
    "WebSearch": ("fetch", ""),
}


def prompted(prompt: str) -> str:
    return _line({"type": "user", "message": {"role": "user", "content": prompt}})


def request(identity: str, subtype: str) -> str:
    asked = {"subtype": subtype}
    return _line({"type": "control_request", "request_id": identity, "request": asked})


def answer(message: Fields, folder: Path) -> str:
    """Answers what Claude Code asks; what is not known here is refused, or it would wait."""
    asked = fields(message.get("request"))
    response: dict[str, object] = {"request_id": message.get("request_id")}
    if asked.get("subtype") == "can_use_tool":
        response |= {"subtype": "success", "response": _permission(asked, folder)}
    else:
        response |= {"subtype": "error", "error": "This is not supported in a run."}
    return _line({"type": "control_response", "response": response})


def _permission(request: Fields, folder: Path) -> dict[str, object]:
    asked = fields(request.get("input"))
    kind, place = _KINDS.get(text(request.get("tool_name")), ("other", ""))
    paths = [path] if (path := text(asked.get(place))) else []
    command = text(asked.get("command")) if kind == "execute" else None
    refused = permit(kind, paths, command, folder)
    if refused is None:
        return {"behavior": "allow", "updatedInput": asked}
    return {"behavior": "deny", "message": refused}


def _line(message: Mapping[str, object]) -> str:
    return json.dumps(message) + "\n"

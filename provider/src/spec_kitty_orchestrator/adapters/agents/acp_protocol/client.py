"""Owns what an agent may ask of its client over the Agent Client Protocol: leave, and files.

Permission itself is `permissions.py`'s. There are no terminals: agents start their own commands.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import acp
from acp import schema

from spec_kitty_orchestrator.adapters.agents.acp_protocol import reading
from spec_kitty_orchestrator.adapters.agents.permissions import permit

T = TypeVar("T")

# The protocol's kinds of tools that change files.
_CHANGES = ("edit", "delete", "move")


class Client:
    """Answers what the agent asks of its client."""

    def __init__(self, folder: Path, told: reading.Told) -> None:
        self._folder, self._told = folder, told

    async def session_update(self, update: schema.BaseModel, **_: object) -> None:
        self._told.take(plain(update))

    async def request_permission(
        self,
        tool_call: schema.ToolCallUpdate,
        options: list[schema.PermissionOption],
        **_: object,
    ) -> schema.RequestPermissionResponse:
        asked = self._told.asked(plain(tool_call))
        # What a command reads and writes is told by its words, not by its places. A tool for files
        # may have a word named so, too.
        paths = () if asked.command and asked.kind not in _CHANGES else asked.paths
        denied = permit(asked.kind or "other", paths, asked.command, self._folder)
        if denied is not None:
            self._told.deny(denied)
        offered = [(option.option_id, option.kind) for option in options]
        picked = reading.choose(offered, denied is None)
        if picked is None:
            return schema.RequestPermissionResponse(
                outcome=schema.DeniedOutcome(outcome="cancelled")
            )
        return schema.RequestPermissionResponse(
            outcome=schema.AllowedOutcome(outcome="selected", option_id=picked)
        )

    async def read_text_file(
        self,
        path: str,
        line: int | None = None,
        limit: int | None = None,
        **_: object,
    ) -> schema.ReadTextFileResponse:
        text = _tried(lambda: self._place("read", path).read_text("utf-8", "replace"), path)
        if line is not None or limit is not None:
            first = max((line or 1) - 1, 0)
            lines = text.splitlines(keepends=True)[first:]
            text = "".join(lines if limit is None else lines[:limit])
        return schema.ReadTextFileResponse(content=text)

    async def write_text_file(
        self, path: str, content: str, **_: object
    ) -> schema.WriteTextFileResponse:
        place = self._place("edit", path)
        _tried(lambda: _write(place, content), path)
        return schema.WriteTextFileResponse()

    def _place(self, kind: str, path: str) -> Path:
        """Returns where a path leads once its links are followed; refuses what leads out."""
        place = _tried((self._folder / path).resolve, path)
        denied = permit(kind, (str(place),), None, self._folder)
        if denied is None and not place.is_relative_to(self._folder.resolve()):
            denied = f"Reading {path} here is not allowed: it lies outside {self._folder}."
        if denied is not None:
            self._told.deny(denied)
            raise acp.RequestError.invalid_params({"reason": denied})
        return place


def _write(place: Path, content: str) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    place.write_bytes(content.encode("utf-8", "surrogateescape"))


def _tried(act: Callable[[], T], path: str) -> T:
    try:
        return act()
    except FileNotFoundError:
        raise acp.RequestError.resource_not_found(path) from None
    except (OSError, RuntimeError, ValueError) as problem:
        raise acp.RequestError.internal_error({"reason": str(problem)}) from None


def plain(message: schema.BaseModel) -> dict[str, object]:
    """Returns a message of the library as plain JSON."""
    return message.model_dump(mode="json", by_alias=True, exclude_none=True)

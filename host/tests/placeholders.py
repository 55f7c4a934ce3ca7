"""Replaces what differs from run to run, so that answers can be compared whole.

An object id becomes the number of its first appearance, in hex digits repeated: it is still a
well-formed id, and its first twelve digits, which sentences show, still belong to it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

TIME = "2026-01-01T12:00:00.000000+00:00"

_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?\+00:00)?")
_OBJECT_ID = re.compile(r"\b(?:[0-9a-f]{40}|[0-9a-f]{12})\b")
_ASIDE = re.compile(r"(?<=-as-found-)[0-9a-f]{7}\b")
_RANDOM = re.compile(r"\b(corr|hist)-[0-9a-f]{32}\b")
_SHOWN = 12


class Placeholders:
    """Gives the same placeholder for the same value, over all answers of one repository."""

    def __init__(self, repository: Path) -> None:
        self._repository = str(repository)
        self._ids: dict[str, int] = {}

    def settle(self, value: Any) -> Any:
        """Returns the value with placeholders in every text."""
        if isinstance(value, dict):
            return {
                name: 0.1 if name == "seconds" else self.settle(held)
                for name, held in value.items()
            }
        if isinstance(value, list):
            return [self.settle(held) for held in value]
        return self._text(value) if isinstance(value, str) else value

    def _text(self, text: str) -> str:
        text = text.replace(self._repository, "<repository>")
        text = _TIME.sub(lambda found: TIME[: len(found[0])], text)
        text = _RANDOM.sub(lambda found: f"{found[1]}-{'0' * 32}", text)
        text = _ASIDE.sub("0" * 7, text)
        return _OBJECT_ID.sub(self._object_id, text)

    def _object_id(self, found: re.Match[str]) -> str:
        number = self._ids.setdefault(found[0][:_SHOWN], len(self._ids) + 1)
        return (f"{number:04x}" * 10)[: len(found[0])]

"""Reads JSON values of unknown shape without trusting them: what is missing is empty."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypeAlias

Json: TypeAlias = (
    "Mapping[str, Json] | Sequence[Json] | str | int | float | bool | None"  # a sum, not a name
)
JsonObject: TypeAlias = Mapping[str, Json]


def as_object(value: Json) -> JsonObject:
    return value if isinstance(value, Mapping) else {}


def objects(value: Json) -> list[JsonObject]:
    """Returns the objects in a list."""
    if isinstance(value, str) or not isinstance(value, Sequence):
        return []
    return [item for item in value if isinstance(item, Mapping)]


def text(value: Json) -> str:
    return value if isinstance(value, str) else ""

"""Reads JSON of unknown shape without trusting it: what is missing or of another type is empty."""

import json
from collections.abc import Mapping
from typing import TypeAlias

Fields: TypeAlias = Mapping[str, object]


def parsed(line: str) -> Fields:
    """Returns the object that a line holds, an empty one where it holds none."""
    try:
        return fields(json.loads(line))
    except (ValueError, RecursionError):
        return {}


def fields(value: object) -> Fields:
    return value if isinstance(value, dict) else {}


def entries(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def text(value: object) -> str:
    return value if isinstance(value, str) else ""


def number(value: object) -> float:
    """Returns a number that can be counted with; 0 for anything else, as true, NaN and -1."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0 <= value < 1e18 else 0.0

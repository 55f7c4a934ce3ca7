"""Holds a series of numbers, some of which may be missing."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

GAP = "-"
SIZES = {"": 1, "k": 1_000, "M": 1_000_000}
NUMBER = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?)([kM]?)")


@dataclass(frozen=True)
class Series:
    """Is what was counted or measured, in order; None is a gap."""

    values: tuple[float | None, ...]

    @classmethod
    def read(cls, words: Iterable[str]) -> Series:
        """Reads words such as `120` and `1.2k`. Raises ValueError."""
        series = cls(tuple(None if word == GAP else _number(word) for word in words))
        if not series.known:
            raise ValueError("There is no number in the series.")
        return series

    @property
    def known(self) -> tuple[float, ...]:
        return tuple(value for value in self.values if value is not None)


def _number(word: str) -> float:
    match = NUMBER.fullmatch(word)
    if match is None:
        raise ValueError(f"'{word}' is no number. Write 120, 1.2k, or - for a gap.")
    return float(match[1]) * SIZES[match[2]]

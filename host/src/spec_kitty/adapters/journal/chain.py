"""Owns the list of all commits of a journal, in the bytes in which git lists them.

A hundred thousand ids take 4 MB that way; as strings of their own they would take three times that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload


class Chain(Sequence[str]):
    """Is a sequence of object ids; `listed` has one on each line, all of the same length."""

    def __init__(self, listed: bytes) -> None:
        self._listed = listed
        self._width = listed.find(b"\n") + 1

    def __len__(self) -> int:
        return len(self._listed) // self._width if self._width else 0

    @overload
    def __getitem__(self, place: int) -> str: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[str]: ...
    def __getitem__(self, place: int | slice) -> str | Sequence[str]:
        if isinstance(place, slice):
            first, last, _ = place.indices(len(self))
            return self._listed[first * self._width : last * self._width].decode().split()
        start = range(len(self))[place] * self._width
        return self._listed[start : start + self._width - 1].decode()

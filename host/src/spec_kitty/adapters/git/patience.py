"""Owns telling a child that waits for ever from one that works.

Git opens what a path names without a look at what that is. Where a named pipe took the place of a
file, it waits until somebody writes into the pipe. A child that sleeps, has no child of its own,
and neither computes nor reads for long is given up. Where there is no /proc, nobody can tell.
"""

from __future__ import annotations

import os
import time

_PROCESSES = "/proc"
_SLEEPS = b"S"
# Fields of `stat` behind the name in parentheses: the state, and the time spent on the processor.
_STATE, _SPENT = 0, slice(11, 13)


class Patience:
    """Watches one child. `seconds` is how long it may do nothing at all."""

    def __init__(self, pid: int, seconds: float) -> None:
        self._folder = f"{_PROCESSES}/{pid}"
        self._seconds = seconds
        self._seen: bytes | None = None
        self._since = 0.0

    def is_over(self) -> bool:
        """Says whether the child has done nothing for so long, as far as was asked in between."""
        seen, now = self._marks(), time.monotonic()
        if seen is None or seen != self._seen:
            self._seen, self._since = seen, now
            return False
        return now - self._since >= self._seconds

    def _marks(self) -> bytes | None:
        """Returns what differs once the child has done something; None while it is at work."""
        try:
            fields = self._read("stat").rpartition(b")")[2].split()
            tasks = os.listdir(f"{self._folder}/task")
            children = [self._read(f"task/{task}/children") for task in tasks]
            if fields[_STATE] != _SLEEPS or any(children):
                return None
            return b" ".join([*fields[_SPENT], self._read("io")])
        except OSError:
            return None

    def _read(self, name: str) -> bytes:
        with open(f"{self._folder}/{name}", "rb") as file:
            return file.read()

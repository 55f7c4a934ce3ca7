"""Owns a call of the contract door inside this process, with everything that it wrote.

It is the entry that the program itself uses for its arguments, with the same reading of bytes;
only the start of an interpreter is left out, which a million calls could not afford.
"""

from __future__ import annotations

import contextlib
import gc
import io
import json
import os
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from spec_kitty.application.host import Host
from spec_kitty.doors.api import run
from spec_kitty.wiring import open_host


@dataclass
class Outcome:
    """Is what one call left: its exit status, both streams, and the seconds that it took.

    `opened` says whether the repository was opened; a call that did not could change nothing.
    """

    words: tuple[str, ...]
    status: int
    stdout: str
    stderr: str
    seconds: float
    opened: bool

    @cached_property
    def envelope(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.stdout.partition("\n")[0])
        return answer

    @property
    def code(self) -> str | None:
        code: str | None = self.envelope["error_code"]
        return code


class _FirstLine(io.StringIO):
    """Is a reader that goes away with the first line, which is how a stream is ended."""

    def write(self, text: str, /) -> int:
        super().write(text)
        raise BrokenPipeError


def ask(place: Path, words: Sequence[str]) -> Outcome:
    """Calls the door in a folder."""

    opened: list[Host] = []

    def opener() -> Host:
        opened.append(open_host(str(place)))
        return opened[0]

    streams = words[:1] == ("watch",)
    stdout, stderr = _FirstLine() if streams else io.StringIO(), io.StringIO()
    real, began = (sys.stdout, sys.stderr), time.monotonic()
    sys.stdout, sys.stderr = stdout, stderr
    try:
        with _kept_output() if streams else contextlib.nullcontext():
            status = run(words, opener)
            if streams and opened:
                opened[0].close()  # a stream leaves that to the end of its process
    finally:
        sys.stdout, sys.stderr = real
    seconds = time.monotonic() - began
    texts = stdout.getvalue(), stderr.getvalue()
    return Outcome(tuple(words), status, *texts, seconds, bool(opened))


def open_files() -> int:
    """Counts the descriptors of this process."""
    return len(_descriptors())


def _descriptors() -> set[int]:
    # The one that the folder is listed by is gone when it is looked at.
    listed = os.listdir("/proc/self/fd")
    return {int(name) for name in listed if os.path.lexists(f"/proc/self/fd/{name}")}


@contextlib.contextmanager
def _kept_output() -> Iterator[None]:
    """Gives this process its own output back, which a stream without a reader lets go of."""
    kept, collects = os.dup(1), gc.isenabled()
    before = _descriptors()
    try:
        yield
    finally:
        os.dup2(kept, 1)
        os.close(kept)
        if not collects:
            gc.disable()
        for descriptor in _descriptors() - before:
            os.close(descriptor)

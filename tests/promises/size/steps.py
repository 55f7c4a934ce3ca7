"""Counts the steps of a call, so that growth is seen without a clock: the same on every machine.

A step is an instruction of Python. What a function in C does is one step, however many things it
looks at; the benchmarks measure that as time.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from contextlib import closing, redirect_stdout
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

from project import SLUG
from spec_kitty.application.host import Host
from spec_kitty.doors.api import run
from spec_kitty.wiring import open_host

T = TypeVar("T")


def look(folder: Path, see: Callable[[Host], T]) -> T:
    """Returns what is seen of the host of a repository, which is closed again."""
    with closing(open_host(str(folder))) as host:
        return see(host)


def steps_of(act: Callable[[], object]) -> int:
    """Returns how many steps an act takes the second time; the first one fills the caches."""
    act()
    count = 0

    def see(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        frame.f_trace_opcodes, frame.f_trace_lines = True, False
        count += event == "opcode"
        return see

    before = sys.gettrace()
    sys.settrace(see)
    try:
        act()
    finally:
        sys.settrace(before)
    return count


def answer(folder: Path, command: str, *words: str) -> dict[str, Any]:
    """Returns the data of a call of the contract, made in this process."""
    out = io.StringIO()
    with redirect_stdout(out):
        status = run([command, "--feature", SLUG, *words], lambda: open_host(str(folder)))
    assert status == 0, out.getvalue()
    data: dict[str, Any] = json.loads(out.getvalue())["data"]
    return data

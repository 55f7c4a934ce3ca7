"""Finds the real processes that a test started, by a word in their command lines."""

import contextlib
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path


def living(word: str) -> list[str]:
    """Returns the command lines with this word of processes that have not ended."""
    return list(_found(word).values())


def end_living(word: str) -> None:
    """Ends what a failed test left."""
    for pid in _found(word):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def wait_until(is_so: Callable[[], object], within_seconds: float = 20.0) -> None:
    """Waits for a condition; fails when it does not come true in time."""
    deadline = time.monotonic() + within_seconds
    while not is_so():
        assert time.monotonic() < deadline, "this did not come true in time"
        time.sleep(0.01)


def _found(word: str) -> dict[int, str]:
    pids = {int(entry) for entry in os.listdir("/proc") if entry.isdecimal()}
    commands = {pid: _command(pid) for pid in pids - {os.getpid(), os.getppid()}}
    return {pid: command for pid, command in commands.items() if word in command}


def _command(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return b" ".join(words).decode(errors="replace").strip()

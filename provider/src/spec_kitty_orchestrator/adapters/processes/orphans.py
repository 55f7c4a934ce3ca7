"""Owns the ending of processes that no orchestrator watches over any more (Linux only).

They are known by an entry of their environment that every agent of a run has; what they started
is ended with them, whatever its own environment says. Other users' processes are never touched,
nor the caller, nor what the caller was started by.
"""

import os
import signal
import time
from collections.abc import Iterable, Mapping

from spec_kitty_orchestrator.adapters.processes import keeper

_SECONDS = 10.0
_PAUSE_SECONDS = 0.01
_ROUNDS = 50
# A process that is just becoming another program shows no environment for a moment.
_LOOKS = 3


def end_marked(variables: Mapping[str, str]) -> int:
    """Ends all processes with these variables and all below them; returns how many there were."""
    mark = {f"{name}={value}".encode() for name, value in variables.items()}
    until, ended, looks = time.monotonic() + _SECONDS, set[int](), 0
    while looks < _LOOKS and time.monotonic() < until:
        found = _stopped(mark)
        _signal_all(found, signal.SIGKILL)
        looks = 0 if found else looks + 1
        ended |= found
        time.sleep(_PAUSE_SECONDS)
    return len(ended)


def _stopped(mark: set[bytes]) -> set[int]:
    """Stops all that is marked, and what that started in the meantime; returns it all."""
    stopped: set[int] = set()
    for _ in range(_ROUNDS):
        found = _marked(mark)
        if found <= stopped:
            break
        _signal_all(found - stopped, signal.SIGSTOP)
        stopped |= found
    return stopped


def _marked(mark: set[bytes]) -> set[int]:
    """Returns the processes with this mark, and those below one of them."""
    parents = _parents()
    marked = {pid for pid in parents if mark <= _environment(pid)}
    spared = {os.getpid(), *_ancestors(os.getpid(), parents)}
    return {pid for pid in parents if marked & {pid, *_ancestors(pid, parents)}} - spared


def _parents() -> dict[int, int]:
    """Returns the parents of this user's processes, by process."""
    found: dict[int, int] = {}
    for name in os.listdir("/proc"):
        fields = keeper.stat_fields(name) if name.isdecimal() and _is_ours(name) else []
        if fields and fields[0] != b"Z":
            found[int(name)] = int(fields[1])
    return found


def _ancestors(pid: int, parents: dict[int, int]) -> list[int]:
    found: list[int] = []
    while (pid := parents.get(pid, 0)) and pid not in found:
        found.append(pid)
    return found


def _is_ours(pid: str) -> bool:
    try:
        return os.stat(f"/proc/{pid}").st_uid == os.getuid()
    except OSError:
        return False


def _environment(pid: int) -> set[bytes]:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            return set(file.read().split(b"\0"))
    except OSError:
        return set()


def _signal_all(pids: Iterable[int], number: int) -> None:
    for pid in pids:
        try:
            os.kill(pid, number)
        except OSError:
            continue

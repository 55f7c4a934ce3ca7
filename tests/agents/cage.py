"""Keeps agents that tests start on loopback.

A cage is a network of its own, made with bubblewrap: nothing is in it but a loopback interface, and
nothing listens there but the model server, at its usual port. No process stands between a test and
the agent: a wrapper enters the network and becomes the agent, so process id, streams, signals and
exit status are the agent's own. Only the network is caged; files and processes are as they are.

Where no cage can be made, agents run as they are; `is_closed` tells.
"""

from __future__ import annotations

import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from launches import Launch
from model_server import ModelServer

_KEEPER = Path(__file__).with_name("cage_keeper.py")

# Finds what an agent started even where a sandbox of its own has another network.
_MARK = "SPEC_KITTY_TEST_CAGE"


class Cage:
    """Holds the agents of one test."""

    def __init__(self, keeper: int | None) -> None:
        self._keeper = keeper
        self._mark = uuid.uuid4().hex

    @property
    def is_closed(self) -> bool:
        return self._keeper is not None

    def wrap(self, launch: Launch, file: Path) -> Path:
        """Writes the executable that takes the place of the agent's own, and returns it."""
        variables = {**launch.variables, _MARK: self._mark}
        exports = [f"export {name}={shlex.quote(value)}" for name, value in variables.items()]
        words = [*self._entering(), str(launch.executable), *launch.words]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("\n".join(["#!/bin/sh", *exports, f'exec {shlex.join(words)} "$@"', ""]))
        file.chmod(0o755)
        return file

    def _entering(self) -> list[str]:
        if self._keeper is None:
            return []
        spaces = f"/proc/{self._keeper}/ns"
        words = [str(shutil.which("nsenter")), f"--net={spaces}/net"]
        if os.stat(f"{spaces}/user").st_ino != os.stat("/proc/self/ns/user").st_ino:
            words += [f"--user={spaces}/user", "--preserve-credentials"]
        return [*words, "--"]

    def processes(self) -> dict[int, str]:
        """Returns what runs in the cage now: process ids with their command lines (Linux only)."""
        entries = os.listdir("/proc") if os.path.isdir("/proc") else []
        found = (int(entry) for entry in entries if entry.isdigit())
        return {pid: _command_line(pid) for pid in found if self._holds(pid)}

    def _holds(self, pid: int) -> bool:
        if pid in (self._keeper, os.getpid()):
            return False
        try:
            if b"\0State:\tZ" in Path(f"/proc/{pid}/status").read_bytes().replace(b"\n", b"\0"):
                return False
            inside = self._keeper is not None and os.path.samestat(
                os.stat(f"/proc/{pid}/ns/net"), os.stat(f"/proc/{self._keeper}/ns/net")
            )
            return inside or f"{_MARK}={self._mark}".encode() in _variables(pid)
        except OSError:
            return False  # It has ended, or is another user's.

    def leftovers(self, within_seconds: float = 5) -> dict[int, str]:
        """Waits until nothing runs in the cage any more; returns what still does in the end."""
        deadline = time.monotonic() + within_seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.02)
        return left

    def kill_all(self) -> None:
        """Ends whatever runs in the cage, and what that has started in the meantime."""
        for _ in range(100):
            left = self.processes()
            for pid in left:
                _kill(pid)
            if not self.leftovers(within_seconds=0.1):
                return
        raise RuntimeError(f"These processes cannot be ended: {self.processes()}")


@contextmanager
def caged(models: ModelServer) -> Iterator[Cage]:
    """Gives a cage in which only this server is to be reached, and ends all in it afterwards."""
    if not _can_be_made():
        yield from _kept(Cage(None))
        return
    ours, theirs = socket.socketpair()
    with ours:
        with theirs:
            keeper = _start_keeper(theirs.fileno(), models.port)
        told, descriptors, _, _ = socket.recv_fds(ours, 32, 1)
        if not descriptors:
            raise RuntimeError("The cage did not open. See what bubblewrap said above.")
        with models.listening(socket.socket(fileno=descriptors[0])):
            yield from _kept(Cage(int(told)))
    keeper.wait(timeout=30)


@cache
def _can_be_made() -> bool:
    if not (shutil.which("bwrap") and shutil.which("nsenter")):
        return False
    words = ["bwrap", "--bind", "/", "/", "--unshare-net", "--", "true"]
    return subprocess.run(words, capture_output=True, check=False).returncode == 0


def _kept(cage: Cage) -> Iterator[Cage]:
    try:
        yield cage
    finally:
        cage.kill_all()


def _start_keeper(descriptor: int, port: int) -> subprocess.Popen[bytes]:
    python = [sys.executable, "-I", "-S", str(_KEEPER), str(descriptor), str(port)]
    return subprocess.Popen(
        ["bwrap", "--bind", "/", "/", "--unshare-net", "--", *python],
        pass_fds=[descriptor],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
    )


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        pass  # It has ended by itself.


def _command_line(pid: int) -> str:
    try:
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        return ""
    return b" ".join(words).decode(errors="replace").strip()


def _variables(pid: int) -> list[bytes]:
    return Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")

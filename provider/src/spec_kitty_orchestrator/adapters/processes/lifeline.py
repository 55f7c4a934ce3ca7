"""Owns the orchestrator's end of a keeper: starts it, asks for the end, learns how it ended."""

import asyncio
import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO

from spec_kitty_orchestrator.adapters.processes import keeper

# What an agent gets between SIGTERM and SIGKILL if the orchestrator is gone.
ORPHAN_GRACE_SECONDS = 2.0
_PAUSE_SECONDS = 0.001


class Lifeline:
    """Is one started keeper. When this end of its socket closes, it ends the agent.

    `ended` gives the agent's exit status, negative for a signal. `failure` is the errno of an
    agent that could not be started, `left` how many processes could not be ended; `is_lost` says
    that the keeper went away before it had ended the agent.
    """

    def __init__(self, argv: Sequence[str], folder: Path, environment: Mapping[str, str]) -> None:
        """Starts the keeper, and it the agent; raises OSError where that is impossible."""
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[int] = loop.create_future()
        self.failure: int | None = None
        self.left = 0
        self.is_lost = False
        self._told = b""
        self._socket, theirs = socket.socketpair()
        try:
            with theirs:
                self.keeper = _start(theirs.fileno(), argv, folder, environment)
        except OSError:
            self._socket.close()
            raise
        self._socket.setblocking(False)
        loop.add_reader(self._socket, self._hear)

    @property
    def streams(self) -> tuple[IO[bytes], ...]:
        """Returns the pipes to and from the agent: its input, output and errors."""
        pipes = (self.keeper.stdin, self.keeper.stdout, self.keeper.stderr)
        return tuple(pipe for pipe in pipes if pipe is not None)

    def ask_end(self, grace_seconds: float) -> None:
        """Asks for the end of the agent and all that it started; a second call may hasten it."""
        if self._socket.fileno() >= 0:
            with contextlib.suppress(OSError):
                self._socket.send(f"{grace_seconds}\n".encode())

    def _hear(self) -> None:
        try:
            told = self._socket.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            told = b""
        self._told += told
        if not told:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._socket.close()
            self._reap()

    def _reap(self) -> None:
        """Takes the keeper's own status, which follows its last word after a moment."""
        status = self.keeper.poll()
        if status is None:
            asyncio.get_running_loop().call_later(_PAUSE_SECONDS, self._reap)
            return
        words = dict(line.split(b" ", 1) for line in self._told.splitlines() if b" " in line)
        self.failure = int(words[b"failed"]) if b"failed" in words else None
        self.left = int(words.get(b"left", 0))
        self.is_lost = b"ended" not in words
        if not self.ended.done():
            self.ended.set_result(int(words.get(b"ended", status)))


def _start(
    control: int, argv: Sequence[str], folder: Path, environment: Mapping[str, str]
) -> subprocess.Popen[bytes]:
    # Isolated and without site-packages: the agent's environment must not steer its keeper.
    python = [sys.executable, "-I", "-S", os.path.abspath(keeper.__file__)]
    return subprocess.Popen(
        [*python, str(control), str(ORPHAN_GRACE_SECONDS), *argv],
        bufsize=0,
        cwd=folder,
        env=environment,
        pass_fds=[control],
        start_new_session=True,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )

"""Owns how a short child process is started, fed and read on the contract path.

`posix_spawn` starts a git in 2 ms of CPU; importing `subprocess` alone would cost 10 ms, more
than everything else that a lane change does. Children that run for long, or run code which
agents wrote, are started elsewhere (`checks.py`) with limits that these do not need.
"""

from __future__ import annotations

import os
import select

from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spec_kitty.adapters.git.patience import Patience

_CHUNK_BYTES = 1 << 16
# A child that does nothing at all for so long waits for what never comes.
_IDLE_SECONDS = 10.0
_LOOKS = 6


class Completed(Record):
    """Holds what a finished child left: its exit status and everything that it printed."""

    returncode: int
    stdout: bytes
    stderr: bytes


class Pipes(Record):
    """Holds a running child and this process's ends of its three standard streams."""

    pid: int
    stdin: int
    stdout: int
    stderr: int


def spawn(
    argv: Sequence[str | bytes],
    env: Mapping[str, str],
    inherited_fd: int | None = None,
    stderr_fd: int | None = None,
) -> Pipes:
    """Starts the program, connected by pipes; `inherited_fd` stays open in it under its number.

    Raises FileNotFoundError when the program is not on the PATH.
    """
    child_in, our_in = os.pipe()
    our_out, child_out = os.pipe()
    our_err, child_err = os.pipe() if stderr_fd is None else (-1, stderr_fd)
    actions: list[tuple[int, int, int]] = [
        (os.POSIX_SPAWN_DUP2, child_in, 0),
        (os.POSIX_SPAWN_DUP2, child_out, 1),
        (os.POSIX_SPAWN_DUP2, child_err, 2),
    ]
    if inherited_fd is not None:
        # Duplicating a descriptor onto itself clears its close-on-exec flag in the child.
        actions.append((os.POSIX_SPAWN_DUP2, inherited_fd, inherited_fd))
    started = False
    try:
        pid = os.posix_spawnp(os.fsdecode(argv[0]), list(argv), env, file_actions=actions)
        started = True
    finally:
        os.close(child_in)
        os.close(child_out)
        if stderr_fd is None:
            os.close(child_err)
        if not started:
            for descriptor in (our_in, our_out, our_err):
                if descriptor >= 0:
                    os.close(descriptor)
    return Pipes(pid, our_in, our_out, our_err)


def run(
    argv: Sequence[str | bytes],
    env: Mapping[str, str],
    stdin: bytes = b"",
    inherited_fd: int | None = None,
    idle_seconds: float = _IDLE_SECONDS,
) -> Completed:
    """Runs the program to its end, feeding it and reading it at once so that neither side waits.

    One that does nothing at all for `idle_seconds` is killed, and the outcome says so.
    """
    child = spawn(argv, env, inherited_fd)
    output: dict[int, list[bytes]] = {child.stdout: [], child.stderr: []}
    waiting = select.poll()
    waiting.register(child.stdout, select.POLLIN)
    waiting.register(child.stderr, select.POLLIN)
    unsent = memoryview(stdin)
    if stdin:
        os.set_blocking(child.stdin, False)
        waiting.register(child.stdin, select.POLLOUT)
    else:
        os.close(child.stdin)
    open_streams = 2
    patience: Patience | None = None
    while open_streams:
        ready = waiting.poll(idle_seconds / _LOOKS * 1000)
        if not ready:
            patience = patience or _patience(child.pid, idle_seconds)
            if patience.is_over():
                from signal import SIGKILL

                os.kill(child.pid, SIGKILL)
                output[child.stderr].append(_given_up(idle_seconds))
        for descriptor, _ in ready:
            if descriptor == child.stdin:
                try:
                    unsent = unsent[os.write(descriptor, unsent[:_CHUNK_BYTES]) :]
                except BrokenPipeError:
                    unsent = unsent[:0]
                if not unsent:
                    waiting.unregister(descriptor)
                    os.close(descriptor)
                continue
            data = os.read(descriptor, _CHUNK_BYTES)
            if data:
                output[descriptor].append(data)
            else:
                waiting.unregister(descriptor)
                os.close(descriptor)
                open_streams -= 1
    if unsent:
        os.close(child.stdin)
    _, status = os.waitpid(child.pid, 0)
    return Completed(
        os.waitstatus_to_exitcode(status),
        b"".join(output[child.stdout]),
        b"".join(output[child.stderr]),
    )


def _patience(pid: int, seconds: float) -> Patience:
    from spec_kitty.adapters.git.patience import Patience

    return Patience(pid, seconds)


def _given_up(seconds: float) -> bytes:
    return b"it did nothing for %d s, as if it read a named pipe into which nobody writes" % seconds

"""Keeps one agent, and ends it with everything that it started. Run as a program of its own.

It stands between the orchestrator and the agent, and is the parent of last resort of all that the
agent starts (Linux: child subreaper), so that what left the agent's group and session is found too.
It never touches what they say to each other: the agent has the very streams that it was started
with. The first argument is a socket whose other end only the orchestrator holds. Its end means
that the orchestrator is gone, a number in it asks for the end within so many seconds; what is told
through it is `started PID`, `failed ERRNO`, `left COUNT` and `ended STATUS`.

It is written to start cheaply: `signal` and `ctypes` would double what that costs.
"""

from __future__ import annotations

import _ctypes
import os
import select
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    import signal
    from collections.abc import Callable, Collection
else:
    import _signal as signal

# A keeper that gets one of these ends the agent at once.
_ASKING = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
_PR_SET_PDEATHSIG = 1
_PR_SET_CHILD_SUBREAPER = 36
# What an agent that ended by itself left running gets to end in order.
_LEFTOVER_SECONDS = 0.5
_SWEEP_SECONDS = 10.0
_PAUSE_SECONDS = 0.005
_ROUNDS = 50


class Keeper:
    """Holds one agent: how it ended, and until when it may go on once its end is asked for."""

    def __init__(self, control: int, wake: int, grace_seconds: float) -> None:
        self.agent = 0
        self.status: int | None = None
        self.deadline: float | None = None
        self._control = control
        self._wake = wake
        self._grace_seconds = grace_seconds
        self._poll = select.poll()
        self._poll.register(control, select.POLLIN)
        self._poll.register(wake, select.POLLIN)

    def keep(self) -> None:
        """Returns when nothing is left of the agent, or nothing that could be ended."""
        while self.status is None and self.deadline is None:
            self._rest(None)
        if self.deadline is None:
            self.ask(_LEFTOVER_SECONDS)
        elif self.status is None:
            _signal_group(self.agent, signal.SIGTERM)
            _signal_group(self.agent, signal.SIGCONT)
        self._wait(lambda: self.status is not None)
        if self.is_any_left():
            _signal_all(_descendants(), signal.SIGTERM)
        self._wait(lambda: not self.is_any_left())
        self._sweep()

    def ask(self, grace_seconds: float) -> None:
        """Asks for the end within so many seconds, or sooner if that was asked before."""
        due = time.monotonic() + grace_seconds
        self.deadline = due if self.deadline is None else min(due, self.deadline)

    def _wait(self, is_over: Callable[[], bool]) -> None:
        while not is_over():
            left = (self.deadline or 0.0) - time.monotonic()
            if left <= 0:
                return
            self._rest(left)

    def _rest(self, seconds: float | None) -> None:
        """Sleeps until a process ends, something is asked for, or the time is over."""
        for descriptor, _ in self._poll.poll(None if seconds is None else seconds * 1000 + 1):
            if descriptor == self._wake:
                os.read(self._wake, 4096)
            else:
                self._hear(_read(self._control))
        self.is_any_left()

    def _hear(self, said: bytes) -> None:
        if not said:
            self._poll.unregister(self._control)
        try:
            self.ask(float(said.split()[-1]))
        except (IndexError, ValueError):
            self.ask(self._grace_seconds)

    def is_any_left(self) -> bool:
        """Reaps what has ended; says whether any process is left."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            if pid == self.agent:
                self.status = status

    def _sweep(self) -> None:
        """Kills until this process has no child left, and so no descendant either."""
        until = time.monotonic() + _SWEEP_SECONDS
        while self.is_any_left() and time.monotonic() < until:
            _signal_all(_stopped(), signal.SIGKILL)
            time.sleep(_PAUSE_SECONDS)


def main(control: int, grace_seconds: float, argv: list[str]) -> int:
    _prctl(_PR_SET_CHILD_SUBREAPER, 1)
    wake, waker = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
    os.set_inheritable(control, False)
    keeper = Keeper(control, wake, grace_seconds)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    for number in _ASKING:
        signal.signal(number, lambda *_: keeper.ask(0.0))
    signal.set_wakeup_fd(waker)
    keeper.agent = _start(control, argv)
    _let_go()
    _tell(control, f"started {keeper.agent}")
    keeper.keep()
    if keeper.is_any_left():
        _tell(control, f"left {len(_descendants())}")
    ended = -signal.SIGKILL if keeper.status is None else os.waitstatus_to_exitcode(keeper.status)
    _tell(control, f"ended {ended}")
    return ended if ended >= 0 else 128 - ended


def _start(control: int, argv: list[str]) -> int:
    keeper = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        signal.set_wakeup_fd(-1)
        for number in (*_ASKING, signal.SIGCHLD, signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(number, signal.SIG_DFL)
        os.setsid()
        _prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() == keeper:
            os.execvp(argv[0], argv)
    except OSError as error:
        _tell(control, f"failed {error.errno}")
    finally:
        os._exit(127)


def _let_go() -> None:
    """Gives up the agent's streams and folder, so that only the agent's own keep them open."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in range(3):
        os.dup2(nothing, descriptor)
    os.close(nothing)
    os.chdir("/")


def _prctl(option: int, value: int) -> None:
    program = _ctypes.dlopen(None, os.RTLD_NOW)  # type: ignore[arg-type] # None is this program
    _ctypes.call_function(_ctypes.dlsym(program, "prctl"), (option, value, 0, 0, 0))


def _stopped() -> list[int]:
    """Stops all descendants, and those that they started in the meantime; returns them all."""
    stopped: set[int] = set()
    for _ in range(_ROUNDS):
        found = set(_descendants())
        if found <= stopped:
            break
        _signal_all(found - stopped, signal.SIGSTOP)
        stopped |= found
    return list(stopped)


def _descendants() -> list[int]:
    """Returns all processes below this one, those that only wait to be reaped among them."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc"):
        fields = stat_fields(name) if name.isdecimal() else []
        if fields:
            children.setdefault(int(fields[1]), []).append(int(name))
    found = list(children.get(os.getpid(), ()))
    for pid in found:
        found += children.get(pid, ())
    return found


def stat_fields(pid: str) -> list[bytes]:
    """Returns what /proc tells of a process from its state on; nothing for one that is gone."""
    try:
        file = os.open(f"/proc/{pid}/stat", os.O_RDONLY)
    except OSError:
        return []
    try:
        return os.read(file, 4096).rpartition(b")")[2].split()
    except OSError:
        return []
    finally:
        os.close(file)


def _signal_all(pids: Collection[int], number: int) -> None:
    """Signals processes and their groups, since a group is signalled as one."""
    for group in {_group(pid) for pid in pids} - {os.getpgrp(), 0}:
        _signal_group(group, number)
    for pid in pids:
        try:
            os.kill(pid, number)
        except OSError:
            continue


def _group(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return 0


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except OSError:
        return


def _read(control: int) -> bytes:
    try:
        return os.read(control, 4096)
    except OSError:
        return b""


def _tell(control: int, line: str) -> None:
    try:
        os.write(control, f"{line}\n".encode())
    except OSError:
        return


if __name__ == "__main__":
    # Nothing is left to be tidied up, and the interpreter would take its time for that.
    os._exit(main(int(sys.argv[1]), float(sys.argv[2]), sys.argv[3:]) & 0xFF)

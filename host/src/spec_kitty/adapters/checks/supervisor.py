"""Ends a check and everything that it started. Run as a program of its own, never imported.

It is the parent of last resort of all that the check starts (Linux: child subreaper), so that a
daemon that left the session is found too. It also ends everything when the host goes away, which
it sees by the end of its standard input. It reports `started PID`, then `ended CODE` or `timeout`
on standard error; the check's own output of both kinds goes to standard output.

Limits: what a check starts through another service (cron, a container daemon) is not its child;
elsewhere than on Linux only the check's own process group is ended; a check can kill this
program, in which case the host ends the process group.
"""

import ctypes
import os
import select
import signal
import sys
import time

_PR_SET_CHILD_SUBREAPER = 36
_GRACE_SECONDS = 1.0
_SWEEP_SECONDS = 5.0
_PAUSE_SECONDS = 0.01


def main(folder: str, timeout_seconds: float, command: str) -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    wake, waker = os.pipe()
    for end in (wake, waker):
        os.set_blocking(end, False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(waker)
    check = _start(folder, command)
    _report(f"started {check}")
    status = _wait(check, wake, time.monotonic() + timeout_seconds)
    if status is None:
        _signal_group(check, signal.SIGTERM)
        _wait(check, wake, time.monotonic() + _GRACE_SECONDS)
    _sweep(check)
    _report("timeout" if status is None else f"ended {os.waitstatus_to_exitcode(status)}")


def _start(folder: str, command: str) -> int:
    child = os.fork()
    if child:
        return child
    try:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.setsid()
        os.chdir(folder)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(1, 2)
        os.execvp("sh", ["sh", "-c", command])
    except OSError as error:
        os.write(1, f"The check could not be started: {error}\n".encode())
    finally:
        os._exit(127)


def _wait(check: int, wake: int, deadline: float) -> int | None:
    """Waits for the check's exit status; None at the deadline or when the host is gone."""
    while True:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return None
            if pid == check:
                return status
            if pid == 0:
                break
        left = deadline - time.monotonic()
        if left <= 0:
            return None
        ready, _, _ = select.select([0, wake], [], [], left)
        if 0 in ready:
            return None
        if wake in ready:
            os.read(wake, 4096)


def _sweep(check: int) -> None:
    """Kills what is left until nothing is, or for a bounded time."""
    deadline = time.monotonic() + _SWEEP_SECONDS
    while time.monotonic() < deadline:
        _signal_group(check, signal.SIGKILL)
        for pid in _descendants():
            _kill(pid)
        try:
            while os.waitpid(-1, os.WNOHANG) != (0, 0):
                pass
        except ChildProcessError:
            return
        time.sleep(_PAUSE_SECONDS)


def _descendants() -> list[int]:
    """Returns all processes below this one, by what /proc says of parents."""
    children: dict[int, list[int]] = {}
    for name in os.listdir("/proc") if os.path.isdir("/proc/self") else ():
        if name.isdecimal():
            children.setdefault(_parent(name), []).append(int(name))
    found = list(children.get(os.getpid(), ()))
    for pid in found:
        found += children.get(pid, ())
    return found


def _parent(pid: str) -> int:
    try:
        with open(f"/proc/{pid}/stat", "rb") as file:
            return int(file.read().rpartition(b")")[2].split()[1])
    except (OSError, IndexError, ValueError):
        return -1


def _signal_group(group: int, number: int) -> None:
    try:
        os.killpg(group, number)
    except OSError:
        return


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except OSError:
        return


def _report(line: str) -> None:
    try:
        os.write(2, f"{line}\n".encode())
    except OSError:
        return


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]), sys.argv[3])

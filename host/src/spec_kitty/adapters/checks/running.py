"""Owns how the project's own commands (`verify`, set-up) are run: they execute agents' code.

They get a scrubbed environment, no credentials, nothing on standard input, a time limit, and a
supervisor that ends everything they started. They are not enclosed: `sandbox` says `none`.
"""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import time

from spec_kitty.adapters.git import processes
from spec_kitty.adapters.workspaces.removal import remove_tree
from spec_kitty.domain.checks import CheckOutcome

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

TAIL_CHARACTERS = 4_000
MAX_LOG_BYTES = 10_000_000

# Longer than the supervisor's own grace and sweep; reached only if the check killed it.
_LATE_SECONDS = 10.0
_CHUNK_BYTES = 1 << 16
_SUPERVISOR = os.path.join(os.path.dirname(__file__), "supervisor.py")
_PASSED = frozenset({"PATH", "LANG"})
_ESCAPES = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]"  # colours and cursor
    r"|\x1b[\]PX^_].*?(?:\x07|\x1b\\|$)"  # titles, links
    r"|\x1b[ -/]*[0-~]"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]",
    re.DOTALL,
)


class Checks:
    """Runs checks one at a time."""

    def run(
        self, command: str, folder: str, timeout_seconds: float, log_path: str | None = None
    ) -> CheckOutcome:
        """Runs the command by `sh` in the folder and keeps what it prints, up to 10 MB, in a log.

        When it returns, nothing that the check started is running; see `supervisor` for
        the limits of that.
        """
        from tempfile import mkdtemp

        private = mkdtemp(prefix="spec-kitty-check-")
        log = _open_log(log_path)
        started = time.monotonic()
        try:
            child = processes.spawn(
                [
                    *(sys.executable, "-I", "-S", _SUPERVISOR),
                    *(folder, str(timeout_seconds), command),
                ],
                _environment(private),
            )
            run = _Run(child, log)
            run.follow(started + timeout_seconds + _LATE_SECONDS)
        finally:
            if log is not None:
                log.close()
            remove_tree(private)
        return CheckOutcome(
            exit_code=run.exit_code,
            timed_out=run.timed_out,
            seconds=time.monotonic() - started,
            output_tail=plain_tail(run.tail),
        )


def plain_tail(output: bytes) -> str:
    """Returns the end of what was printed, as text without escape codes."""
    text = output.decode(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
    return _ESCAPES.sub("", text)[-TAIL_CHARACTERS:]


class _Run:
    """Follows one supervised check to its end."""

    def __init__(self, child: processes.Pipes, log: BinaryIO | None) -> None:
        self._child = child
        self._log = log
        self._logged = 0
        self._said = b""
        self.tail = b""

    def follow(self, deadline: float) -> None:
        """Reads output and reports until both end; ends the rest by force at the deadline."""
        open_streams = {self._child.stdout, self._child.stderr}
        try:
            while open_streams and (left := deadline - time.monotonic()) > 0:
                for stream in select.select(list(open_streams), [], [], left)[0]:
                    data = os.read(stream, _CHUNK_BYTES)
                    if not data:
                        open_streams.discard(stream)
                    elif stream == self._child.stdout:
                        self._keep(data)
                    else:
                        self._said += data
                if self._child.stderr not in open_streams and not self._is_reported():
                    break
        finally:
            self._end()

    @property
    def timed_out(self) -> bool:
        return self._last_word() == "timeout"

    @property
    def exit_code(self) -> int | None:
        """The check's exit status as a shell gives it: 128 and the signal that ended it."""
        word, _, code = self._last_word().partition(" ")
        if word != "ended":
            return None
        return int(code) if int(code) >= 0 else 128 - int(code)

    def _keep(self, data: bytes) -> None:
        self.tail = (self.tail + data)[-8 * TAIL_CHARACTERS :]
        if self._log is not None and self._logged < MAX_LOG_BYTES:
            room = MAX_LOG_BYTES - self._logged
            self._log.write(data[:room])
            self._logged += len(data)
            if len(data) > room:
                self._log.write(b"\n[spec-kitty: the rest of the output was left out]\n")

    def _is_reported(self) -> bool:
        return self._last_word() == "timeout" or self._last_word().startswith("ended ")

    def _last_word(self) -> str:
        lines = self._said.decode(errors="replace").splitlines()
        return lines[-1] if lines else ""

    def _end(self) -> None:
        """Ends the supervisor; the check's group too if the supervisor could not."""
        os.close(self._child.stdin)
        if not self._is_reported():
            _kill(self._child.pid, os.kill)
            group = re.match(rb"started (\d+)\n", self._said)
            if group:
                _kill(int(group[1]), os.killpg)
        os.waitpid(self._child.pid, 0)
        os.close(self._child.stdout)
        os.close(self._child.stderr)


def _kill(number: int, how: Callable[[int, int], None]) -> None:
    try:
        how(number, signal.SIGKILL)
    except OSError:
        return


def _environment(private: str) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED or name.startswith("LC_")
    }
    home, temporary = os.path.join(private, "home"), os.path.join(private, "tmp")
    os.mkdir(home)
    os.mkdir(temporary)
    kept.setdefault("PATH", os.defpath)
    return {**kept, "TERM": "dumb", "HOME": home, "TMPDIR": temporary}


def _open_log(path: str | None) -> BinaryIO | None:
    if path is None:
        return None
    os.makedirs(os.path.dirname(path), exist_ok=True)
    return open(path, "wb")

"""`spec-kitty status --watch`: it follows what happens, and ends when asked to."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import termios
import time

from door import PATIENCE_SECONDS, PROGRAM
from project import SLUG
from screencast import Screencast


class Watcher:
    """A board on a terminal of its own, as long as the `with` block."""

    def __init__(self, cast: Screencast) -> None:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 100, 0, 0))
        self._child = subprocess.Popen(
            [PROGRAM, "status", "--watch"],
            cwd=cast.project.repo.path,
            env={**os.environ, "TERM": "xterm", "NO_COLOR": "1"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        self.shown = ""

    def __enter__(self) -> Watcher:
        return self

    def __exit__(self, *_: object) -> None:
        self._child.kill()
        self._child.wait()
        os.close(self._master)

    def until(self, text: str) -> None:
        """Reads on until the text is shown, and forgets what came before."""
        self.shown = ""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while text not in self.shown:
            assert time.monotonic() < deadline, self.shown
            if select.select([self._master], [], [], 1)[0]:
                self.shown += os.read(self._master, 65536).decode(errors="replace")

    def interrupt(self) -> int:
        self._child.send_signal(signal.SIGINT)
        self.until("\x1b[?1049l")
        return self._child.wait(PATIENCE_SECONDS)


def test_the_board_follows_what_happens_until_it_is_interrupted(cast: Screencast) -> None:
    with Watcher(cast) as watcher:
        watcher.until("planned 3")
        cast.type("spec-kitty implement WP01")
        watcher.until("in_progress 1")
        cast.type(f"spec-kitty agent tasks move-task WP02 --to blocked --note x --feature {SLUG}")
        watcher.until("blocked 1")
        assert watcher.interrupt() == 0
        assert "Traceback" not in watcher.shown

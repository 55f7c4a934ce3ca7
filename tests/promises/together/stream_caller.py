"""Plays workers of one process: takes work packages from planned to done through the door.

    stream_caller.py REPOSITORY PACKAGE...

Each answer is printed as the door printed it. A call that is told BUSY is made again, so often as
a patient caller would; after any other refusal the work package is given up.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stdout
from json import loads
from pathlib import Path

from door import POLICY
from project import SLUG
from spec_kitty.doors.api import run
from spec_kitty.wiring import open_host

_TRIES = 60


class Worker:
    """Is one worker of a repository."""

    def __init__(self, place: Path) -> None:
        self._place = place

    def finish(self, package: str) -> None:
        """Takes a work package to done, with a note between any two steps."""
        self._note(package)
        if not self._call("start-implementation", package, "bot"):
            return
        self._work(package, "first.txt")
        self._note(package)
        if not self._call("transition", package, "bot", "--to", "for_review"):
            return
        self._call("start-review", package, "eve")
        words = ("--to", "in_progress", "--review-ref", "r/1", "--note", "More, please.")
        self._call("transition", package, "eve", *words)
        self._work(package, "second.txt")
        self._call("transition", package, "bot", "--to", "for_review")
        self._note(package)
        self._call("transition", package, "mia", "--to", "done", "--review-ref", "r/2")

    def _note(self, package: str) -> None:
        self._call("append-history", package, "bot", "--note", "Going on.")

    def _work(self, package: str, name: str) -> None:
        folder = self._place / ".worktrees" / f"{SLUG}-{package}" / "src" / package
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(5):
            (folder / f"{number}-{name}").write_text(f"{package} {name} {number}\n" * 50)

    def _call(self, command: str, package: str, actor: str, *words: str) -> bool:
        about = (command, "--feature", SLUG, "--wp", package, "--actor", actor)
        policy = () if command == "append-history" else ("--policy", POLICY)
        for _ in range(_TRIES):
            printed = io.StringIO()
            with redirect_stdout(printed):
                run([*about, *policy, *words], lambda: open_host(str(self._place)))
            line = printed.getvalue()
            print(line, end="", flush=True)
            envelope = loads(line)
            if envelope["error_code"] != "BUSY":
                return bool(envelope["success"])
        return False


if __name__ == "__main__":
    worker = Worker(Path(sys.argv[1]))
    for each in sys.argv[2:]:
        worker.finish(each)

"""Plays a person who commits, amends, stashes and rebases in a folder, until told to stop.

    person_at_work.py FOLDER FILE GOING

Prints how many lines FILE has in the end; each was committed by itself. FOLDER is a checkout, and
the work goes on as long as GOING exists, at least for a few rounds.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

_ROUNDS = 3


class Person:
    """Works in one checkout."""

    def __init__(self, folder: Path, file: str) -> None:
        self._folder = folder
        self._file = folder / file
        self.lines = 0

    def round(self) -> None:
        """Makes two commits; amends one, stashes a change meanwhile, and rebases both."""
        self._add_line()
        self._git("commit", "--quiet", "--message", f"Line {self.lines}")
        self._add_line()
        self._git("commit", "--quiet", "--message", "Unfinished")
        self._git("commit", "--quiet", "--amend", "--message", f"Line {self.lines}")
        self._file.write_text(self._file.read_text() + "not yet\n")
        self._git("stash", "--quiet")
        self._git("rebase", "--quiet", "--force-rebase", "HEAD~2")
        self._git("stash", "pop", "--quiet")
        self._git("checkout", "--quiet", "--", str(self._file))

    def _add_line(self) -> None:
        self.lines += 1
        before = self._file.read_text() if self._file.exists() else ""
        self._file.write_text(f"{before}line {self.lines}\n")
        self._git("add", str(self._file))

    def _git(self, *words: str) -> None:
        subprocess.run(["git", *words], cwd=self._folder, check=True)


if __name__ == "__main__":
    folder, file, going = sys.argv[1:]
    person = Person(Path(folder), file)
    while person.lines < 2 * _ROUNDS or Path(going).exists():
        person.round()
    print(person.lines)

"""Owns a `git prune` that comes at a chosen moment of a command, whole or cut in two.

A program called git that comes first on the PATH counts the gits which the command starts, and
lets the prune act before one of them. The prune deletes loose objects that nothing held when it
looked, as git's own does: in the order of their folders. What it looked at is written down by
`look`, so that it can look before the command began and delete in its middle, or after its end.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from door import Answer, Word, call

_DELETING = """\
import os, sys

objects, held = sys.argv[1], set(open(sys.argv[2]).read().split())
for number in range(256):
    folder = os.path.join(objects, "%02x" % number)
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if "%02x" % number + name not in held:
            os.unlink(os.path.join(folder, name))
"""

_COUNTING = """\
#!/bin/sh
calls=$(($(cat {folder}/calls) + 1))
echo $calls >{folder}/calls
if [ $calls -eq {moment} ]; then {act} </dev/null >/dev/null 2>&1; fi
exec {git} "$@"
"""


@dataclass
class Prune:
    """Is a prune of one repository, kept in a folder beside it."""

    place: Path

    @property
    def _folder(self) -> Path:
        folder = self.place.parent / "pruning"
        folder.mkdir(exist_ok=True)
        return folder

    def look(self) -> None:
        """Notes what is held now: by refs, reflogs, HEADs and indexes of all worktrees."""
        words = ("rev-list", "--objects", "--no-object-names", "--all", "--reflog")
        listed = subprocess.run(
            ["git", *words, "--indexed-objects"],
            cwd=self.place,
            capture_output=True,
            check=True,
        )
        (self._folder / "held").write_bytes(listed.stdout)

    def delete(self) -> None:
        subprocess.run(self._deleting(), check=True)

    def _deleting(self) -> list[str]:
        objects = str(self.place / ".git/objects")
        (self._folder / "delete.py").write_text(_DELETING)
        return [sys.executable, "-I", str(self._folder / "delete.py"), objects, self._held]

    @property
    def _held(self) -> str:
        return str(self._folder / "held")

    def during(self, moment: int, words: tuple[Word, ...]) -> Answer:
        """Looks, then makes the call, in which it deletes before the git of that number."""
        self.look()
        return self._call(moment, " ".join(self._deleting()), words)

    def at_once(self, moment: int, words: tuple[Word, ...]) -> Answer:
        """Makes the call, in which a whole `git prune` runs before the git of that number."""
        return self._call(moment, f"{_git()} -C {self.place} prune --expire=now", words)

    def gits(self) -> int:
        """Returns how many gits the last call started."""
        return int((self._folder / "calls").read_text())

    def _call(self, moment: int, act: str, words: tuple[Word, ...]) -> Answer:
        git = self._folder / "git"
        git.write_text(_COUNTING.format(folder=self._folder, moment=moment, act=act, git=_git()))
        git.chmod(0o755)
        (self._folder / "calls").write_text("0")
        path = f"{self._folder}{os.pathsep}{os.environ['PATH']}"
        return call(self.place, *words, env={"PATH": path})


def _git() -> str:
    found = shutil.which("git")
    assert found is not None
    return found

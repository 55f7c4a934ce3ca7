"""Owns the demo's terminal: it shows a command as it is typed, runs it, and insists on its end."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path


class WentWrong(Exception):
    """A command did not end as the story says."""


class Terminal:
    """Is one shell session in one folder; commands write to the real terminal."""

    def __init__(self, folder: Path, keeps_home: bool = False) -> None:
        """`keeps_home`: programs see the person's own home, so that agents find their sign-in."""
        self.folder = folder
        self._env = dict(_environment(folder.parent))
        if keeps_home:
            self._env["HOME"] = str(Path.home())

    def chapter(self, title: str) -> None:
        print(f"\n\n{_bold(f'== {title} ==')}")

    def say(self, text: str) -> None:
        print(f"\n{text}")

    def type(self, *lines: str, status: int = 0) -> None:
        """Runs command lines, each of which must end with this status. Raises WentWrong."""
        print()
        for line in lines:
            print(_bold(f"$ {line}"), flush=True)
            words = shlex.split(line)
            ended = subprocess.run(
                words, cwd=self.folder, env=self._env, stdin=subprocess.DEVNULL, check=False
            )
            if ended.returncode != status:
                raise WentWrong(f"'{line}' ended with {ended.returncode} and not {status}.")

    def lay(self, source: Path, under: str = ".") -> None:
        """Copies files into the folder, as somebody's work, and lists them."""
        shutil.copytree(source, self.folder / under, dirs_exist_ok=True)
        files = sorted(path for path in source.rglob("*") if path.is_file())
        place = "" if under == "." else f"{under}/"
        print()
        for file in files:
            print(f"  writes {place}{file.relative_to(source)}")


def _environment(home: Path) -> Mapping[str, str]:
    """Returns an environment with this Python's programs, and git as it comes."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    programs = os.path.dirname(sys.executable)
    return {
        **kept,
        "PATH": f"{programs}{os.pathsep}{kept.get('PATH', os.defpath)}",
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_PAGER": "cat",
    }


def _bold(text: str) -> str:
    coloured = sys.stdout.isatty() and not os.environ.get("NO_COLOR")
    return f"\x1b[1m{text}\x1b[0m" if coloured else text

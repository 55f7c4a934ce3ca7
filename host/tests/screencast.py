"""Records what a person sees who types commands: the installed program on a real repository."""

from __future__ import annotations

import contextlib
import fcntl
import os
import pty
import re
import shlex
import struct
import subprocess
import termios
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from door import PATIENCE_SECONDS, PROGRAM
from project import Project

_SECONDS = re.compile(r"\b\d+\.\d s\b")


@dataclass
class Screencast:
    """A shell in the project of the cats; every line that is typed answers what is shown."""

    project: Project

    def type(
        self,
        line: str,
        folder: str = ".",
        stdin: str = "",
        env: Mapping[str, str] | None = None,
    ) -> str:
        """Runs one line. A status other than 0 stands in the last line, as `[1]`."""
        words = shlex.split(line)
        assert words[0] == "spec-kitty"
        ended = subprocess.run(
            [PROGRAM, *words[1:]],
            cwd=self.project.repo.path / folder,
            env={**os.environ, **(env or {})},
            input=stdin.encode(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=PATIENCE_SECONDS,
            check=False,
        )
        shown = ended.stdout.decode(errors="surrogateescape")
        settled: str = self.project.placeholders.settle(shown)
        return _SECONDS.sub("0.1 s", settled) + (
            f"[{ended.returncode}]\n" if ended.returncode else ""
        )

    def type_at_terminal(
        self, line: str, columns: int = 80, env: Mapping[str, str] | None = None
    ) -> str:
        """Runs one line at a terminal that has colours."""
        settled: str = self.project.placeholders.settle(self.seen_at_terminal(line, columns, env))
        return settled

    def seen_at_terminal(
        self, line: str, columns: int = 80, env: Mapping[str, str] | None = None
    ) -> str:
        """Runs one line at a terminal; commits keep their names, so that lines can be copied."""
        master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        child = subprocess.Popen(
            [PROGRAM, *shlex.split(line)[1:]],
            cwd=self.project.repo.path,
            env={**os.environ, "TERM": "xterm-256color", **(env or {})},
            stdin=slave,
            stdout=slave,
            stderr=slave,
        )
        os.close(slave)
        shown = b""
        with contextlib.suppress(OSError):
            while data := os.read(master, 65536):
                shown += data
        os.close(master)
        child.wait(PATIENCE_SECONDS)
        return shown.decode().replace("\r\n", "\n")

    def write(self, path: str, text: str) -> Path:
        """Edits a file of the project."""
        return self.project.repo.write(path, text)

    def work(self, package: str, file: str, text: str) -> None:
        """Edits a file in a workspace."""
        self.project.work(package, file, text)

    def done(self, *packages: str) -> None:
        """Takes work packages from planned to done, each with a file of its own."""
        for package in packages:
            self.type(f"spec-kitty implement {package}")
            self.work(package, f"{package}.py", "meow = 1\n")
            self.type(f"spec-kitty agent tasks move-task {package} --to for_review")
            shown = self.type(f"spec-kitty agent tasks move-task {package} --to done")
            assert "-> done" in shown, shown


@pytest.fixture
def cast(project: Project) -> Screencast:
    return Screencast(project)

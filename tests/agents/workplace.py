"""Gives an agent a repository with a mistake in it, and a scenario that mends it in five turns."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from model_server import Bash, Edit, Read, Turn, Write, scenario
from repository import Repo, make_repo

_CODE = "def add(a, b):\n    return a - b\n"
_TEST = "from calc import add\n\nassert add(1, 2) == 3\n"

MEND = scenario(
    Turn(do=(Read("calc.py"),)),
    Turn(do=(Edit("calc.py", "    return a - b\n", "    return a + b\n"),)),
    Turn(do=(Write("tests/check.py", _TEST),)),
    Turn(
        do=(
            Bash("PYTHONPATH=. python3 -B tests/check.py"),
            Bash("git add --all && git commit --message 'Mend add'"),
        )
    ),
    Turn(say="It adds now."),
)


MENDED = ("Mend add", "def add(a, b):\n    return a + b", "")


@dataclass(frozen=True, slots=True)
class Workplace:
    """Is a repository with what an agent needs to work in it."""

    repo: Repo
    variables: dict[str, str]

    def start(self, *words: str | Path) -> subprocess.Popen[str]:
        return subprocess.Popen(
            words,
            cwd=self.repo.path,
            env=self.variables,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str | Path) -> tuple[int, dict[str, object]]:
        """Runs an agent to its end; returns its exit status and the last line it told."""
        with self.start(*words) as started:
            told, complaints = started.communicate(timeout=90)
        assert told, complaints
        return started.returncode, json.loads(told.splitlines()[-1])

    def landed(self) -> tuple[str, str, str]:
        """Returns the subject of the last commit, its code and what is not committed."""
        git = self.repo.git
        return git("log", "-1", "--format=%s"), git("show", "HEAD:calc.py"), self.repo.status()


@pytest.fixture
def workplace(tmp_path: Path) -> Workplace:
    repo = make_repo(tmp_path / "project")
    repo.write("calc.py", _CODE)
    repo.commit("Add")
    for folder in ("home/.codex", "temporary"):
        (tmp_path / folder).mkdir(parents=True)
    kept = {name: os.environ[name] for name in ("PATH", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM")}
    home = {"HOME": str(tmp_path / "home"), "TMPDIR": str(tmp_path / "temporary")}
    return Workplace(repo, {**kept, **home})

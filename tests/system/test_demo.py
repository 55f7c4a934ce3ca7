"""Plays the demo as `make demo` does, on a machine where nobody has configured anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def play(folder: Path) -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(folder)}
    return subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py"],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=120,
    )


def test_the_demo_takes_a_feature_from_its_plan_to_the_merge(tmp_path: Path) -> None:
    ended = play(tmp_path)

    assert ended.returncode == 0, ended.stdout
    told = re.search(r"Look around in (.+)$", ended.stdout)
    assert told is not None
    project = Path(told.group(1))
    words = ["git", "-C", str(project), "status", "--porcelain", "--branch"]
    status = subprocess.run(words, capture_output=True, text=True, check=True)
    assert status.stdout == "## main\n"
    assert sorted(p.name for p in (project / "hourglass").glob("*.py")) == [
        "__init__.py",
        "__main__.py",
        "reading.py",
        "writing.py",
    ]


def test_a_demo_that_goes_wrong_says_so_and_ends_with_1(tmp_path: Path) -> None:
    without_git = tmp_path / "programs"
    without_git.mkdir()
    (without_git / "git").write_text("#!/bin/sh\nexit 7\n")
    (without_git / "git").chmod(0o755)
    env = {"PATH": f"{without_git}:{os.environ['PATH']}", "TMPDIR": str(tmp_path)}
    words = [sys.executable, str(ROOT / "examples" / "demo.py")]

    ended = subprocess.run(words, env=env, capture_output=True, text=True, check=False)

    assert ended.returncode == 1
    assert "The demo went wrong: 'git init" in ended.stderr

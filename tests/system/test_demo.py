"""Plays the demo as `make demo` does, on a machine where nobody has configured anything."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAUSE = "0"


def play(folder: Path, agent: str = "") -> subprocess.CompletedProcess[str]:
    env = {"PATH": os.environ["PATH"], "TMPDIR": str(folder), "HOME": str(folder)}
    return subprocess.run(
        [sys.executable, ROOT / "examples" / "demo.py", agent, PAUSE],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=240,
    )


def test_the_demo_takes_a_feature_from_its_plan_to_the_merge_with_agents(tmp_path: Path) -> None:
    ended = play(tmp_path)

    assert ended.returncode == 0, ended.stdout
    told = re.search(r"Look around in (.+)$", ended.stdout)
    assert told is not None
    project = Path(told.group(1))
    words = ["git", "-C", str(project), "status", "--porcelain", "--branch"]
    status = subprocess.run(words, capture_output=True, text=True, check=True)
    assert status.stdout == "## main\n"
    assert (project / "glimpse" / "__main__.py").is_file()
    assert ended.stdout.count("goes back with findings.") == 1
    assert ended.stdout.count(" conflicts with WP") == 1
    assert "low 80  high 3.1k" in ended.stdout


def test_a_demo_with_an_agent_that_is_not_there_says_so_and_ends_with_1(tmp_path: Path) -> None:
    ended = play(tmp_path, "no-such-agent")

    assert ended.returncode == 1
    assert "There is no agent 'no-such-agent'" in ended.stdout
    assert "The demo went wrong: 'spec-kitty-orchestrator orchestrate" in ended.stdout


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

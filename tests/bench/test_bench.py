"""Checks that the benchmarks measure real things."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

_WRITE = """
import sys
from pathlib import Path
from long_journals import write_journal
from planned import make_planned
write_journal(make_planned(Path(sys.argv[1]), 7), 500, 7)
"""


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Returns a project with a journal as the benchmarks write it."""
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bench")}
    subprocess.run([sys.executable, "-c", _WRITE, str(tmp_path)], env=env, check=True)
    return tmp_path / "project"


def test_a_journal_written_for_a_benchmark_verifies(journal: Path) -> None:
    program = Path(sys.executable).with_name("spec-kitty")

    ended = subprocess.run(
        [program, "verify"], cwd=journal, capture_output=True, text=True, check=False
    )

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "500 events" in ended.stdout


def test_a_benchmark_prints_what_it_measured_beside_the_budget(tmp_path: Path) -> None:
    words = [sys.executable, str(ROOT / "bench" / "run.py"), "--quick", "reads"]

    ended = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, check=True)

    lines = ended.stdout.split("\n")
    assert lines[1].split() == ["reads", "measured", "budget"]
    assert [line.split()[0] for line in lines[2:10]] == [
        "contract-version",
        "feature-state",
        "list-ready",
        "explain",
        "forecast",
        "resolve-workspace",
        "check-policy",
        "history",
    ]

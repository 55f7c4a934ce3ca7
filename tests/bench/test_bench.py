"""Checks that the benchmarks measure real things."""

from __future__ import annotations

import os
import re
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

    head, _, name, *lines = ended.stdout.splitlines()
    assert head.split() == ["what", "budget", "measured", "spread", "verdict"]
    assert name == "reads"
    figure = r"\d+\.\d\d"
    row = rf"  (\S+) +<= 3\.00 x +{figure} x +{figure} to {figure}  (within|over) +\d+\.\d ms CPU"
    assert [match[1] for match in map(re.compile(row).fullmatch, lines[:8]) if match] == [
        "contract-version",
        "feature-state",
        "list-ready",
        "explain",
        "forecast",
        "resolve-workspace",
        "check-policy",
        "history",
    ]


_RESULTS = """
from report import print_lines, print_summary
from results import Result
found = [
    Result("slow", 3.01, budget=3.0, spread=(2.9, 3.2)),
    Result("fast", 149.0, "/s", 150.0, is_rate=True),
    Result("held", 150.0, "/s", 150.0, "at most", is_rate=True),
    Result("told", 12.0, "s"),
]
print_lines("some", found)
print_summary(found, 2.0)
"""


_BUSY = """
import subprocess, sys, time
from benchmarks.idle import cpu_seconds
busy = "while True: pass"
child = subprocess.Popen(["sh", "-c", f"{sys.executable} -c '{busy}' & echo $!; wait"], stdout=-1)
deadline = time.monotonic() + 30
while cpu_seconds(child.pid) < 0.2 and time.monotonic() < deadline:
    time.sleep(0.02)
print(cpu_seconds(child.pid) >= 0.2)
subprocess.run(["kill", "-9", child.stdout.readline().strip()])
child.wait()
"""


def test_who_is_busy_through_a_child_is_not_idle() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bench")}

    told = subprocess.run(
        [sys.executable, "-c", _BUSY], env=env, capture_output=True, text=True, check=True
    )

    assert told.stdout == "True\n"


def test_what_is_over_its_budget_is_named() -> None:
    env = {**os.environ, "PYTHONPATH": str(ROOT / "bench")}

    told = subprocess.run(
        [sys.executable, "-c", _RESULTS], env=env, capture_output=True, text=True, check=True
    )

    assert [" ".join(line.split()) for line in told.stdout.splitlines()] == [
        "",
        "some",
        "slow <= 3.00 x 3.01 x 2.90 to 3.20 over",
        "fast >= 150 /s 149 /s over",
        "held >= 150 /s 150 /s within at most",
        "told - 12.00 s",
        "",
        "1 of 3 budgets hold (2 s).",
        "Over budget: slow; fast.",
    ]

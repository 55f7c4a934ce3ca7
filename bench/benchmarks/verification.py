"""Measures the audit of journals: how long an event takes, and how memory grows with events."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from long_journals import write_journal
from planned import make_planned
from results import Result
from scale import Scale

PACKAGES = 20
# Ten times the events may take half as much memory again: what is kept is a few bytes each.
MEMORY_BUDGET = 1.5

# Memory is the host's own: a git that maps a pack of 50 MB counts it as its memory.
_AUDIT = """
import resource, sys
from spec_kitty.__main__ import main
sys.argv = ["spec-kitty", "verify"]
try:
    main()
except SystemExit as ended:
    status = ended.code
own = resource.getrusage(resource.RUSAGE_SELF)
children = resource.getrusage(resource.RUSAGE_CHILDREN)
cpu = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
print(cpu, own.ru_maxrss, children.ru_maxrss, file=sys.stderr)
sys.exit(status)
"""


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Audits two journals, one ten times as long as the other."""
    many = scale.many_events
    few = many // 10
    seen = {}
    for size in (few, many):
        (folder / str(size)).mkdir()
        planned = make_planned(folder / str(size), PACKAGES)
        write_journal(planned, size, PACKAGES)
        os.chdir(planned.folder)
        seen[size] = _audit(planned.env)
    cpu, memory, git_memory = seen[many]
    megabytes = f"{memory / 1024:.0f} / {seen[few][1] / 1024:.0f} MB"
    return [
        Result(f"verify of {many:,} events, CPU", cpu, "s"),
        Result(
            "an event of them", cpu / many * 1e6, "µs",
            note=f"{seen[few][0] / few * 1e6:.0f} µs where there are {few:,}",
        ),
        Result(
            f"its memory, {many:,} events / {few:,}", memory / seen[few][1], "x", MEMORY_BUDGET,
            f"{megabytes} at most; its largest git {git_memory / 1024:.0f} MB",
        ),
    ]  # fmt: skip


def _audit(env: Mapping[str, str]) -> tuple[float, int, int]:
    """Returns CPU seconds, and the most memory (KB) of the host and of a git of its."""
    ended = subprocess.run(
        [sys.executable, "-c", _AUDIT], env=env, check=True, capture_output=True, text=True
    )
    cpu, memory, git_memory = ended.stderr.split()[-3:]
    return float(cpu), int(memory), int(git_memory)

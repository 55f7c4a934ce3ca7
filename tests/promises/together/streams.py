"""Lets several processes take work packages to done at once, and collects what they are told."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from door import check_contract
from project import Project

PATIENCE_SECONDS = 300
_CALLER = Path(__file__).with_name("stream_caller.py")


def plan_independent(project: Project, count: int) -> list[str]:
    """Plans so many work packages of which none waits for another; returns their ids."""
    for file in (project.repo.path / "kitty-specs").rglob("WP*.md"):
        file.unlink()
    names = [f"WP{number:02d}" for number in range(1, count + 1)]
    for name in names:
        project.plan(name, f"Cat{name.lower()}")
    project.repo.commit("Plan independent cats")
    return names


def finish_at_once(project: Project, shares: Sequence[Sequence[str]]) -> list[dict[str, Any]]:
    """Lets one process a share finish its packages; returns the envelopes of all calls."""
    path = os.pathsep.join(path for path in sys.path if path)
    started = [
        subprocess.Popen(
            [sys.executable, _CALLER, project.repo.path, *share],
            env={**os.environ, "PYTHONPATH": path},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for share in shares
    ]
    ended = [process.communicate(timeout=PATIENCE_SECONDS) for process in started]
    assert [stderr for _, stderr in ended] == [b""] * len(ended), ended
    told = [json.loads(line) for stdout, _ in ended for line in stdout.splitlines()]
    for envelope in told:
        check_contract(envelope)
    return told


def codes(told: Sequence[dict[str, Any]]) -> Counter[str | None]:
    """Counts the answers by error code, None for success."""
    return Counter(envelope["error_code"] for envelope in told)

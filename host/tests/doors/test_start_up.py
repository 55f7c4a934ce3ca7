"""What a call of the contract imports: a module at the wrong place would cost every call."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from door import POLICY
from project import SLUG, Project

SLOW = frozenset(
    {
        "argparse",
        "asyncio",
        "click",
        "contextlib",
        "dataclasses",
        "hashlib",
        "logging",
        "pathlib",
        "rich",
        "shutil",
        "signal",
        "subprocess",
        "tempfile",
        "tomllib",
        "typing",
        "uuid",
        "yaml",
    }
)
READ = ("feature-state", "--feature", SLUG)
FORECAST = ("forecast", "--feature", SLUG)
CHECK = ("check-policy", "--feature", SLUG, "--policy", POLICY)
NOTE = ("append-history", "--feature", SLUG, "--wp", "WP01", "--actor", "bot", "--note", "Done.")


@pytest.mark.parametrize("words", [READ, FORECAST, CHECK, NOTE], ids=lambda words: words[0])
def test_a_call_imports_no_slow_module(project: Project, words: tuple[str, ...]) -> None:
    # Only the first event of a feature looks for traces of an earlier journal.
    imported_by(project, NOTE)

    assert imported_by(project, words) & SLOW == set()


def imported_by(project: Project, words: tuple[str, ...]) -> set[str]:
    """Returns what the door's process imports beyond what starting Python does."""
    door = "from spec_kitty.__main__ import main; main()"
    ran = subprocess.run(
        [sys.executable, "-I", "-X", "importtime", "-c", door, "orchestrator-api", *words],
        cwd=project.repo.path,
        capture_output=True,
        text=True,
        check=True,
    )
    listed = re.findall(r"\| +(\S+)$", ran.stderr, re.MULTILINE)
    begun = listed.index("site") + 1
    return set(listed[begun:])

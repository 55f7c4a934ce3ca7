"""Owns the repositories that are measured: a small project with a plan of so many packages."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cost import SPEC_KITTY

SLUG = "001-bench"
POLICY = json.dumps(
    {
        "orchestrator_id": "bench",
        "orchestrator_version": "1.0.0",
        "agent_family": "claude",
        "approval_mode": "auto",
        "sandbox_mode": "none",
        "network_mode": "open",
        "dangerous_flags": [],
    }
)


def environment(home: Path) -> dict[str, str]:
    """Returns an environment in which only the measured repository configures git.

    Python's own variables go as well: one that forbids writing compiled modules would have every
    call compile what changed since the last installation.
    """
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "PYTHON"))
    }
    return {**kept, "HOME": str(home), "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull}


@dataclass(frozen=True)
class Planned:
    """Is a repository with one planned feature."""

    folder: Path
    env: Mapping[str, str]

    def git(self, *words: str, stdin: str = "") -> str:
        """Returns what a git command in the repository prints."""
        done = subprocess.run(
            ["git", *words],
            cwd=self.folder,
            env=self.env,
            input=stdin,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
        )
        return done.stdout.strip()

    def workspace(self, package: str) -> Path:
        return self.folder / ".worktrees" / f"{SLUG}-{package}"

    def read(self, command: str, *words: str) -> list[str]:
        """Returns the words of a reading command about the feature."""
        return [SPEC_KITTY, "orchestrator-api", command, "--feature", SLUG, *words]

    def change(self, command: str, package: str, actor: str, *words: str) -> list[str]:
        """Returns the words of a command that changes one work package."""
        return self.read(command, "--wp", package, "--actor", actor, *words)


def package_id(number: int) -> str:
    return f"WP{number:02}"


def _layer_before(number: int, per_layer: int) -> list[str]:
    first = (number - 1) // per_layer * per_layer
    return [package_id(each) for each in range(first - per_layer + 1, first + 1) if first]


def make_planned(folder: Path, package_count: int, per_layer: int | None = None) -> Planned:
    """Makes a repository whose feature has so many work packages.

    They are independent, or in layers of so many, each waiting for the whole layer before it.
    """
    planned = Planned(folder / "project", environment(folder))
    tasks = planned.folder / "kitty-specs" / SLUG / "tasks"
    tasks.mkdir(parents=True)
    for number in range(1, package_count + 1):
        waits = json.dumps(_layer_before(number, per_layer or package_count))
        head = (
            f"work_package_id: {package_id(number)}\ntitle: Part {number}\ndependencies: {waits}\n"
        )
        text = f"---\n{head}---\nWrite the part.\n"
        (tasks / f"{package_id(number)}-part.md").write_text(text)
    (planned.folder / ".kittify").mkdir()
    (planned.folder / ".kittify" / "config.toml").touch()
    (planned.folder / "README.md").write_text("# Measured\n")
    planned.git("init", "--quiet", "--initial-branch=main")
    planned.git("config", "user.name", "Bench")
    planned.git("config", "user.email", "bench@example.org")
    planned.git("add", "--all")
    planned.git("commit", "--quiet", "--message", "Plan")
    return planned


def add_files(planned: Planned, count: int) -> None:
    """Commits so many small files, in folders of two hundred; the checkout gets none of them."""
    names = (f"data/{number // 200:03}/{number % 200:03}.txt" for number in range(count))
    files = "".join(f"M 100644 inline {name}\ndata 16\n{name}\n" for name in names)
    head = "commit refs/heads/main\ncommitter Bench <bench@example.org> 1767225600 +0000\n"
    message = "data 5\nFiles\nfrom refs/heads/main^0\n"
    planned.git("fast-import", "--quiet", stdin=f"{head}{message}{files}\n")

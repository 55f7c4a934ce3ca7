"""Gives tests a real git repository to work on."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class Repo:
    """A repository with a checkout; every method is one thing that a person would do in it."""

    path: Path

    def git(self, *args: str | Path, stdin: str | None = None) -> str:
        """Runs git in the checkout and returns its output without the final newline.

        File names that are not UTF-8 come back as `os.fsdecode` gives them.
        """
        ended = subprocess.run(
            ["git", *args],
            cwd=self.path,
            input=os.fsencode(stdin or ""),
            capture_output=True,
            check=False,
        )
        if ended.returncode:
            words = " ".join(map(str, args))
            raise AssertionError(
                f"git {words} ended with {ended.returncode}: {os.fsdecode(ended.stderr)}"
            )
        return os.fsdecode(ended.stdout).removesuffix("\n")

    def write(self, path: str | Path, text: str | bytes) -> Path:
        """Writes a file of the checkout, and the folders it needs; returns its whole path."""
        file = self.path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
        return file

    def commit(self, message: str = "Change files") -> str:
        """Commits everything that is new or changed and returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.tip()

    def tip(self, ref: str = "HEAD") -> str:
        """Returns the commit that a ref points at."""
        return self.git("rev-parse", "--verify", f"{ref}^{{commit}}")

    def status(self) -> str:
        """Returns what `git status --porcelain` says: empty when nothing is changed."""
        return self.git("status", "--porcelain")


def make_repo(path: Path) -> Repo:
    """Makes a project at the path: branch main with an empty `.kittify/config.toml`."""
    path.mkdir(parents=True)
    made = Repo(path)
    made.git("init", "--quiet")
    made.write(".kittify/config.toml", "")
    made.commit("Start the project")
    return made


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    return make_repo(tmp_path / "project")

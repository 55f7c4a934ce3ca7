"""Gives tests a real git repository to read from, away from the settings of the machine."""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SETTINGS = """\
[user]
    name = Alice Example
    email = alice@example.org
[init]
    defaultBranch = main
[protocol "file"]
    allow = always
"""


@dataclass(frozen=True)
class ScratchRepository:
    """A repository with a checkout; `settings` is the person's git configuration."""

    path: Path
    settings: Path

    @property
    def common_dir(self) -> Path:
        return self.path / ".git"

    def git(self, *words: str | Path, folder: Path | None = None) -> str:
        """Runs git and returns what it prints, without the final line break."""
        ended = subprocess.run(
            ["git", *words], cwd=folder or self.path, capture_output=True, check=False
        )
        assert not ended.returncode, f"git {words}: {os.fsdecode(ended.stderr)}"
        return os.fsdecode(ended.stdout).removesuffix("\n")

    def write(self, path: str | bytes, content: str | bytes) -> Path:
        file = self.path / os.fsdecode(path)
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        return file

    def commit(self, message: str = "Change files") -> str:
        """Commits all that is there and returns the commit."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")

    def state(self) -> tuple[str, str, tuple[str, ...]]:
        """Returns all that must stay as it is: refs, settings, and the names of objects."""
        objects = self.common_dir / "objects"
        names = sorted(str(each) for each in objects.rglob("*") if each.is_file())
        config = (self.common_dir / "config").read_text()
        return self.git("for-each-ref"), config, tuple(names)


def isolate(monkeypatch: pytest.MonkeyPatch, home: Path) -> Path:
    """Gives the test a home of its own, and returns the git configuration in it."""
    for name in os.environ:
        if name.startswith(("GIT_", "XDG_", "SPEC_KITTY_")):
            monkeypatch.delenv(name)
    home.mkdir()
    settings = home / ".gitconfig"
    settings.write_text(SETTINGS)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    return settings


def make_repository(
    monkeypatch: pytest.MonkeyPatch, folder: Path, *words: str
) -> ScratchRepository:
    """Makes a repository with one commit; `words` are more options of `git init`."""
    settings = isolate(monkeypatch, folder / "home")
    made = ScratchRepository(folder / "project", settings)
    made.path.mkdir()
    made.git("init", "--quiet", *words)
    made.write("a.py", "one\ntwo\n")
    made.commit("Start")
    return made

"""Gives tests a target that a feature is to land on, in a checkout where somebody is at work."""

from __future__ import annotations

import json
import os
import stat
from dataclasses import dataclass
from pathlib import Path

import pytest

from repository import Repo, make_repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.landing.landing import Landing

TARGET = "refs/heads/main"
State = dict[str, object]


@dataclass(frozen=True)
class Scene:
    """A checkout of main at `old`; landing brings it to `new`."""

    repo: Repo
    old: str
    new: str
    intent_file: Path

    @property
    def landing(self) -> Landing:
        return Landing(Git(locate(str(self.repo.path))))

    def land(self, landing: Landing | None = None) -> tuple[str, ...]:
        return (landing or self.landing).land(TARGET, self.old, self.new, self.write_intent)

    def blockers(self) -> tuple[str, ...]:
        return self.landing.blockers(TARGET, self.old, self.new)

    def write_intent(self, intent: object) -> None:
        self.intent_file.write_text(json.dumps(intent))

    def recover(self) -> tuple[str, ...]:
        return self.landing.recover(json.loads(self.intent_file.read_text()))

    def state(self) -> State:
        """Returns everything a person could miss: files, index, what git says, and refs."""
        return {
            "files": dict(sorted(_files(self.repo.path))),
            "index": self.repo.git("ls-files", "-s", "-v"),
            "status": self.repo.git("status", "--porcelain"),
            "refs": self.repo.git("for-each-ref"),
            "git dir": sorted(name for name in os.listdir(self.repo.path / ".git")),
        }


def _files(folder: Path) -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for parent, folders, names in os.walk(folder):
        if parent == str(folder):
            folders.remove(".git")
        for name in [*names, *(each for each in folders if (Path(parent) / each).is_symlink())]:
            path = Path(parent) / name
            mode = path.lstat().st_mode
            content = os.readlink(path) if stat.S_ISLNK(mode) else path.read_bytes()
            found.append((str(path.relative_to(folder)), (oct(mode), content)))
    return found


def make_scene(path: Path) -> Scene:
    """Makes a landing with every kind of change: edits, modes, links, files against folders."""
    repo = make_repo(path / "project")
    repo.write(".gitignore", "*.log\n")
    repo.write("edited", "old\n" * 2000)
    repo.write("deleted/deep/down", "old\n")
    repo.write("becomes-folder", "old\n")
    repo.write("becomes-file/inside", "old\n")
    repo.write("becomes-link", "old\n")
    repo.write("script", "#!/bin/sh\n")
    repo.write(os.fsdecode(b'"caf\xe9\n'), "old\n")
    repo.write("theirs/staged", "committed\n")
    repo.write("theirs/unstaged", "committed\n")
    old = repo.commit("Old")
    repo.git("checkout", "-q", "-b", "work")
    repo.write("edited", "new\n" * 3000)
    repo.write("added/deep/down", "new\n")
    repo.git("rm", "-q", "-r", "deleted", "becomes-folder", "becomes-file", "becomes-link")
    repo.write("becomes-folder/inside", "new\n")
    repo.write("becomes-file", "new\n")
    (repo.path / "becomes-link").symlink_to("edited")
    (repo.path / "script").chmod(0o755)
    repo.write(os.fsdecode(b'"caf\xe9\n'), "new\n")
    new = repo.commit("New")
    repo.git("checkout", "-q", "main")
    return Scene(repo, old, new, path / "intent.json")


def be_at_work(repo: Repo) -> None:
    """Does what a person may have going on beside the files that land."""
    repo.write("theirs/staged", "staged\n")
    repo.write("theirs/added", "added\n")
    repo.git("add", "theirs")
    repo.write("theirs/staged", "staged and edited\n")
    repo.write("theirs/unstaged", "edited\n")
    repo.write("theirs/untracked", "untracked\n")
    repo.write("deleted/ignored.log", "ignored\n")


@pytest.fixture
def scene(tmp_path: Path) -> Scene:
    return make_scene(tmp_path)


@pytest.fixture
def busy_scene(scene: Scene) -> Scene:
    be_at_work(scene.repo)
    return scene

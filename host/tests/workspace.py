"""Gives tests a work package's workspace beside a real repository."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.staging import Staging
from spec_kitty.adapters.worktrees import Worktrees

SLUG = "034-cats"
PACKAGE = "WP01"
NAME = f"{SLUG}-{PACKAGE}"
BRANCH = f"refs/heads/{NAME}"


@dataclass(frozen=True)
class Workspace(Repo):
    """A workspace that the host made; `path` is its folder, where a person's git works too."""

    main: Repo
    worktrees: Worktrees
    staging: Staging
    host: Git

    @property
    def registration(self) -> Path:
        return self.main.path / ".git" / "worktrees" / NAME

    def stage(self, head: str | None = None, unstaged: tuple[str, ...] = ()) -> str:
        """Returns the tree of a snapshot on top of the branch."""
        return self.staging.snapshot(SLUG, PACKAGE, head or self.main.tip(BRANCH), unstaged).tree

    def advance(self, tree: str) -> str:
        """Commits a tree on the branch as the host does, behind the workspace's back."""
        old = self.main.tip(BRANCH)
        new = self.main.git("commit-tree", tree, "-p", old, "-m", "By the host")
        self.main.git("update-ref", BRANCH, new, old)
        return new

    def files(self) -> dict[bytes, bytes]:
        """Returns the content of every file, or the target of every link, but `.git`."""
        found: dict[bytes, bytes] = {}
        top = os.fsencode(self.path)
        for folder, subfolders, names in os.walk(top):
            links = [name for name in subfolders if os.path.islink(os.path.join(folder, name))]
            for name in names + links:
                path = os.path.join(folder, name)
                is_link = os.path.islink(path)
                content = os.readlink(path) if is_link else Path(os.fsdecode(path)).read_bytes()
                found[os.path.relpath(path, top)] = content
        found.pop(b".git", None)
        return found


def attach(main: Repo, make: bool = True) -> Workspace:
    """Makes the branch at main's tip, and the workspace on it."""
    main.git("update-ref", BRANCH, "HEAD")
    host = Git(locate(str(main.path)))
    worktrees = Worktrees(host)
    if make:
        worktrees.ensure(SLUG, PACKAGE)
        worktrees.settle(SLUG, PACKAGE)
    path = Path(worktrees.path(SLUG, PACKAGE))
    return Workspace(path, main, worktrees, Staging(host, worktrees), host)


@pytest.fixture
def workspace(repo: Repo) -> Workspace:
    repo.write("README.md", "cats\n")
    repo.write("src/cat.py", "meow = 1\n")
    repo.write("src/dog.py", "woof = 1\n")
    repo.write(".gitignore", "*.log\n")
    repo.commit("Add files")
    return attach(repo)

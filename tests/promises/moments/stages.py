"""Gives the odd moments a feature in each state of its life: played once, then put back each time.

The repository lies at one place for the whole process, because workspaces know where they are.
Around it a person has uncommitted work in the checkout and in a workspace, so that whatever a
command does to files shows.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from door import POLICY
from project import SLUG, Project, make_project
from repository import Repo

BRANCH = f"{SLUG}-WP01"


@dataclass(frozen=True)
class Stage:
    """Is a repository at one moment. `base` is the folder around it, where things may be moved."""

    name: str
    base: Path
    project: Project

    @property
    def repo(self) -> Repo:
        return self.project.repo

    @property
    def git_dir(self) -> Path:
        return self.repo.path / ".git"

    @property
    def own(self) -> Path:
        """The host's own files in the git dir."""
        return self.git_dir / "spec-kitty"

    @property
    def workspace(self) -> Repo:
        return Repo(self.project.workspace("WP01"))

    @property
    def registration(self) -> Path:
        return self.git_dir / "worktrees" / BRANCH

    def commit_plan(self, message: str = "Change the plan") -> None:
        """Commits the plan's files, and nothing else that the person has going on."""
        self.repo.git("add", "--all", "kitty-specs", ".kittify")
        self.repo.git("commit", "--quiet", "--message", message)


def planned(project: Project) -> None:
    """A plan, and a person who is in the middle of something in the checkout."""
    project.repo.write("mine.txt", "a person's own notes\n")


def running(project: Project) -> None:
    """WP01 is being worked on: one commit, and changes that nobody has committed yet."""
    planned(project)
    assert project.start("WP01").data
    workspace = Repo(project.workspace("WP01"))
    workspace.write("cat.py", "meow = 1\n")
    workspace.commit("Purr a little")
    workspace.write("cat.py", "meow = 2\n")
    workspace.write("dirty.py", "uncommitted = 1\n")


def review(project: Project) -> None:
    """WP01 waits for its review, and its workspace holds something that was not submitted."""
    running(project)
    assert project.move("WP01", "for_review").data
    project.work("WP01", "later.py", "later = 1\n")


def done(project: Project) -> None:
    """WP01 is in the feature; WP02 is being worked on."""
    running(project)
    assert project.move("WP01", "for_review").data
    assert project.approve("WP01").data
    project.work("WP01", "later.py", "later = 1\n")
    assert project.start("WP02").data
    project.work("WP02", "src/meow/dog.py", "woof = 1\n")


def accepted(project: Project) -> None:
    """All is done and accepted."""
    done(project)
    assert project.move("WP02", "for_review").data
    assert project.approve("WP02").data
    project.finish("WP03", "sleep.py", "zzz = 1\n")
    assert project.api("accept-feature", "--actor", "bot", "--policy", POLICY).data


def merged(project: Project) -> None:
    """All has landed."""
    accepted(project)
    assert project.api("merge-feature", "--actor", "bot", "--policy", POLICY).data


LIVES: dict[str, Callable[[Project], None]] = {
    life.__name__: life for life in (planned, running, review, done, accepted, merged)
}
_played: dict[str, Path] = {}
_place: list[Path] = []


def put_back(name: str, place: Path) -> Stage:
    """Returns the feature in that state, at the place, whatever was there before."""
    if place.exists():
        shutil.rmtree(place)
    place.mkdir(parents=True)
    if name not in _played:
        LIVES[name](make_project(place / "project"))
        kept = place.parent / f"played-{name}"
        copy_tree(place / "project", kept)
        _played[name] = kept
    else:
        copy_tree(_played[name], place / "project")
    return Stage(name, place, Project(Repo(place / "project")))


def copy_tree(source: Path, target: Path) -> None:
    """Copies a folder with everything in it, as a backup does."""
    subprocess.run(["cp", "-a", "--", source, target], check=True)


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Stage]:
    """Puts the one repository of this process into a named state."""
    if not _place:
        _place.append(tmp_path_factory.mktemp("moments") / "place")
    return lambda name: put_back(name, _place[0])

"""Looks a repository over after a test: nothing of a person's is touched, nothing is damaged."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest

from journals import Journal, journal_of
from project import Project
from repository import Repo
from spec_kitty.adapters.journal import tree as journal_tree
from spec_kitty.domain.invariants import violations
from spec_kitty.domain.replay import replay


def require_sound(repo: Repo) -> None:
    """Asserts that git finds no damage, no lock or intent is left, and every journal replays."""
    git_dir = Path(repo.git("rev-parse", "--path-format=absolute", "--git-common-dir"))
    checked = subprocess.run(
        ["git", "fsck", "--strict", "--no-dangling", "--no-progress"],
        cwd=repo.path,
        capture_output=True,
        check=False,
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b""), checked
    left = left_behind(git_dir)
    assert not left, left
    for ref in repo.git("for-each-ref", "--format=%(refname)", "refs/spec-kitty/").split():
        require_replayable(repo, ref.removeprefix("refs/spec-kitty/"))


def left_behind(git_dir: Path) -> list[str]:
    """Returns the locks, intents and scratch worktrees that no command should leave."""
    own = git_dir / "spec-kitty"
    locks = [path for path in git_dir.rglob("*.lock") if path.parent != own / "lock"]
    left = [*locks, *(own / "intent").glob("*"), *(own / "scratch").glob("verify-*")]
    return sorted(str(path.relative_to(git_dir)) for path in left)


def require_replayable(repo: Repo, slug: str) -> None:
    """Asserts that the events give, byte for byte, the state that is stored with each."""
    listed = repo.git("log", "--reverse", "--format=%H %P", f"refs/spec-kitty/{slug}").splitlines()
    feature, commits = None, []
    with journal_of(repo) as journal:
        for commit, event in journal.writer.events(slug):
            feature = replay(feature, slug, event)
            assert stored(journal, commit) == journal_tree.files_of(feature)
            assert violations(feature) == ()
            commits.append(commit)
    chain = [f"{commit} {parent}" for parent, commit in pairwise(["", *commits])]
    assert chain == listed


def stored(journal: Journal, commit: str) -> dict[str, dict[str, bytes]]:
    """Returns the files of a state as git lists them."""
    files: dict[str, dict[str, bytes]] = {"": {}, "answers": {}, "policy": {}, "wp": {}}
    for line in journal.repo.git("ls-tree", "-r", commit).splitlines():
        facts, _, path = line.partition("\t")
        folder, name = os.path.split(path)
        files[folder][name] = journal.objects.read(facts.split(" ")[2])
    return files


@dataclass
class Watched:
    """What the checkout must say when the test ends; a test that makes it dirty says so."""

    status: str = ""


@pytest.fixture(autouse=True)
def sound(project: Project) -> Iterator[Watched]:
    watched = Watched()
    yield watched
    assert project.repo.status() == watched.status
    require_sound(project.repo)

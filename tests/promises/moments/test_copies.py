"""The whole repository is moved, copied, or brought back from a backup."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from extent import some

from door import POLICY
from moments.calls import ask, say
from moments.stages import Stage, copy_tree, put_back
from moments.way_back import Person
from project import SLUG, Project
from repository import Repo
from states import lane

Put = Callable[[str], Stage]


def at(stage: Stage, name: str) -> Stage:
    """Returns the stage as it is found at another path beside the first."""
    return replace(stage, project=Project(Repo(stage.base / name)))


def contents(folder: Path) -> dict[str, str]:
    """Returns a digest of every file, so that one that was touched shows."""
    return {
        os.path.relpath(path, folder): hashlib.sha1(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file() and not path.is_symlink()
    }


@pytest.mark.parametrize("life", some(["running", "review", "done", "accepted"], "review"))
def test_a_repository_that_was_moved_goes_on(stage: Put, life: str) -> None:
    moved = at(stage(life), "moved")
    (moved.base / "project").rename(moved.repo.path)

    Person(moved).deliver()

    assert not (moved.base / "project").exists()


@pytest.mark.parametrize("life", some(["running", "accepted"], "running"))
def test_a_copy_goes_on_and_leaves_the_original_alone(stage: Put, life: str) -> None:
    original = stage(life)
    copy_tree(original.repo.path, original.base / "copy")
    before = contents(original.repo.path)

    Person(at(original, "copy")).deliver()

    assert contents(original.repo.path) == before


def test_the_original_goes_on_beside_its_copy(stage: Put) -> None:
    original = stage("running")
    copy_tree(original.repo.path, original.base / "copy")
    before = contents(original.base / "copy")

    Person(original).deliver()

    assert contents(original.base / "copy") == before


def test_a_copy_lands_although_the_original_has_its_target_in_a_linked_worktree(
    stage: Put,
) -> None:
    original = stage("accepted")
    original.repo.git("switch", "--quiet", "-c", "mine")
    original.repo.git("worktree", "add", "--quiet", original.base / "linked", "main")
    copy_tree(original.repo.path, original.base / "copy")
    before = contents(original.base / "linked")

    said = say(original.base / "copy", ("merge", "--feature", SLUG))

    assert said.status == 0, said
    assert contents(original.base / "linked") == before


@pytest.mark.parametrize(
    ("older", "newer"),
    some([("planned", "running"), ("running", "review"), ("review", "done")], ("review", "done")),
)
def test_a_git_dir_from_a_backup_goes_on_under_newer_files(
    stage: Put, tmp_path: Path, older: str, newer: str
) -> None:
    backup = stage(older)
    copy_tree(backup.git_dir, tmp_path / "backup")
    now = put_back(newer, backup.base)
    shutil.rmtree(now.git_dir)
    copy_tree(tmp_path / "backup", now.git_dir)

    Person(now).deliver()


def test_branches_that_are_newer_than_the_journal_are_kept(stage: Put) -> None:
    now = stage("done")
    merged = now.repo.tip(SLUG)
    now.repo.git("update-ref", f"refs/spec-kitty/{SLUG}", f"refs/spec-kitty/{SLUG}~3")

    Person(now).deliver()

    assert now.repo.git("for-each-ref", "--contains", merged, "refs/heads")


def test_without_an_identity_work_is_refused_before_it_begins(
    stage: Put, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    now = stage("running")
    (tmp_path / "nobody").write_text("[user]\n    useConfigOnly = true\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "nobody"))
    words = ("transition", "--wp", "WP01", "--to", "for_review", "--actor", "bot")

    refused = ask(now.repo.path, (*words, "--policy", POLICY))

    assert refused.error == "ENVIRONMENT_UNSUPPORTED"
    assert "git config" in refused.message
    assert lane(now.project) == "in_progress"

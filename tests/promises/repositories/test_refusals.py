"""What is not supported is refused in words, and then nothing has changed."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from repositories.contents import TRAPS, put
from repositories.kinds import GIVEN_BACK, NOT_SUBMITTED, REFUSED, UNSUPPORTED, No
from repositories.places import BOUND_BY_RIGHTS, planned, require_bounds, scene_of
from repositories.whole_story import BOT, Scene, claim, portrait, submit


@pytest.mark.parametrize("kind", REFUSED, ids=lambda kind: kind.make.__name__)
def test_what_is_not_supported_is_refused_before_anything_changes(kind: No, tmp_path: Path) -> None:
    scene = kind.make(tmp_path)
    before = portrait(scene)

    answer = scene.call("start-implementation", "--wp", "WP01", *BOT)

    assert answer.error == kind.code
    assert kind.words in answer.message
    assert portrait(scene) == before


@pytest.mark.parametrize("kind", REFUSED, ids=lambda kind: kind.make.__name__)
def test_people_get_the_same_words(kind: No, tmp_path: Path) -> None:
    scene = kind.make(tmp_path)
    before = portrait(scene)

    status, _, said = scene.type_anyhow("implement", "WP01")

    assert (status, "Traceback" in said) == (1, False), said
    assert "".join(kind.words.split()) in "".join(said.split())
    assert portrait(scene) == before


def test_a_repository_that_may_only_be_read_is_read(tmp_path: Path) -> None:
    scene = scene_of(planned(tmp_path / "p"))
    claim(scene)
    require_bounds()
    scene.prefix = BOUND_BY_RIGHTS
    shutil.rmtree(scene.git_dir / "spec-kitty")
    for folder, _, names in os.walk(scene.git_dir):
        for name in (*names, "."):
            file = Path(folder, name)
            file.chmod(file.stat().st_mode & ~0o222)

    for command in ("feature-state", "list-ready", "explain", "history"):
        assert scene.done(command)
    for words in ("status", "why", "history", "verify"):
        assert "WP01" in scene.type(words) or words == "verify"
    assert scene.call("start-implementation", "--wp", "WP02", *BOT).error == UNSUPPORTED


@pytest.mark.parametrize("kind", GIVEN_BACK, ids=lambda kind: kind.make.__name__)
def test_a_claim_whose_workspace_cannot_be_made_is_given_back(kind: No, tmp_path: Path) -> None:
    scene = kind.make(tmp_path)

    answer = scene.call("start-implementation", "--wp", "WP01", *BOT)

    assert (answer.error, kind.words in answer.message) == (kind.code, True), answer.message
    assert scene.done("feature-state")["summary"]["planned"] == 2
    rooms = tmp_path / "p/.worktrees"
    assert not rooms.is_dir() or os.listdir(rooms) == []
    assert scene.git("branch", "--list", "*-WP01") == ""


def require_not_submitted(scene: Scene, code: str, words: str) -> None:
    """Asserts that the work is refused, that nothing moved, and that it can be put right."""
    room = claim(scene)
    before = portrait(scene)

    answer = submit(scene)

    assert (answer.error, words in answer.message) == (code, True), answer.message
    assert portrait(scene) == before
    assert room.exists()


@pytest.mark.parametrize("kind", NOT_SUBMITTED, ids=lambda kind: kind.make.__name__)
def test_work_that_cannot_be_stored_rightly_is_refused(kind: No, tmp_path: Path) -> None:
    require_not_submitted(kind.make(tmp_path), kind.code, kind.words)


def test_names_that_another_file_system_takes_for_git_are_refused(tmp_path: Path) -> None:
    scene = scene_of(planned(tmp_path / "p"))
    room = claim(scene)
    before = portrait(scene)

    for name in TRAPS:
        put(room, name)
        answer = submit(scene)
        assert answer.error in ("WORKSPACE_FAILED", "PROTECTED_PATHS_CHANGED"), name
        top = room / os.fsdecode(name.split(b"/")[0])
        shutil.rmtree(top) if top.is_dir() else top.unlink()
        assert portrait(scene) == before, name

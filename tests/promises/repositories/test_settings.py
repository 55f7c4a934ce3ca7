"""What settings change in the story: signatures, filters, a history that is not all there."""

from __future__ import annotations

from pathlib import Path

import pytest

from repositories.layouts import shallow
from repositories.places import bare_clone, configure, planned, scene_of
from repositories.settings import (
    end_agent,
    large_files,
    large_files_of_the_repository,
    require_pointer,
    signed,
    signed_by_gpg,
    signed_with_a_question,
)
from repositories.whole_story import (
    BOT,
    CRITIC,
    Scene,
    cancel_with_work,
    claim,
    integrate,
    land,
    portrait,
    submit,
    tell,
)
from repository import Repo


@pytest.mark.parametrize("make", [large_files, large_files_of_the_repository])
def test_large_files_are_stored_as_pointers(make: object, tmp_path: Path) -> None:
    assert callable(make)
    scene: Scene = make(tmp_path)
    tell(scene)
    require_pointer(scene, scene.git_dir)


def test_large_files_are_uploaded_before_what_names_them_is_pushed(tmp_path: Path) -> None:
    scene = large_files(tmp_path)
    remote = bare_clone(Repo(scene.place), tmp_path / "remote.git")
    Repo(scene.place).git("remote", "add", "origin", remote.path)
    claim(scene)
    integrate(scene)
    cancel_with_work(scene)
    scene.done("accept-feature", *BOT)

    assert scene.done("merge-feature", "--push", *BOT)["pushed_to"] == "origin"

    assert remote.tip("main") == scene.git("rev-parse", "main")
    require_pointer(scene, scene.git_dir, remote.path)


@pytest.mark.parametrize("make", [signed, signed_by_gpg])
def test_commits_are_signed_where_that_asks_nobody(make: object, tmp_path: Path) -> None:
    assert callable(make)
    scene: Scene = make(tmp_path)
    planned_at = scene.git("rev-parse", "main")
    try:
        tell(scene)
    finally:
        end_agent(scene)
    commits = scene.git("rev-list", f"{planned_at}..main").split()
    texts = [scene.git("cat-file", "commit", each) for each in commits]
    assert len(texts) == 3
    assert all("\ngpgsig" in text for text in texts)


def test_a_signature_that_would_ask_is_left_out_and_told(tmp_path: Path) -> None:
    scene = signed_with_a_question(tmp_path)
    claim(scene)
    submitted = submit(scene).data
    scene.done("transition", "--wp", "WP01", "--to", "done", "--review-ref", "r/1", *CRITIC)
    cancel_with_work(scene)
    scene.done("accept-feature", *BOT)
    merged = scene.done("merge-feature", *BOT)

    for data in (submitted, merged):
        assert [text.partition(":")[0] for text in data["warnings"]] == [
            "Signing without a prompt was not possible"
        ]
    assert "gpgsig" not in scene.git("cat-file", "commit", "main")


def test_a_target_of_which_a_shallow_clone_lost_the_history_is_explained(tmp_path: Path) -> None:
    scene = shallow(tmp_path)
    claim(scene)
    integrate(scene)
    cancel_with_work(scene)
    origin, clone = Repo(tmp_path / "p"), Repo(scene.place)
    for number in range(3):
        origin.write("y", str(number))
        origin.commit()
    clone.git("fetch", "--quiet", "--depth=1")
    clone.git("reset", "--quiet", "--hard", "origin/main")

    answer = scene.call("accept-feature", *BOT)

    assert answer.error == "FEATURE_NOT_READY"
    assert answer.message.endswith("bring the rest of the history: git fetch --unshallow")
    clone.git("fetch", "--quiet", "--unshallow")
    land(scene)


def test_a_filter_that_came_to_be_meanwhile_keeps_a_feature_from_landing(tmp_path: Path) -> None:
    repo = planned(tmp_path / "p")
    repo.write(".gitattributes", "*.rot filter=rot\n")
    repo.commit()
    scene = scene_of(repo, file="new.rot", content=b"stored\n")
    claim(scene)
    integrate(scene)
    cancel_with_work(scene)
    assert scene.done("accept-feature", *BOT)
    configure(repo, "filter.rot.clean=tr a-z n-za-m", "filter.rot.smudge=tr n-za-m a-z")
    before = portrait(scene)

    answer = scene.call("merge-feature", *BOT)

    assert answer.error == "PREFLIGHT_FAILED"
    assert "new.rot goes through the filter 'rot'" in answer.message
    assert portrait(scene) == before
    repo.git("config", "--remove-section", "filter.rot")
    land(scene)

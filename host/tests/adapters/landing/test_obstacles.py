"""Whatever a landing would overwrite or get mixed up with is refused, and nothing changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from landing_scene import TARGET, Scene, scene
from repository import Repo
from spec_kitty.domain.refusals import ErrorCode, Refusal

__all__ = ["scene"]


def edit(repo: Repo) -> None:
    repo.write("edited", "mine\n")


def stage(repo: Repo) -> None:
    repo.write("edited", "mine\n")
    repo.git("add", "edited")


def stage_and_undo(repo: Repo) -> None:
    before = (repo.path / "edited").read_text()
    stage(repo)
    repo.write("edited", before)


def stage_what_lands(repo: Repo) -> None:
    repo.git("checkout", "-q", "work", "--", "edited")


def delete(repo: Repo) -> None:
    (repo.path / "edited").unlink()


def remove(repo: Repo) -> None:
    repo.git("rm", "-q", "--cached", "edited")


def edit_what_goes_away(repo: Repo) -> None:
    repo.write("deleted/deep/down", "mine\n")


def untracked(repo: Repo) -> None:
    repo.write("added/deep/down", "mine\n")


def intended(repo: Repo) -> None:
    repo.write("added/deep/down", "mine\n")
    repo.git("add", "--intent-to-add", "added")


def ignored(repo: Repo) -> None:
    repo.write(".git/info/exclude", "added/\n")
    repo.write("added/deep/down", "mine\n")


def ignored_in_place_of_folder(repo: Repo) -> None:
    repo.write(".git/info/exclude", "added\n")
    repo.write("added", "mine\n")


def ignored_link_in_place_of_folder(repo: Repo) -> None:
    repo.write(".git/info/exclude", "added\n")
    (repo.path / "added").symlink_to("theirs")


def ignored_in_folder_that_becomes_a_file(repo: Repo) -> None:
    repo.write("becomes-file/mine.log", "mine\n")


def assume_unchanged(repo: Repo) -> None:
    repo.git("update-index", "--assume-unchanged", "edited")
    repo.write("edited", "mine\n")


def skip_worktree(repo: Repo) -> None:
    repo.git("update-index", "--skip-worktree", "edited")
    repo.write("edited", "mine\n")


def sparse_and_untracked(repo: Repo) -> None:
    repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/added/")
    repo.write("added/deep/down", "mine\n")


def sparse_and_there(repo: Repo) -> None:
    repo.git("sparse-checkout", "set", "--no-cone", "/*", "!/edited")
    repo.write("edited", "mine\n")


def unmerged(repo: Repo) -> None:
    blob = repo.git("rev-parse", "HEAD:edited")
    repo.git("update-index", "--force-remove", "edited")
    lines = "".join(f"100644 {blob} {stage}\tedited\n" for stage in (1, 2, 3))
    repo.git("update-index", "--index-info", stdin=lines)


OVERWRITTEN = [
    (edit, "edited"),
    (stage, "edited"),
    (stage_and_undo, "edited"),
    (stage_what_lands, "edited"),
    (delete, "edited"),
    (remove, "edited"),
    (edit_what_goes_away, "deleted/deep/down"),
    (untracked, "added/deep/down"),
    (intended, "added/deep/down"),
    (ignored, "added/deep/down"),
    (ignored_in_place_of_folder, "added"),
    (ignored_link_in_place_of_folder, "added"),
    (ignored_in_folder_that_becomes_a_file, "becomes-file/mine.log"),
    (assume_unchanged, "edited"),
    (skip_worktree, "edited"),
    (sparse_and_untracked, "added/deep/down"),
    (sparse_and_there, "edited"),
    (unmerged, "edited"),
]


@pytest.mark.parametrize(("do", "path"), OVERWRITTEN)
def test_a_file_that_would_be_overwritten_or_lost_is_named(
    scene: Scene, do: Callable[[Repo], None], path: str
) -> None:
    do(scene.repo)
    before = scene.state()

    found = scene.blockers()
    with pytest.raises(Refusal) as refused:
        scene.land()

    assert refused.value.code is ErrorCode.PREFLIGHT_FAILED
    assert refused.value.facts["blockers"] == list(found)
    assert len(found) == 1
    assert f"{path}" in found[0]
    assert scene.state() == {**before, "git dir": [*before["git dir"], "spec-kitty"]}  # type: ignore[misc]


def merge(repo: Repo) -> None:
    repo.git("checkout", "-q", "-b", "side", "main")
    repo.write("theirs/side", "x\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "--no-commit", "side")


def cherry_pick(repo: Repo) -> None:
    repo.write(".git/CHERRY_PICK_HEAD", repo.tip("main") + "\n")


def revert(repo: Repo) -> None:
    repo.write(".git/REVERT_HEAD", repo.tip("main") + "\n")


def sequence(repo: Repo) -> None:
    (repo.path / ".git/sequencer").mkdir()


def bisect(repo: Repo) -> None:
    repo.git("bisect", "start")


def rebase(repo: Repo) -> None:
    repo.git("-c", "sequence.editor=sed -i 1ibreak", "rebase", "-q", "-i", "HEAD~1")


@pytest.mark.parametrize("do", [merge, cherry_pick, revert, sequence, bisect, rebase])
def test_what_git_has_under_way_is_waited_for(scene: Scene, do: Callable[[Repo], None]) -> None:
    do(scene.repo)

    (found,) = scene.blockers()

    assert "is under way in" in found
    assert found.endswith("Finish or abort it.")


def test_a_rebase_of_the_target_elsewhere_is_waited_for(scene: Scene, tmp_path: Path) -> None:
    scene.repo.git("checkout", "-q", "--detach")
    linked = Repo(tmp_path / "linked")
    scene.repo.git("worktree", "add", "-q", linked.path, "main")
    rebase(linked)

    assert scene.blockers() == (
        f"A rebase of main is under way in {linked.path}. Finish or abort it.",
    )


def test_a_target_that_is_checked_out_twice_is_refused(scene: Scene, tmp_path: Path) -> None:
    scene.repo.git("worktree", "add", "-q", "--force", tmp_path / "linked", "main")

    (found,) = scene.blockers()

    assert found.startswith("The target is checked out more than once: ")


def test_an_index_that_git_has_locked_is_waited_for(scene: Scene) -> None:
    lock = scene.repo.write(".git/index.lock", "")

    for look in (scene.blockers, scene.land):
        with pytest.raises(Refusal) as refused:
            look()
        assert refused.value.code is ErrorCode.BUSY
        assert refused.value.facts == {"lock": str(lock), "process": None, "retryable": True}

    assert lock.read_text() == ""


def test_nothing_is_in_the_way_of_unrelated_work(scene: Scene) -> None:
    scene.repo.write("theirs/unstaged", "mine\n")
    (scene.repo.path / "added/deep/down").mkdir(parents=True)
    before = scene.state()

    assert scene.blockers() == ()
    assert os.listdir(scene.repo.path / ".git/spec-kitty/scratch") == []
    after = scene.state()
    assert {**after, "git dir": None} == {**before, "git dir": None}


def test_a_file_that_was_edited_in_the_moment_of_the_last_git_command_is_seen(scene: Scene) -> None:
    # Size and times tell no difference; git looks again because the index is no younger.
    scene.repo.git("config", "core.trustctime", "false")
    edited, moment = scene.repo.path / "edited", (1_000_000_000, 1_000_000_000)
    os.utime(edited, moment)
    scene.repo.git("update-index", "--refresh")
    scene.repo.write("edited", "odl\n" * 2000)
    os.utime(edited, moment)
    os.utime(scene.repo.path / ".git/index", moment)

    (found,) = scene.blockers()

    assert found.startswith("edited has uncommitted changes")


def test_the_index_of_the_checkout_is_not_even_rewritten(scene: Scene) -> None:
    os.utime(scene.repo.path / "edited", (1, 1))
    index = scene.repo.path / ".git/index"
    before = (index.stat().st_ino, index.stat().st_mtime_ns, index.read_bytes())

    scene.landing.blockers(TARGET, scene.old, scene.new)

    assert (index.stat().st_ino, index.stat().st_mtime_ns, index.read_bytes()) == before

from __future__ import annotations

from pathlib import Path

import pytest

from landing_scene import TARGET, Scene, State, busy_scene, scene
from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.landing.landing import Landing
from spec_kitty.domain.refusals import ErrorCode, Refusal

__all__ = ["busy_scene", "scene"]


def test_the_target_and_its_checkout_come_to_the_new_commit(scene: Scene) -> None:
    assert scene.land() == ()

    assert (scene.repo.tip("main"), scene.repo.status()) == (scene.new, "")
    assert scene.repo.git("diff", "--stat", "work") == ""
    assert not (scene.repo.path / "deleted").exists()
    assert not (scene.repo.path / ".git/index.lock").exists()


def test_what_a_person_has_going_on_beside_it_stays_as_it_is(busy_scene: Scene) -> None:
    before = busy_scene.state()

    assert busy_scene.land() == ()

    after = busy_scene.state()
    assert after["status"] == before["status"]
    assert _without_own_folder(after)["git dir"] == before["git dir"]
    theirs = "theirs/"
    for part in ("files", "index"):
        assert _about(theirs, after[part]) == _about(theirs, before[part])
    assert (busy_scene.repo.path / "deleted/ignored.log").read_text() == "ignored\n"


def _without_own_folder(state: State) -> State:
    names = [name for name in state["git dir"] if name != "spec-kitty"]  # type: ignore[attr-defined]
    return {**state, "git dir": names}


def _about(folder: str, part: object) -> list[str]:
    lines = part.splitlines() if isinstance(part, str) else map(str, dict(part).items())  # type: ignore[call-overload]
    return [line for line in lines if folder in line]


def test_the_person_finds_the_way_back_in_the_reflog(scene: Scene) -> None:
    scene.land()

    assert scene.repo.tip("main@{1}") == scene.old


def test_a_checkout_in_a_linked_worktree_is_brought_along(scene: Scene, tmp_path: Path) -> None:
    scene.repo.git("checkout", "-q", "--detach")
    linked = Repo(tmp_path / "linked")
    scene.repo.git("worktree", "add", "-q", linked.path, "main")
    linked.write("theirs/unstaged", "edited\n")
    main_before = scene.state()["files"]

    scene.land()

    assert (linked.tip(), linked.status()) == (scene.new, "M theirs/unstaged".rjust(18))
    assert scene.state()["files"] == main_before


def test_a_target_that_is_not_checked_out_is_only_moved(scene: Scene) -> None:
    scene.repo.git("checkout", "-q", "--detach")
    before = scene.state()["files"]

    scene.land()

    assert (scene.repo.tip("main"), scene.repo.status()) == (scene.new, "")
    assert scene.state()["files"] == before


def test_a_bare_repository_is_landed_in(scene: Scene, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    scene.repo.git("clone", "-q", "--bare", scene.repo.path, bare)
    landing = Landing(Git(locate(str(bare))))

    landing.land(TARGET, scene.old, scene.new, scene.write_intent)

    assert Repo(bare).tip("main") == scene.new


def test_a_worktree_whose_folder_is_gone_is_no_checkout(scene: Scene, tmp_path: Path) -> None:
    scene.repo.git("checkout", "-q", "--detach")
    scene.repo.git("worktree", "add", "-q", tmp_path / "linked", "main")
    (tmp_path / "linked").rename(tmp_path / "moved")

    scene.land()

    assert scene.repo.tip("main") == scene.new


def test_a_target_that_moved_in_this_moment_is_left_and_the_files_are_put_back(
    busy_scene: Scene,
) -> None:
    git = Git(locate(str(busy_scene.repo.path)))
    elsewhere = busy_scene.repo.git("commit-tree", "-m", "x", "-p", "main", "main^{tree}")

    def move_target(step: str) -> None:
        if step == "files":
            busy_scene.repo.git("update-ref", TARGET, elsewhere)

    with pytest.raises(Refusal) as refused:
        busy_scene.land(Landing(git, move_target))

    busy_scene.repo.git("update-ref", TARGET, busy_scene.old)
    expected = busy_scene.state()
    assert refused.value.code is ErrorCode.MERGE_FAILED
    assert expected["status"] == _STATUS_AT_WORK
    assert "index.lock" not in str(expected["git dir"])


_STATUS_AT_WORK = "\n".join(
    (
        "A  theirs/added",
        "MM theirs/staged",
        " M theirs/unstaged",
        "?? theirs/untracked",
    )
)


def test_files_that_cannot_be_written_are_put_back(
    busy_scene: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = tmp_path / "config"
    settings.write_text('[filter "failing"]\nclean = cat\nsmudge = false\nrequired = true\n')
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(settings))
    busy_scene.repo.write(".git/info/attributes", "added/** filter=failing\n")
    before = busy_scene.state()

    with pytest.raises(Refusal, match="all was put back") as refused:
        busy_scene.land()

    assert refused.value.code is ErrorCode.MERGE_FAILED
    assert _without_own_folder(busy_scene.state()) == before


def test_a_landing_that_is_interrupted_before_its_intent_leaves_no_lock(scene: Scene) -> None:
    def interrupt(step: str) -> None:
        raise KeyboardInterrupt

    before = scene.state()

    with pytest.raises(KeyboardInterrupt):
        scene.land(Landing(Git(locate(str(scene.repo.path))), interrupt))

    assert _without_own_folder(scene.state()) == before


def test_a_refused_landing_writes_no_intent(scene: Scene) -> None:
    scene.repo.write("edited", "mine\n")

    with pytest.raises(Refusal, match=r"edited has uncommitted changes") as refused:
        scene.land()

    assert refused.value.code is ErrorCode.PREFLIGHT_FAILED
    assert not scene.intent_file.exists()
    assert not (scene.repo.path / ".git/index.lock").exists()

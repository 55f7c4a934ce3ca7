"""Merging with a remote, merges made elsewhere, and merges whose process died."""

import shutil
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from deliveries import accept, merge, with_remote
from door import PROGRAM
from killing import kill_at, kill_in_transaction
from project import SLUG, Project
from repository import Repo
from states import branches, kinds, package


def refuse_pushes(remote: Repo, script: str = "echo no cats today; exit 1") -> Path:
    hook = remote.path / "hooks/pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\n{script}\n")
    hook.chmod(0o755)
    return hook


def test_with_push_the_remote_has_it_too(ready: Project) -> None:
    remote = with_remote(ready)
    tree = accept(ready)

    data = merge(ready, "--push").data

    assert (data["merged"], data["pushed_to"]) == (True, "origin")
    tips = {ready.repo.tip("main"), remote.tip("main"), data["merge_commit"]}
    assert len(tips) == 1
    assert ready.repo.git("rev-parse", "main^{tree}") == tree
    assert remote.git("for-each-ref", "--format=%(refname)", "refs/spec-kitty*") == ""


def test_a_refused_push_leaves_everything(ready: Project) -> None:
    remote = with_remote(ready)
    hook = refuse_pushes(remote)
    accept(ready)
    before = branches(ready), remote.git("for-each-ref")

    code, facts = merge(ready, "--push").refusal

    assert (code, facts["remote"], facts["retryable"]) == ("PUSH_FAILED", "origin", False)
    assert (branches(ready), remote.git("for-each-ref")) == before
    assert kinds(ready)[-2:] == ["MergeIntended", "MergeAbandoned"]
    assert ready.workspace("WP01").exists()
    hook.unlink()
    assert merge(ready, "--push").data["merged"]


def test_a_remote_that_is_ahead_refuses(ready: Project) -> None:
    remote = with_remote(ready)
    other = Repo(ready.repo.path.parent / "other")
    ready.repo.git("clone", "--quiet", remote.path, other.path)
    other.write("theirs.txt", "theirs\n")
    other.commit("Theirs")
    other.git("push", "--quiet")
    accept(ready)
    before = branches(ready)

    assert merge(ready, "--push").error == "PUSH_FAILED"

    assert branches(ready) == before


def test_a_remote_that_is_gone_may_come_back(ready: Project) -> None:
    remote = with_remote(ready)
    accept(ready)
    away = remote.path.with_name("away.git")
    remote.path.rename(away)

    assert merge(ready, "--push").error == "PUSH_FAILED"

    away.rename(remote.path)
    assert merge(ready, "--push").data["merged"]


def test_without_a_remote_there_is_nothing_to_push_to(ready: Project) -> None:
    accept(ready)

    assert merge(ready, "--push").error == "PREFLIGHT_FAILED"


def test_a_squash_made_elsewhere_is_recorded(ready: Project) -> None:
    tree = ready.repo.git("merge-tree", "--write-tree", "main", SLUG)
    assert merge(ready, "--recorded").refusal[1]["reason"] == "not_contained"
    squashed = ready.repo.git("commit-tree", tree, "-p", "main", "-m", "All the cats")
    ready.repo.git("merge", "--quiet", "--ff-only", squashed)

    data = merge(ready, "--recorded").data

    assert (data["merged"], data["recorded"], data["merge_commit"]) == (True, True, squashed)
    assert ready.repo.tip("main") == squashed
    assert [name for name in branches(ready) if name.startswith(f"{SLUG}-")] == []


def test_a_merge_made_elsewhere_is_recorded(ready: Project) -> None:
    ready.repo.git("merge", "--quiet", "--no-ff", "--no-edit", SLUG)

    assert merge(ready, "--recorded").data["recorded"]


def test_the_same_key_merges_once(ready: Project) -> None:
    accept(ready)
    words = ("--idempotency-key", "k1")
    first = merge(ready, *words).data
    before = kinds(ready)

    assert merge(ready, *words).data == first
    assert kinds(ready) == before
    assert merge(ready, "--strategy", "squash", *words).error == "IDEMPOTENCY_KEY_REUSED"


def test_the_same_key_accepts_once(ready: Project) -> None:
    words = ("--actor", "bot", "--idempotency-key", "k1")
    first = ready.api("accept-feature", *words).data
    before = kinds(ready)

    assert ready.api("accept-feature", *words).data == first
    assert kinds(ready) == before


MERGE = ("merge-feature", "--feature", SLUG, "--actor", "bot")


def kill_before_target(ready: Project, moved: int) -> None:
    """Kills a merge when the target has moved (1) or is just about to (0)."""
    # The transactions: the intent's event, then the target alone.
    kill_in_transaction(ready.repo.path, 2, moved, MERGE)


def test_a_merge_killed_before_the_target_moved_is_given_up_and_made_again(
    ready: Project,
) -> None:
    tree, old = accept(ready), ready.repo.tip("main")
    kill_before_target(ready, 0)
    assert ready.repo.tip("main") == old

    assert merge(ready).data["merged"]

    assert ready.repo.git("rev-parse", "main^{tree}") == tree
    assert kinds(ready)[-4:] == [
        "MergeIntended",
        "MergeAbandoned",
        "MergeIntended",
        "MergeCompleted",
    ]


def test_a_merge_killed_after_the_target_moved_is_completed(ready: Project) -> None:
    tree = accept(ready)
    kill_before_target(ready, 1)

    data = merge(ready).data

    assert data["merged"]
    assert ready.repo.git("rev-parse", "main^{tree}") == tree
    assert kinds(ready)[-2:] == ["MergeIntended", "MergeCompleted"]


def test_while_nobody_can_tell_whether_a_killed_push_arrived_notes_go_on_and_nothing_moves(
    ready: Project,
) -> None:
    remote = with_remote(ready)
    accept(ready)
    kill_in_transaction(ready.repo.path, 2, 0, (*MERGE, "--push"))
    away = remote.path.with_name("away.git")
    remote.path.rename(away)

    note = ("--wp", "WP01", "--actor", "eve", "--note", "Did it arrive?")
    told = ready.api("append-history", *note)
    reopened = ready.move("WP01", "in_progress", "eve", "--note", "No.", "--review-ref", "r/1")

    assert told.data["wp_id"] == "WP01"
    assert (reopened.error, merge(ready, "--push").error) == ("PUSH_FAILED", "PUSH_FAILED")
    assert kinds(ready)[-2:] == ["MergeIntended", "NoteAdded"]
    away.rename(remote.path)
    assert merge(ready, "--push").data["merged"]
    assert remote.tip("main") == ready.repo.tip("main")


@pytest.mark.parametrize("moved", [0, 1])
def test_any_change_finds_the_outcome_of_a_killed_merge(ready: Project, moved: int) -> None:
    accept(ready)
    kill_before_target(ready, moved)

    note = ("--wp", "WP01", "--actor", "eve", "--note", "What happened?")
    assert ready.api("append-history", *note).data

    outcome = "MergeCompleted" if moved else "MergeAbandoned"
    assert kinds(ready)[-3:] == ["MergeIntended", outcome, "NoteAdded"]


@pytest.fixture(params=[False, True], ids=["not landed", "landed"])
def interrupted(ready: Project, request: pytest.FixtureRequest) -> tuple[Project, bool]:
    """A merge that was killed, a plan that has grown since, and whether it had landed."""
    accept(ready)
    ready.repo.git("checkout", "--quiet", "--detach")
    if request.param:
        kill_before_target(ready, 1)
    else:
        kill_after_intent(ready)
    grow_plan(ready)
    return ready, request.param


def kill_after_intent(ready: Project) -> None:
    """Kills a merge when its intent is recorded, and nothing else has begun."""
    kill_in_transaction(ready.repo.path, 1, 1, MERGE)


def grow_plan(ready: Project) -> None:
    """Plans one more work package, from a checkout that is not on the target branch."""
    ready.repo.git("checkout", "--quiet", "--detach", "main")
    ready.plan("WP04", "Hiss")
    ready.repo.git("update-ref", "refs/heads/main", ready.repo.commit("Plan one more"))


def test_a_killed_merge_is_shown_as_begun(interrupted: tuple[Project, bool]) -> None:
    project, landed = interrupted
    (explained,) = project.api("explain", "--wp", "WP04").data["work_packages"]

    assert project.api("feature-state").data["merge"]["phase"] == "intended"
    assert package(project, "WP04")["ready"] is False
    assert explained["reason"] == (
        "planned: the merge of 034-cats has begun, and nothing starts before it has ended. If it "
        "was interrupted, merge again: spec-kitty merge"
    )
    merge(project)
    now = project.api("feature-state").data["merge"]
    assert (now and now["phase"]) == ("completed" if landed else None)


def test_a_merge_is_ended_by_itself_although_the_plan_has_grown(
    interrupted: tuple[Project, bool],
) -> None:
    project, landed = interrupted
    answer = merge(project)

    if landed:
        assert (answer.data["no_op"], answer.data["merged_wps"]) == (True, ["WP01", "WP02"])
        assert kinds(project)[-2:] == ["MergeIntended", "MergeCompleted"]
        return
    code, facts = answer.refusal
    assert (code, facts["reason"], facts["incomplete_wps"]) == (
        "FEATURE_NOT_READY",
        "target_moved",
        ["WP04"],
    )
    assert answer.message == (
        "The merge of 034-cats was interrupted before it landed, and is given up. main has moved "
        "since 034-cats was accepted, and its plan has more to do now: WP04 (planned). Finish "
        "that, then accept it again: spec-kitty accept --feature 034-cats"
    )
    assert kinds(project)[-2:] == ["MergeIntended", "MergeAbandoned"]
    assert package(project, "WP04")["ready"] is True


def test_after_a_merge_was_given_up_the_rest_is_done_and_all_of_it_lands(ready: Project) -> None:
    accept(ready)
    kill_after_intent(ready)
    grow_plan(ready)
    assert merge(ready).error == "FEATURE_NOT_READY"

    ready.finish("WP04", "hiss.py", "hiss = 1\n")
    tree = accept(ready)

    assert merge(ready).data["merged_wps"] == ["WP01", "WP02", "WP04"]
    assert ready.repo.git("rev-parse", "main^{tree}") == tree


def test_a_refusal_without_an_interrupted_merge_speaks_of_none(ready: Project) -> None:
    accept(ready)
    ready.repo.write("more.txt", "more\n")
    ready.repo.commit("More")

    assert merge(ready).message == (
        "main has moved since 034-cats was accepted. Accept it (again): "
        "spec-kitty accept --feature 034-cats"
    )


def test_a_killed_merge_does_not_undo_what_a_person_committed_since(ready: Project) -> None:
    accept(ready)
    kill_before_target(ready, 1)
    assert ready.api("append-history", "--wp", "WP01", "--actor", "eve", "--note", "?").data
    landed = ready.repo.tip("main")
    ready.repo.write("more.txt", "more\n")
    ready.repo.commit("More")

    assert merge(ready).data["merge_commit"] == landed


def test_a_merge_killed_while_it_pushed_asks_the_remote(ready: Project) -> None:
    remote = with_remote(ready)
    tree = accept(ready)
    assert kill_when_pushed(ready, remote)
    assert remote.tip("main") != ready.repo.tip("main")
    assert merge(ready, "--push").data["merged"]
    assert remote.tip("main") == ready.repo.tip("main")
    assert ready.repo.git("rev-parse", "main^{tree}") == tree


def test_a_push_that_outlives_its_merge_is_waited_for(
    ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    remote, slow = with_remote(ready), ready.repo.path.parent / "slow"
    slow.mkdir()
    slow_remote(ready, remote, slow, monkeypatch)
    accept(ready)
    words = (PROGRAM, "orchestrator-api", *MERGE, "--push")
    with subprocess.Popen(words, cwd=ready.repo.path, stdout=subprocess.DEVNULL) as merging:
        wait_for((slow / "begun").exists)
        merging.kill()

    about = ("--wp", "WP01", "--actor", "eve", "--note", "?")
    assert ready.api("append-history", *about).data
    code, facts = merge(ready, "--push").refusal
    assert (code, facts["retryable"]) == ("BUSY", True)
    (slow / "go").touch()
    wait_for((slow / "over").exists)
    pushed = remote.tip("main")
    wait_for(lambda: merge(ready, "--push").envelope["success"])

    assert ready.repo.tip("main") == remote.tip("main") == pushed
    assert kinds(ready)[-3:] == ["MergeIntended", "NoteAdded", "MergeCompleted"]


def slow_remote(
    ready: Project, remote: Repo, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lets the other end of a push wait until it is told to go on."""
    script = folder / "ssh"
    script.write_text(
        f"""#!/bin/sh
        for last; do :; done
        case $last in *receive-pack*) touch {folder}/begun
            until [ -e {folder}/go ]; do sleep 0.02; done
            sh -c "$last"; touch {folder}/over ;;
        *) exec sh -c "$last" ;; esac
        """
    )
    script.chmod(0o755)
    monkeypatch.setenv("GIT_SSH_COMMAND", str(script))
    ready.repo.git("remote", "set-url", "origin", f"ssh://example.org{remote.path}")


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < deadline, "it never came"
        time.sleep(0.05)


def kill_when_pushed(ready: Project, remote: Repo) -> bool:
    """Kills a merge at the first step after its push has arrived; says whether it could."""
    step, start = 1, ready.repo.path
    kept = start.parent / "kept"
    shutil.copytree(start, kept, symlinks=True)
    remote_kept = start.parent / "remote-kept"
    shutil.copytree(remote.path, remote_kept, symlinks=True)
    old = remote.tip("main")
    for step in range(40, 400, 1):
        kill_at(start, step, (*MERGE, "--push"))
        if remote.tip("main") != old:
            return ready.repo.tip("main") == old
        for place, copy in ((start, kept), (remote.path, remote_kept)):
            shutil.rmtree(place)
            shutil.copytree(copy, place, symlinks=True)
    return False

"""What stands in the way of accepting and merging, as the contract's door says it."""
# ruff: noqa: E501 (sentences are compared whole, each on its line)

import fcntl

from inline_snapshot import snapshot

from door import POLICY, refs_and_files
from project import SLUG, Project

BOT = ("--actor", "bot", "--policy", POLICY)


def test_checks_that_fail_are_recorded_and_move_nothing(project: Project) -> None:
    project.repo.write(".kittify/config.toml", "[verify]\ncommand = 'echo no purr; exit 3'\n")
    project.repo.commit("Ask for purring")
    _finish(project)
    lanes = project.lanes()
    assert project.refused("accept-feature", *BOT) == snapshot(
        (
            "VERIFICATION_FAILED",
            {
                "command": "echo no purr; exit 3",
                "exit_code": 3,
                "timed_out": False,
                "output_tail": "no purr\n",
                "tree": "0001000100010001000100010001000100010001",
                "reopen": "WP02",
            },
        )
    )
    assert (project.lanes(), project.api("feature-state").data["accepted"]) == (lanes, False)
    assert project.events()[-1] == snapshot(
        "verification failed on tree 000100010001, asked for by bot"
    )


def test_checks_that_pass_are_part_of_the_acceptance(project: Project) -> None:
    project.repo.write(".kittify/config.toml", "[verify]\ncommand = 'test -e WP02.py'\n")
    project.repo.commit("Ask for meowing")
    _finish(project)
    assert project.ask("accept-feature", *BOT)["verified"] is True


def test_a_conflict_with_the_target_names_the_package_to_reopen(project: Project) -> None:
    _finish(project)
    project.repo.write("WP02.py", "other = 1\n")
    project.repo.commit("Write the same file")
    assert project.refused("accept-feature", *BOT) == snapshot(
        (
            "FEATURE_NOT_READY",
            {
                "reason": "target_conflict",
                "files": ["WP02.py"],
                "reopen": "WP02",
                "target_commit": "0001000100010001000100010001000100010001",
            },
        )
    )


def test_a_target_that_moved_withdraws_the_acceptance(project: Project) -> None:
    _accept(project)
    project.repo.write("other.py", "other = 1\n")
    project.repo.commit("Move on")
    code, facts = project.refused("merge-feature", *BOT)
    assert (code, facts["reason"]) == ("FEATURE_NOT_READY", "target_moved")


def test_another_target_than_the_features_is_refused(project: Project) -> None:
    _accept(project)
    project.repo.git("branch", "release")
    assert project.refused("merge-feature", *BOT, "--target", "release") == snapshot(
        ("PREFLIGHT_FAILED", {"target_branch": "main", "asked": "release"})
    )


def test_a_file_that_would_be_overwritten_stops_the_merge(project: Project) -> None:
    _accept(project)
    project.repo.write("WP01.py", "mine\n")
    before = refs_and_files(project.repo)
    assert project.refused("merge-feature", *BOT) == snapshot(
        (
            "PREFLIGHT_FAILED",
            {
                "blockers": [
                    "WP01.py in <repository> is not tracked there, and the landing would overwrite it. Move it away."
                ]
            },
        )
    )
    assert refs_and_files(project.repo) == before


def test_a_feature_branch_that_somebody_moved_is_left_alone(project: Project) -> None:
    _finish(project)
    project.repo.git("update-ref", f"refs/heads/{SLUG}", "main")
    before = refs_and_files(project.repo)
    assert project.refused("accept-feature", *BOT) == snapshot(
        (
            "REF_DIVERGED",
            {
                "ref": "refs/heads/034-cats",
                "recorded": "0001000100010001000100010001000100010001",
                "actual": "0002000200020002000200020002000200020002",
            },
        )
    )
    assert refs_and_files(project.repo) == before


def test_a_branch_of_our_name_with_work_of_its_own_stops_the_start(project: Project) -> None:
    project.repo.git("switch", "--quiet", "--create", f"{SLUG}-WP01")
    project.repo.write("mine.py", "mine = 1\n")
    project.repo.commit("Work of my own")
    project.repo.git("switch", "--quiet", "main")
    before = refs_and_files(project.repo)
    assert project.start("WP01").refusal == snapshot(
        ("WORKSPACE_FAILED", {"branch": "034-cats-WP01"})
    )
    assert refs_and_files(project.repo) == before


def test_a_feature_branch_that_is_checked_out_stops_what_would_move_it(project: Project) -> None:
    project.submit("WP01")
    project.repo.git("switch", "--quiet", SLUG)
    before = refs_and_files(project.repo)
    about = ("--wp", "WP01", "--to", "done", "--review-ref", "x")
    assert project.refused("transition", *about, *BOT) == snapshot(
        ("PREFLIGHT_FAILED", {"branch": "034-cats", "path": "<repository>"})
    )
    assert refs_and_files(project.repo) == before


def test_a_branch_that_moved_past_the_submission_is_not_integrated(project: Project) -> None:
    project.submit("WP01")
    project.repo.git("-C", project.workspace("WP01"), "commit", "-q", "--allow-empty", "-m", "More")
    before = refs_and_files(project.repo)
    code, facts = project.approve("WP01").refusal
    assert (code, facts["reason"]) == ("TRANSITION_REJECTED", "branch_moved")
    assert refs_and_files(project.repo) == before


def test_a_merge_while_another_one_is_under_way_is_busy(project: Project) -> None:
    _accept(project)
    with open(project.repo.path / f".git/spec-kitty/lock/{SLUG}.delivery.lock", "wb") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert project.refused("merge-feature", *BOT) == snapshot(("BUSY", {"retryable": True}))
        assert project.refused("accept-feature", *BOT)[0] == "BUSY"


def test_a_push_that_is_refused_moves_nothing(project: Project) -> None:
    remote = project.repo.path.parent / "remote"
    project.repo.git("clone", "--quiet", "--bare", ".", remote)
    hook = remote / "hooks" / "pre-receive"
    hook.write_text("#!/bin/sh\necho main is protected >&2\nexit 1\n")
    hook.chmod(0o755)
    project.repo.git("remote", "add", "origin", remote)
    _accept(project)
    tip = project.repo.tip("main")
    assert project.refused("merge-feature", *BOT, "--push") == snapshot(
        ("PUSH_FAILED", {"retryable": False, "remote": "origin"})
    )
    assert project.repo.tip("main") == tip
    assert project.api("feature-state").data["accepted"] is True


def test_a_push_goes_to_the_remote_and_the_local_branch_follows(project: Project) -> None:
    remote = project.repo.path.parent / "remote"
    project.repo.git("clone", "--quiet", "--bare", ".", remote)
    project.repo.git("remote", "add", "origin", remote)
    _accept(project)
    told = project.api("merge-feature", *BOT, "--push").data
    assert told["pushed_to"] == "origin"
    assert project.repo.git("ls-remote", "origin", "refs/heads/main").split()[0] == (
        project.repo.tip("main")
    )


def test_after_the_merge_nothing_moves(project: Project) -> None:
    _accept(project)
    project.api("merge-feature", *BOT)
    before = refs_and_files(project.repo)
    about = ("--note", "Late.", "--review-ref", "bug/7")
    assert project.move("WP01", "in_progress", "bot", *about).refusal == snapshot(
        ("TRANSITION_REJECTED", {"reason": "merged"})
    )
    assert project.start("WP03").error == "TRANSITION_REJECTED"
    assert project.api("accept-feature", *BOT).error == "TRANSITION_REJECTED"
    assert refs_and_files(project.repo) == before


def _finish(project: Project) -> None:
    project.finish("WP01", "WP01.py")
    project.finish("WP02", "WP02.py")
    assert project.start("WP03").data
    assert project.move("WP03", "canceled", "bot", "--note", "Not needed.").data


def _accept(project: Project) -> None:
    _finish(project)
    assert project.api("accept-feature", *BOT).data

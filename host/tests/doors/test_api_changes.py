"""What the changing commands of the contract answer when they succeed."""

import json

from inline_snapshot import snapshot

from door import POLICY
from project import SLUG, Project

BOT = ("--actor", "bot", "--policy", POLICY)
CRITIC = ("--actor", "critic", "--policy", POLICY)


def test_a_start_claims_the_package_and_makes_its_workspace(project: Project) -> None:
    assert project.ask("start-implementation", "--wp", "WP01", *BOT) == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "from_lane": "planned",
            "to_lane": "in_progress",
            "branch": "034-cats-WP01",
            "base_commit": "0001000100010001000100010001000100010001",
            "attempt": 1,
            "no_op": False,
            "workspace_path": "<repository>/.worktrees/034-cats-WP01",
            "prompt_path": "<repository>/.git/spec-kitty/prompts/034-cats/WP01.md",
            "policy_metadata_recorded": True,
        }
    )
    assert (project.workspace("WP01") / "README.md").exists()
    prompt = project.repo.path / ".git/spec-kitty/prompts/034-cats/WP01.md"
    assert "Make it so." in prompt.read_text()


def test_a_change_leaves_the_checkout_as_it_was(project: Project) -> None:
    project.repo.write("README.md", "# Cats, half-written\n")
    project.repo.write("notes.txt", "mine\n")
    before = project.repo.status(), project.repo.tip(), project.repo.git("branch", "--show-current")
    project.finish("WP01")
    after = project.repo.status(), project.repo.tip(), project.repo.git("branch", "--show-current")
    assert after == before


def test_a_submission_commits_what_the_agent_left_and_answers_the_head(project: Project) -> None:
    project.start("WP01", "bot", "--agent", "claude")
    project.work("WP01", "src/purr.py", "purr = 1\n")
    told = project.ask("transition", "--wp", "WP01", "--to", "for_review", *BOT)
    assert told == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "from_lane": "in_progress",
            "to_lane": "for_review",
            "head_commit": "0001000100010001000100010001000100010001",
            "base_commit": "0002000200020002000200020002000200020002",
            "attempt": 1,
            "no_op": False,
            "policy_metadata_recorded": True,
        }
    )
    assert project.repo.git("log", "-1", "--format=%B", "034-cats-WP01") == snapshot("""\
WP01: Purr

Co-authored-by: claude <claude@agents.invalid>
""")


def test_submitting_the_same_again_is_no_event(project: Project) -> None:
    project.submit("WP01")
    told = project.ask("transition", "--wp", "WP01", "--to", "for_review", *BOT)
    assert told["no_op"] is True
    assert len(project.events()) == 3


def test_doing_is_the_same_lane_as_in_progress(project: Project) -> None:
    told = project.ask("transition", "--wp", "WP01", "--to", "doing", *BOT)
    assert told == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "from_lane": "planned",
            "to_lane": "in_progress",
            "branch": "034-cats-WP01",
            "base_commit": "0001000100010001000100010001000100010001",
            "attempt": 1,
            "no_op": False,
            "workspace_path": "<repository>/.worktrees/034-cats-WP01",
            "prompt_path": "<repository>/.git/spec-kitty/prompts/034-cats/WP01.md",
            "policy_metadata_recorded": True,
        }
    )


def test_a_review_is_claimed_and_the_lane_stays(project: Project) -> None:
    project.submit("WP01")
    assert project.ask("start-review", "--wp", "WP01", *CRITIC) == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "from_lane": "for_review",
            "to_lane": "for_review",
            "head_commit": "0001000100010001000100010001000100010001",
            "base_commit": "0002000200020002000200020002000200020002",
            "attempt": 1,
            "no_op": False,
            "workspace_path": "<repository>/.worktrees/034-cats-WP01",
            "prompt_path": "<repository>/.git/spec-kitty/prompts/034-cats/WP01.md",
            "policy_metadata_recorded": True,
        }
    )


def test_an_approval_integrates_the_work(project: Project) -> None:
    project.submit("WP01")
    about = ("--wp", "WP01", "--to", "done", "--review-ref", "review/1")
    assert project.ask("transition", *about, *CRITIC) == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "from_lane": "for_review",
            "to_lane": "done",
            "head_commit": "0001000100010001000100010001000100010001",
            "integrated_commit": "0002000200020002000200020002000200020002",
            "attempt": 1,
            "no_op": False,
            "warnings": [],
            "policy_metadata_recorded": True,
        }
    )
    assert project.repo.git("show", "034-cats:cat.py") == "meow = 1"


def test_a_verdict_with_findings_sends_the_work_back(project: Project) -> None:
    project.submit("WP01")
    evidence = {
        "verdict": "changes_requested",
        "findings": [{"id": "F7", "message": "Too loud.", "severity": "minor", "line": 3}],
    }
    about = ("--wp", "WP01", "--to", "in_progress", "--evidence-json", json.dumps(evidence))
    assert project.ask("transition", *about, *CRITIC) == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "from_lane": "for_review",
            "to_lane": "in_progress",
            "head_commit": "0001000100010001000100010001000100010001",
            "integrated_commit": None,
            "attempt": 2,
            "no_op": False,
            "workspace_path": "<repository>/.worktrees/034-cats-WP01",
            "prompt_path": "<repository>/.git/spec-kitty/prompts/034-cats/WP01.md",
            "policy_metadata_recorded": True,
        }
    )
    assert project.packages()[0] == snapshot(
        {
            "wp_id": "WP01",
            "title": "Purr",
            "lane": "in_progress",
            "owned_files": ["src/purr/**"],
            "remaining_minutes": 120,
            "attempt": 2,
            "claimed_by": "bot",
            "claimed_at": "2026-01-01T12:00:00.000000+00:00",
            "verdict": "changes_requested",
            "verdict_head": "0001000100010001000100010001000100010001",
            "verdict_by": "critic",
            "findings": [
                {"id": "F7", "severity": "minor", "message": "Too loud.", "path": None, "line": 3}
            ],
            "review_rounds": 1,
            "rework": "review",
            "plan_commit": "0002000200020002000200020002000200020002",
            "base_commit": "0002000200020002000200020002000200020002",
            "head_commit": "0001000100010001000100010001000100010001",
            "last_actor": "critic",
            "changed_at": "2026-01-01T12:00:00.000000+00:00",
        }
    )


def test_a_conflict_is_recorded_as_rework_and_laid_out(project: Project) -> None:
    project.submit("WP01", "cat.py", "sound = 'purr'\n")
    project.submit("WP02", "cat.py", "sound = 'meow'\n")
    project.approve("WP01")
    about = ("--wp", "WP02", "--to", "done", "--review-ref", "review/2")
    assert project.refused("transition", *about, *CRITIC) == snapshot(
        (
            "INTEGRATION_CONFLICT",
            {
                "feature_slug": "034-cats",
                "wp_id": "WP02",
                "from_lane": "for_review",
                "to_lane": "in_progress",
                "files": ["cat.py"],
                "other_wp": "WP01",
                "attempt": 2,
            },
        )
    )
    assert project.packages()[1] == snapshot(
        {
            "wp_id": "WP02",
            "title": "Meow",
            "lane": "in_progress",
            "owned_files": ["src/meow/**"],
            "remaining_minutes": 60,
            "attempt": 2,
            "claimed_by": "bot",
            "claimed_at": "2026-01-01T12:00:00.000000+00:00",
            "verdict": "approved",
            "verdict_head": "0004000400040004000400040004000400040004",
            "verdict_by": "critic",
            "review_ref": "review/2",
            "review_rounds": 1,
            "rework": "conflict",
            "conflicts": [{"path": "cat.py", "kind": "add/add", "has_markers": True}],
            "plan_commit": "0003000300030003000300030003000300030003",
            "base_commit": "0003000300030003000300030003000300030003",
            "head_commit": "0004000400040004000400040004000400040004",
            "last_actor": "critic",
            "changed_at": "2026-01-01T12:00:00.000000+00:00",
        }
    )
    assert (project.workspace("WP02") / "cat.py").read_text() == snapshot("""\
<<<<<<< refs/heads/034-cats-WP02
sound = 'meow'
=======
sound = 'purr'
>>>>>>> refs/heads/034-cats
""")


def test_a_solved_conflict_is_integrated(project: Project) -> None:
    project.submit("WP01", "cat.py", "sound = 'purr'\n")
    project.submit("WP02", "cat.py", "sound = 'meow'\n")
    project.approve("WP01")
    project.approve("WP02")
    assert project.move("WP02", "for_review").error == "TRANSITION_REJECTED"
    project.work("WP02", "cat.py", "sound = 'purr and meow'\n")
    assert project.move("WP02", "for_review").data["attempt"] == 2
    assert project.approve("WP02").data["to_lane"] == "done"
    assert project.repo.git("show", f"{SLUG}:cat.py") == "sound = 'purr and meow'"


def test_a_release_gives_the_package_back_and_keeps_the_work(project: Project) -> None:
    project.start("WP01")
    project.work("WP01", "src/purr.py", "purr = 1\n")
    told = project.ask("transition", "--wp", "WP01", "--to", "planned", "--note", "Tired.", *BOT)
    assert told == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "from_lane": "in_progress",
            "to_lane": "planned",
            "attempt": 1,
            "salvage": None,
            "no_op": False,
            "policy_metadata_recorded": True,
        }
    )
    assert (project.workspace("WP01") / "src/purr.py").read_text() == "purr = 1\n"


def test_a_blocked_package_goes_back_to_where_it_was(project: Project) -> None:
    project.start("WP01")
    assert project.move("WP01", "blocked", "bot", "--note", "No key.").data["to_lane"] == "blocked"
    assert project.packages()[0]["reason"] == "No key."
    assert project.move("WP01", "in_progress", "another").data["to_lane"] == "in_progress"
    assert project.packages()[0]["claimed_by"] == "bot"


def test_a_canceled_package_is_salvaged(project: Project) -> None:
    project.start("WP01")
    project.work("WP01", "src/purr.py", "purr = 1\n")
    about = ("--wp", "WP01", "--to", "canceled", "--note", "Not needed.")
    told = project.ask("transition", *about, *BOT)
    assert told == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "from_lane": "in_progress",
            "to_lane": "canceled",
            "attempt": 1,
            "salvage": "refs/spec-kitty-salvage/034-cats/WP01/1",
            "no_op": False,
            "policy_metadata_recorded": True,
        }
    )
    assert project.repo.git("show", f"{told['salvage']}:src/purr.py") == "purr = 1"


def test_a_done_package_is_reopened_for_a_reason(project: Project) -> None:
    project.finish("WP01")
    about = ("--wp", "WP01", "--to", "in_progress", "--note", "Late.", "--review-ref", "bug/7")
    assert project.ask("transition", *about, *BOT) == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "from_lane": "done",
            "to_lane": "in_progress",
            "attempt": 2,
            "files": [],
            "no_op": False,
            "workspace_path": "<repository>/.worktrees/034-cats-WP01",
            "prompt_path": "<repository>/.git/spec-kitty/prompts/034-cats/WP01.md",
            "policy_metadata_recorded": True,
        }
    )


def test_a_note_is_kept_with_an_id(project: Project) -> None:
    about = ("--wp", "WP01", "--actor", "bot", "--note", "Remember the milk.")
    assert project.ask("append-history", *about) == snapshot(
        {
            "feature_slug": "034-cats",
            "wp_id": "WP01",
            "history_entry_id": "hist-00000000000000000000000000000000",
        }
    )
    assert project.events() == snapshot(["WP01: note: Remember the milk. by bot"])


def test_a_finished_feature_is_accepted_as_a_tree(project: Project) -> None:
    _finish_all(project)
    assert project.ask("accept-feature", *BOT) == snapshot(
        {
            "feature_slug": "034-cats",
            "accepted": True,
            "accepted_at": "2026-01-01T12:00:00.000000+00:00",
            "accepted_by": "bot",
            "accepted_wps": ["WP01", "WP02", "WP03"],
            "feature_commit": "0001000100010001000100010001000100010001",
            "target_commit": "0002000200020002000200020002000200020002",
            "tree": "0003000300030003000300030003000300030003",
            "verified": False,
            "no_op": False,
            "policy_metadata_recorded": True,
        }
    )
    assert project.ask("feature-state")["acceptance"] == snapshot(
        {
            "actor": "bot",
            "at": "2026-01-01T12:00:00.000000+00:00",
            "feature_commit": "0001000100010001000100010001000100010001",
            "target_commit": "0002000200020002000200020002000200020002",
            "tree": "0003000300030003000300030003000300030003",
            "verified": False,
        }
    )


def test_accepting_again_is_no_event(project: Project) -> None:
    _finish_all(project)
    assert project.api("accept-feature", *BOT).data["no_op"] is False
    count = len(project.events())
    assert project.api("accept-feature", *BOT).data["no_op"] is True
    assert len(project.events()) == count


def test_a_merge_lands_the_feature_and_removes_the_workspaces(project: Project) -> None:
    _finish_all(project)
    project.api("accept-feature", *BOT)
    assert project.ask("merge-feature") == snapshot(
        {
            "feature_slug": "034-cats",
            "merged": True,
            "target_branch": "main",
            "strategy": "merge",
            "merge_commit": "0001000100010001000100010001000100010001",
            "merged_wps": ["WP01", "WP02", "WP03"],
            "pushed_to": None,
            "recorded": False,
            "worktree_removed": True,
            "no_op": False,
            "warnings": [],
        }
    )
    assert project.repo.status() == ""
    assert (project.repo.path / "WP03.py").exists()
    assert not project.workspace("WP01").exists()
    assert project.api("merge-feature").data["no_op"] is True


def test_a_merge_by_strategy_says_which(project: Project) -> None:
    _finish_all(project)
    project.api("accept-feature", *BOT)
    told = project.ask("merge-feature", "--strategy", "rebase", "--target", "main", *BOT)
    assert told["strategy"] == "rebase"
    assert project.repo.git("log", "-3", "--reverse", "--format=%s") == snapshot("""\
WP01: Purr
WP02: Meow
WP03: Sleep\
""")


def test_a_merge_made_elsewhere_is_recorded(project: Project) -> None:
    _finish_all(project)
    project.api("accept-feature", *BOT)
    project.repo.git("merge", "--squash", SLUG)
    project.repo.commit("Add cats (#1)")
    assert project.ask("merge-feature", "--recorded", *BOT) == snapshot(
        {
            "feature_slug": "034-cats",
            "merged": True,
            "target_branch": "main",
            "strategy": "recorded",
            "merge_commit": "0001000100010001000100010001000100010001",
            "merged_wps": ["WP01", "WP02", "WP03"],
            "pushed_to": None,
            "recorded": True,
            "worktree_removed": True,
            "no_op": False,
            "warnings": [],
        }
    )


def _finish_all(project: Project) -> None:
    for package in ("WP01", "WP02", "WP03"):
        project.finish(package, f"{package}.py")

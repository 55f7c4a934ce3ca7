"""Starting work: where the branch starts, what the workspace gets, and what taking back leaves."""

import shutil
from pathlib import Path

import pytest

from people import Person
from project import SLUG, Project
from spec_kitty.domain.refusals import ErrorCode, Refusal
from states import branches, kinds, lane, package, salvage, warnings

WP01 = f"{SLUG}-WP01"


def configure(project: Project, text: str) -> None:
    project.repo.write(".kittify/config.toml", text)
    project.repo.commit("Configure")


def test_a_start_makes_branches_workspace_and_prompt(project: Project) -> None:
    main = project.repo.tip()

    started = project.start("WP01").data

    assert branches(project) == {"main": main, SLUG: main, WP01: main}
    assert (started["branch"], started["base_commit"], started["attempt"]) == (WP01, main, 1)
    assert Path(started["workspace_path"]) == project.workspace("WP01")
    committed = project.repo.git("show", f"main:kitty-specs/{SLUG}/tasks/WP01-purr.md")
    assert Path(started["prompt_path"]).read_text() == committed + "\n"
    assert project.repo.git("-C", project.workspace("WP01"), "status", "--porcelain") == ""
    assert project.repo.git("-C", project.workspace("WP01"), "branch", "--show-current") == WP01


def test_a_start_again_brings_a_workspace_back_that_was_deleted(project: Project) -> None:
    assert project.start("WP01").data
    project.repo.git("worktree", "remove", "--force", "--force", project.workspace("WP01"))

    assert project.start("WP01").data["no_op"] is True

    assert (project.workspace("WP01") / "README.md").read_text() == "# Cats\n"


def test_later_work_starts_from_the_feature_branch(project: Project) -> None:
    project.finish("WP01", "cat.py", "meow = 1\n")

    started = project.start("WP03").data

    assert started["base_commit"] == project.repo.tip(SLUG)
    assert (project.workspace("WP03") / "cat.py").read_text() == "meow = 1\n"


def test_configured_files_are_copied_and_never_submitted(project: Project) -> None:
    project.repo.write(".gitignore", "secret.txt\n")
    configure(project, '[worktree]\ncopy = [".env", "secret.txt"]\n')
    project.repo.write(".git/info/exclude", ".env\n")
    project.repo.write(".env", "TOKEN=purr\n")
    project.repo.write("secret.txt", "purr\n")

    assert project.start("WP01").data
    workspace = project.workspace("WP01")
    assert (workspace / ".env").read_text() == "TOKEN=purr\n"
    (workspace / ".gitignore").write_text("")
    project.work("WP01", "cat.py", "meow = 1\n")
    assert project.move("WP01", "for_review").data

    changed = project.repo.git("diff", "--name-only", f"main..{WP01}").split()
    assert changed == [".gitignore", "cat.py"]


def test_the_set_up_runs_in_the_workspace_once(project: Project) -> None:
    configure(project, "[worktree]\nsetup = 'pwd >> .git-ran; cat .git-ran'\n")
    project.repo.write(".git/info/exclude", ".git-ran\n")

    assert project.start("WP01").data
    assert project.start("WP01").data["no_op"] is True

    ran = (project.workspace("WP01") / ".git-ran").read_text()
    assert ran == f"{project.workspace('WP01')}\n"


@pytest.mark.parametrize(
    ("command", "exit_code", "timed_out"),
    [("echo no milk; touch half; exit 7", 7, False), ("sleep 60", None, True)],
)
def test_a_failed_set_up_takes_the_claim_back_and_leaves_nothing(
    project: Project, command: str, exit_code: int | None, timed_out: bool
) -> None:
    seconds = "setup_timeout_seconds = 1\n" if timed_out else ""
    configure(project, f"[worktree]\nsetup = {command!r}\n{seconds}")
    before = branches(project)

    code, facts = project.start("WP01").refusal

    assert (code, facts["timed_out"]) == ("WORKSPACE_FAILED", timed_out)
    if not timed_out:
        assert (facts["exit_code"], facts["output_tail"]) == (7, "no milk\n")
    assert branches(project) == before
    assert not project.workspace("WP01").exists()
    assert project.repo.git("worktree", "list").count("\n") == 0
    assert (lane(project), package(project)["claimed_by"]) == ("planned", None)
    assert kinds(project) == ["PackageClaimed", "ClaimAbandoned"]
    configure(project, "")
    assert project.start("WP01", "eve").data["attempt"] == 2


def test_a_start_that_was_taken_back_is_decided_anew_under_its_key(project: Project) -> None:
    configure(project, "[worktree]\nsetup = 'false'\n")
    words = ("--idempotency-key", "k1")
    assert project.start("WP01", "bot", *words).error == "WORKSPACE_FAILED"
    configure(project, "")

    made = project.start("WP01", "bot", *words).data

    assert (made["attempt"], lane(project)) == (2, "in_progress")
    assert project.start("WP01", "bot", *words).data == made


def test_a_set_up_that_failed_when_the_workspace_was_made_again_is_due_until_it_passes(
    project: Project,
) -> None:
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    assert project.move("WP01", "for_review").data
    words = ("--note", "Louder.", "--review-ref", "r/1")
    assert project.move("WP01", "in_progress", "eve", *words).data
    shutil.rmtree(project.workspace("WP01"))
    configure(project, "[worktree]\nsetup = 'false'\n")

    failed = [project.start("WP01").error for _ in range(2)]

    assert failed == ["WORKSPACE_FAILED"] * 2
    assert (lane(project), package(project)["claimed_by"]) == ("in_progress", "bot")
    project.repo.write(".git/info/exclude", ".git-ran\n")
    configure(project, "[worktree]\nsetup = 'echo ran >> .git-ran'\n")
    assert [project.start("WP01").data["attempt"] for _ in range(2)] == [2, 2]
    assert (project.workspace("WP01") / ".git-ran").read_text() == "ran\n"


def test_a_failed_set_up_keeps_the_feature_branch_that_others_use(project: Project) -> None:
    assert project.start("WP02").data
    configure(project, "[worktree]\nsetup = 'false'\n")
    before = branches(project)

    assert project.start("WP01").error == "WORKSPACE_FAILED"

    assert branches(project) == before


def test_a_branch_of_our_name_that_the_target_has_is_taken_over(project: Project) -> None:
    project.repo.git("branch", WP01, "HEAD^")
    project.repo.git("branch", SLUG, "HEAD^")

    assert project.start("WP01").data

    main = project.repo.tip()
    assert branches(project) == {"main": main, SLUG: main, WP01: main}


@pytest.mark.parametrize("name", [WP01, SLUG])
def test_a_branch_of_our_name_with_work_of_its_own_is_left_alone(
    project: Project, name: str
) -> None:
    tree = project.repo.git("rev-parse", "HEAD^{tree}")
    theirs = project.repo.git("commit-tree", tree, "-p", "HEAD", "-m", "Theirs")
    project.repo.git("branch", name, theirs)
    before = branches(project)

    code, facts = project.start("WP01").refusal

    assert (code, facts["branch"], branches(project)) == ("WORKSPACE_FAILED", name, before)
    assert lane(project) == "planned"


@pytest.mark.parametrize("name", [WP01, SLUG])
def test_a_branch_that_is_checked_out_elsewhere_is_not_moved(project: Project, name: str) -> None:
    project.repo.git("branch", name, "HEAD^")
    elsewhere = project.repo.path.parent / "elsewhere"
    project.repo.git("worktree", "add", "--quiet", elsewhere, name)
    before = branches(project)

    code, facts = project.start("WP01").refusal

    assert (code, facts, branches(project)) == (
        "PREFLIGHT_FAILED",
        {"branch": name, "path": str(elsewhere)},
        before,
    )


def test_a_feature_branch_that_is_checked_out_is_not_moved_by_a_review(project: Project) -> None:
    project.submit("WP01")
    elsewhere = project.repo.path.parent / "elsewhere"
    project.repo.git("worktree", "add", "--quiet", elsewhere, SLUG)

    code, facts = project.approve("WP01").refusal

    assert (code, facts["path"], lane(project)) == (
        "PREFLIGHT_FAILED",
        str(elsewhere),
        "for_review",
    )


def test_a_feature_branch_that_a_person_moved_is_not_built_on(project: Project) -> None:
    project.submit("WP01")
    recorded = project.repo.tip(SLUG)
    tree = project.repo.git("rev-parse", "HEAD^{tree}")
    theirs = project.repo.git("commit-tree", tree, "-p", recorded, "-m", "Theirs")
    project.repo.git("update-ref", f"refs/heads/{SLUG}", theirs)

    code, facts = project.approve("WP01").refusal

    assert (code, facts["recorded"], facts["actual"]) == ("REF_DIVERGED", recorded, theirs)
    assert project.start("WP02").error == "REF_DIVERGED"
    assert (project.repo.tip(SLUG), lane(project)) == (theirs, "for_review")
    project.repo.git("update-ref", f"refs/heads/{SLUG}", recorded)
    assert project.approve("WP01").data


def test_released_work_goes_on_in_its_workspace(project: Project) -> None:
    project.submit("WP01", "cat.py", "meow = 1\n")
    head = project.repo.tip(WP01)
    project.work("WP01", "later.py", "later = 1\n")
    assert project.move("WP01", "planned", "bot", "--note", "Tired.").data
    assert package(project)["claimed_by"] is None

    started = project.start("WP01", "eve").data

    assert (started["attempt"], project.repo.tip(WP01)) == (2, head)
    assert (project.workspace("WP01") / "later.py").read_text() == "later = 1\n"
    assert project.move("WP01", "for_review", "eve").data
    assert project.repo.git("show", f"{WP01}:cat.py") == "meow = 1"
    assert project.repo.git("show", f"{WP01}:later.py") == "later = 1"


def test_released_work_survives_the_deletion_of_its_branch(project: Project) -> None:
    project.submit("WP01", "cat.py", "meow = 1\n")
    head = project.repo.tip(WP01)
    assert project.move("WP01", "planned", "bot", "--note", "Tired.").data
    project.repo.git("worktree", "remove", "--force", "--force", project.workspace("WP01"))
    project.repo.git("branch", "-D", WP01)

    assert project.start("WP01", "eve").data

    assert project.repo.tip(WP01) == head


def test_canceled_work_is_kept_and_a_restored_package_starts_from_the_feature(
    project: Project, alice: Person
) -> None:
    project.finish("WP02", "dog.py", "woof = 1\n")
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")

    moved = project.move("WP01", "canceled", "bot", "--note", "Not needed.").data

    assert salvage(project) == [moved["salvage"]]
    assert project.repo.git("show", f"{moved['salvage']}:cat.py") == "meow = 1"
    assert not project.workspace("WP01").exists()
    assert WP01 not in branches(project)
    assert project.move("WP01", "planned", "bot", "--note", "Needed.").error
    with pytest.raises(Refusal) as refused:
        alice.move("WP01", "planned", "Needed.")
    assert refused.value.code is ErrorCode.TRANSITION_REJECTED

    alice.move("WP01", "planned", "Needed.", force=True)
    started = project.start("WP01", "eve").data

    assert started["base_commit"] == project.repo.tip(SLUG) == project.repo.tip(WP01)
    assert not (project.workspace("WP01") / "cat.py").exists()
    assert (project.workspace("WP01") / "dog.py").exists()


def test_a_canceled_package_without_work_leaves_no_salvage(project: Project) -> None:
    assert project.start("WP01").data

    assert project.move("WP01", "canceled", "bot", "--note", "No.").data["salvage"] is None

    assert (salvage(project), WP01 in branches(project)) == ([], False)


def test_running_work_is_judged_by_the_plan_it_was_claimed_under(project: Project) -> None:
    project.plan("WP01", "Purr", more="changes: none\n")
    pinned = project.repo.commit("Nothing to change")
    assert project.start("WP01").data
    project.plan("WP01", "Purr loudly")
    project.repo.git("rm", "-q", f"kitty-specs/{SLUG}/tasks/WP01-purr.md")
    project.repo.commit("Something to change")

    found = package(project)
    assert found["plan_commit"] == pinned
    assert any("edited after WP01 was claimed" in each for each in warnings(project))
    assert project.move("WP01", "for_review").data["to_lane"] == "for_review"


def test_a_package_that_left_the_plan_stays_with_its_history(project: Project) -> None:
    assert project.start("WP01").data
    for file in ("WP01-purr.md", "WP03-sleep.md"):
        project.repo.git("rm", "-q", f"kitty-specs/{SLUG}/tasks/{file}")
    project.repo.commit("No purring")

    found = package(project)
    assert (found["lane"], found["not_in_plan"]) == ("in_progress", True)
    project.work("WP01", "cat.py", "meow = 1\n")
    assert project.move("WP01", "for_review").data
    assert project.approve("WP01").data["to_lane"] == "done"


def test_a_person_works_by_the_same_rules(project: Project, alice: Person) -> None:
    assert project.start("WP01", "bot").data

    with pytest.raises(Refusal) as refused:
        alice.start("WP01")

    assert refused.value.code is ErrorCode.WP_ALREADY_CLAIMED
    assert alice.start("WP02")["attempt"] == 1


def test_a_call_under_a_key_is_answered_again_and_happens_once(project: Project) -> None:
    first = project.start("WP01", "bot", "--idempotency-key", "k1").data
    before = kinds(project)

    again = project.start("WP01", "bot", "--idempotency-key", "k1").data

    assert again == first
    assert (first["no_op"], kinds(project)) == (False, before)
    assert project.start("WP02", "bot", "--idempotency-key", "k1").error == (
        "IDEMPOTENCY_KEY_REUSED"
    )


def test_a_refusal_under_a_key_is_decided_anew(project: Project) -> None:
    assert project.start("WP03", "bot", "--idempotency-key", "k1").error
    project.finish("WP01")

    assert project.start("WP03", "bot", "--idempotency-key", "k1").data["to_lane"] == "in_progress"

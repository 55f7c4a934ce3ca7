"""Submitting work: what the host commits, and what it refuses."""

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from credential_samples import GENUINE
from project import SLUG, Project
from repository import Repo
from states import branches, kinds, lane, package

WP01 = f"{SLUG}-WP01"
MARKERS = "<<<<<<< ours\none\n=======\ntwo\n>>>>>>> theirs\n"


def workspace_git(project: Project, *words: str | Path) -> str:
    return project.repo.git("-C", project.workspace("WP01"), *words)


def commit_in_workspace(project: Project, file: str, text: str) -> str:
    project.work("WP01", file, text)
    workspace_git(project, "add", "--all")
    workspace_git(project, "commit", "--quiet", "--message", "By the agent")
    return workspace_git(project, "rev-parse", "HEAD")


def test_uncommitted_work_is_committed_for_the_person_with_the_agent(project: Project) -> None:
    assert project.start("WP01", "bot", "--agent", "claude").data
    project.work("WP01", "cat.py", "meow = 1\n")

    head = project.move("WP01", "for_review").data["head_commit"]

    shape = "--format=%an <%ae>%n%B"
    assert project.repo.git("log", "-1", shape, head).strip() == (
        "Alice Example <alice@example.org>\n"
        "WP01: Purr\n\nCo-authored-by: claude <claude@agents.invalid>"
    )
    assert project.repo.tip(WP01) == head
    assert workspace_git(project, "status", "--porcelain") == ""


def test_commits_of_the_agent_are_submitted_as_they_are(project: Project) -> None:
    assert project.start("WP01").data
    head = commit_in_workspace(project, "cat.py", "meow = 1\n")

    assert project.move("WP01", "for_review").data["head_commit"] == head
    assert project.approve("WP01").data
    assert project.repo.git("show", f"{SLUG}:cat.py") == "meow = 1"


def test_uncommitted_work_on_top_of_the_agents_commits_is_added(project: Project) -> None:
    assert project.start("WP01").data
    first = commit_in_workspace(project, "cat.py", "meow = 1\n")
    project.work("WP01", "dog.py", "woof = 1\n")

    head = project.move("WP01", "for_review").data["head_commit"]

    assert project.repo.git("rev-parse", f"{head}^") == first
    assert project.repo.git("diff", "--name-only", f"{SLUG}..{head}").split() == [
        "cat.py",
        "dog.py",
    ]


def test_nothing_done_is_nothing_to_review(project: Project) -> None:
    assert project.start("WP01").data

    assert project.move("WP01", "for_review").refusal == (
        "WORKFLOW_EVIDENCE_REQUIRED",
        {"reason": "no_change"},
    )


def test_a_package_that_needs_no_change_is_submitted_without_one(project: Project) -> None:
    project.plan("WP01", "Purr", more="changes: none\n")
    project.repo.commit("Nothing to change")
    assert project.start("WP01").data

    assert project.move("WP01", "for_review").data["to_lane"] == "for_review"
    assert project.approve("WP01").data["to_lane"] == "done"


def test_the_same_work_again_is_no_event(project: Project) -> None:
    project.submit("WP01")
    before = kinds(project)

    assert project.move("WP01", "for_review").data["no_op"] is True
    assert kinds(project) == before


def test_more_work_after_the_submission_is_another_submission(project: Project) -> None:
    project.submit("WP01")
    first = package(project)["head_commit"]
    commit_in_workspace(project, "cat.py", "meow = 2\n")

    code, facts = project.approve("WP01").refusal
    assert (code, facts["reason"], facts["head_commit"]) == (
        "TRANSITION_REJECTED",
        "branch_moved",
        first,
    )

    assert project.move("WP01", "for_review").data["no_op"] is False
    assert project.approve("WP01").data["to_lane"] == "done"


def test_uncommitted_files_after_the_submission_are_a_warning(project: Project) -> None:
    project.submit("WP01")
    project.work("WP01", "later.py", "later = 1\n")

    data = project.approve("WP01").data

    assert data["to_lane"] == "done"
    assert len(data["warnings"]) == 1
    assert "later.py" in data["warnings"][0]


@pytest.mark.parametrize(
    "path", [f"kitty-specs/{SLUG}/tasks/WP01-purr.md", ".kittify/config.toml", ".gitmodules"]
)
def test_the_plan_is_not_the_agents(project: Project, path: str) -> None:
    assert project.start("WP01").data
    project.work("WP01", path, "[submodule]\n")

    assert project.move("WP01", "for_review").refusal == (
        "PROTECTED_PATHS_CHANGED",
        {"paths": [path], "count": 1},
    )
    assert lane(project) == "in_progress"


def test_configured_paths_are_protected_too(project: Project) -> None:
    project.repo.write(".kittify/config.toml", '[submit]\nprotected_paths = ["ci/**"]\n')
    project.repo.commit("Protect")
    assert project.start("WP01").data
    project.work("WP01", "ci/run", "true\n")

    assert project.move("WP01", "for_review").error == "PROTECTED_PATHS_CHANGED"


@pytest.mark.parametrize("committed", [False, True])
def test_the_line_that_undoes_protected_changes_can_be_typed_as_it_stands(
    project: Project, committed: bool
) -> None:
    project.repo.write(".kittify/config.toml", '[submit]\nprotected_paths = ["ci/**"]\n')
    project.repo.write("ci/old run", "true\n")
    project.repo.commit("Protect")
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    project.work("WP01", "ci/old run", "false\n")
    project.work("WP01", "ci/new run", "false\n")
    workspace = Repo(project.workspace("WP01"))
    if committed:
        workspace.commit("Break the rules")
    refused = project.move("WP01", "for_review")
    assert refused.error == "PROTECTED_PATHS_CHANGED"

    [line] = re.findall("`([^`]+)`", refused.envelope["data"]["message"])
    subprocess.run(["sh", "-c", line], cwd=workspace.path, check=True, capture_output=True)

    assert project.move("WP01", "for_review").data["to_lane"] == "for_review"
    assert workspace.git("diff", "--name-only", "main", "HEAD") == "cat.py"


def markers(project: Project) -> None:
    project.work("WP01", "cat.py", MARKERS)


def credential(project: Project) -> None:
    project.work("WP01", "cat.py", f"key = '{GENUINE[0][1]}'\n")


def big_file(project: Project) -> None:
    (project.workspace("WP01") / "cat.bin").write_bytes(b"\0" * 1_000_001)


def nested_repository(project: Project) -> None:
    project.work("WP01", "nested/cat.py", "meow = 1\n")
    nested = project.workspace("WP01") / "nested"
    project.repo.git("-C", nested, "init", "--quiet")
    project.repo.git("-C", nested, "add", "--all")
    project.repo.git("-C", nested, "commit", "--quiet", "--message", "Nested")


def committed_gitlink(project: Project) -> None:
    nested_repository(project)
    with_warning = subprocess.run(
        ["git", "-c", "advice.addEmbeddedRepo=false", "add", "nested"],
        cwd=project.workspace("WP01"),
        check=True,
    )
    assert with_warning.returncode == 0
    workspace_git(project, "commit", "--quiet", "--message", "By the agent")


@pytest.mark.parametrize(
    ("work", "guard", "path"),
    [
        (markers, "conflict_markers", "cat.py"),
        (credential, "credentials", "cat.py"),
        (big_file, "file_too_large", "cat.bin"),
        (nested_repository, "nested_repository", "nested/"),
        (committed_gitlink, "gitlink", "nested"),
    ],
)
def test_what_must_not_be_submitted_is_named(
    project: Project, work: Callable[[Project], None], guard: str, path: str
) -> None:
    project.repo.write(".kittify/config.toml", "[submit]\nmax_file_megabytes = 1\n")
    project.repo.commit("Limit")
    assert project.start("WP01").data
    work(project)
    before = branches(project)

    code, facts = project.move("WP01", "for_review").refusal

    assert (code, facts["guard"], facts["paths"]) == ("TRANSITION_REJECTED", guard, [path])
    assert (branches(project), lane(project)) == (before, "in_progress")
    assert GENUINE[0][1] not in str(facts)


def test_an_unfinished_rebase_is_refused(project: Project) -> None:
    assert project.start("WP01").data
    commit_in_workspace(project, "cat.py", "meow = 1\n")
    subprocess.run(
        ["git", "rebase", "--quiet", "--exec", "false", "HEAD^"],
        cwd=project.workspace("WP01"),
        capture_output=True,
        check=False,
    )

    code, facts = project.move("WP01", "for_review").refusal

    assert (code, facts["guard"], facts["operation"]) == (
        "TRANSITION_REJECTED",
        "unfinished_operation",
        "rebase",
    )
    workspace_git(project, "rebase", "--abort")
    assert project.move("WP01", "for_review").data


@pytest.mark.parametrize("words", [["--detach"], ["-b", "mine"]])
def test_work_that_left_the_branch_is_brought_onto_it(project: Project, words: list[str]) -> None:
    assert project.start("WP01").data
    workspace_git(project, "checkout", "--quiet", *words)
    commit_in_workspace(project, "cat.py", "meow = 1\n")

    head = project.move("WP01", "for_review").data["head_commit"]

    assert project.repo.git("show", f"{head}:cat.py") == "meow = 1"
    assert project.repo.tip(WP01) == head == workspace_git(project, "rev-parse", "HEAD")
    assert workspace_git(project, "branch", "--show-current") == WP01
    assert workspace_git(project, "status", "--porcelain") == ""


def test_only_the_holder_submits(project: Project) -> None:
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")

    assert project.move("WP01", "for_review", "eve").error == "WP_ALREADY_CLAIMED"


def test_file_names_may_be_any_bytes(project: Project) -> None:
    assert project.start("WP01").data
    strange = Path(f'{project.workspace("WP01")}/caf\udce9 \n\t"x')
    strange.write_text("meow\n")

    head = project.move("WP01", "for_review").data["head_commit"]
    assert project.approve("WP01").data

    assert project.repo.git("ls-tree", "-z", "--name-only", head, strange.name) == (
        strange.name + "\0"
    )


def test_a_conflict_in_a_file_whose_name_is_no_text_is_told(project: Project) -> None:
    name = "caf\udce9"
    for wp, text in (("WP01", "one\n"), ("WP02", "two\n")):
        assert project.start(wp).data
        Path(f"{project.workspace(wp)}/{name}").write_text(text)
        assert project.move(wp, "for_review").data
    assert project.approve("WP01").data

    assert project.approve("WP02").error == "INTEGRATION_CONFLICT"

    Path(f"{project.workspace('WP02')}/{name}").write_text("both\n")
    assert project.move("WP02", "for_review").data
    assert project.approve("WP02").data


def test_a_submission_under_a_key_is_answered_again(project: Project) -> None:
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    words = ("--idempotency-key", "k1")
    first = project.move("WP01", "for_review", "bot", *words).data
    project.work("WP01", "cat.py", "meow = 2\n")
    before = kinds(project), branches(project)

    assert project.move("WP01", "for_review", "bot", *words).data == first
    assert (kinds(project), branches(project)) == before

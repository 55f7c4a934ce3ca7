"""What a person is told whose plan or project is not on the branch of plans: a line that works."""

from __future__ import annotations

import subprocess

import pytest
from inline_snapshot import snapshot

from project import SLUG, Project
from repository import Repo
from screencast import Screencast


def run(cast: Screencast, line: str) -> None:
    """Types a line of git that was told."""
    words = ["sh", "-c", line]
    subprocess.run(words, cwd=cast.project.repo.path, check=True, capture_output=True)


def told_line(shown: str) -> str:
    """Returns the line to type that a message of one line ends with."""
    return shown.splitlines()[0].rpartition(": ")[2]


@pytest.fixture
def empty(repo: Repo) -> Screencast:
    return Screencast(Project(repo))


@pytest.mark.parametrize("line", ["implement WP01", "why", "review WP01"])
def test_a_plan_on_disk_is_said_to_be_committed(empty: Screencast, line: str) -> None:
    empty.type('spec-kitty feature create "Say hello"')
    shown = empty.type(f"spec-kitty {line}")
    assert shown == snapshot("""\
refused (USAGE_ERROR): No feature is committed yet. 001-say-hello is not committed on main: git add kitty-specs/001-say-hello && git commit -m 'Plan 001-say-hello'
[2]
""")
    run(empty, told_line(shown))
    assert "001-say-hello" in empty.type("spec-kitty status")


def test_a_plan_on_another_branch_is_said_to_be_brought_over(cast: Screencast) -> None:
    git = cast.project.repo.git
    git("switch", "--quiet", "--create", "other")
    cast.write("kitty-specs/035-dogs/tasks/WP01-bark.md", "---\nwork_package_id: WP01\n---\n")
    uncommitted = cast.type("spec-kitty status --feature 035-dogs")
    assert told_line(uncommitted) == snapshot(
        "git switch main && git add kitty-specs/035-dogs && git commit -m 'Plan 035-dogs'"
    )
    cast.project.repo.commit("Dogs")
    committed = cast.type("spec-kitty status --feature 035-dogs")
    assert told_line(committed) == snapshot(
        "git switch main && git checkout other -- kitty-specs/035-dogs && git commit -m 'Plan 035-dogs'"
    )
    run(cast, told_line(committed))
    assert cast.type("spec-kitty status --feature 035-dogs").startswith("035-dogs")


def test_a_misspelt_feature_is_asked_about_and_not_to_be_added(cast: Screencast) -> None:
    assert cast.type("spec-kitty status --feature 034-cat") == snapshot("""\
refused (FEATURE_NOT_FOUND): No feature '034-cat' is committed on main. Did you mean 034-cats? There is: 034-cats.
[1]
""")


def test_a_work_package_on_disk_is_said_to_be_committed(cast: Screencast) -> None:
    cast.project.plan("WP04", "Hunt")
    shown = cast.type("spec-kitty implement WP04")
    assert shown == snapshot("""\
refused (WP_NOT_FOUND): WP04 of 034-cats is not committed on main: git add kitty-specs/034-cats/tasks/WP04-hunt.md && git commit -m 'Plan WP04'
[1]
""")
    run(cast, told_line(shown))
    assert "WP04 Hunt is claimed" in cast.type("spec-kitty implement WP04")


@pytest.fixture
def two_branches(repo: Repo) -> Screencast:
    """Somebody works on dev; plans are read from master, which holds nothing yet."""
    repo.git("branch", "--move", "dev")
    repo.git("rm", "--quiet", "-r", ".kittify")
    repo.git("commit", "--quiet", "--message", "Not prepared")
    repo.git("branch", "master")
    return Screencast(Project(repo))


def test_a_project_is_prepared_on_the_branch_of_plans(two_branches: Screencast) -> None:
    said = (
        "Plans are read from master, but 'dev' is checked out. Change to it and prepare it there: "
        "git switch master && spec-kitty init"
    )
    assert two_branches.type("spec-kitty init").splitlines()[-1] == said
    two_branches.project.repo.commit("Prepare dev")
    assert two_branches.type("spec-kitty init").splitlines()[-1] == said
    assert said in two_branches.type("spec-kitty status")

    two_branches.project.repo.git("switch", "--quiet", "master")
    run(two_branches, two_branches.type("spec-kitty init").splitlines()[-1].strip())
    assert two_branches.type("spec-kitty status").startswith("There is no feature yet.")


def test_of_a_detached_head_the_branch_that_there_is_is_named(cast: Screencast) -> None:
    git = cast.project.repo.git
    git("branch", "--move", "trunk")
    git("switch", "--quiet", "--detach")
    for line in ("status", "feature create Dogs"):
        assert told_line(cast.type(f"spec-kitty {line}")) == "git switch trunk"
    git("switch", "--quiet", "trunk")
    assert cast.type("spec-kitty status").startswith(SLUG)

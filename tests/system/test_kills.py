"""Commands killed at any step: the next one finds the state before or after, and goes on."""

from collections.abc import Callable

import pytest

from door import POLICY, Word, call
from killing import count_steps, keep, kill_at, kill_in_transaction
from project import SLUG, Project
from soundness import require_sound

# Every how many steps a kill is tried; with 1 all of them take minutes.
STRIDE = 16

ABOUT: tuple[Word, ...] = ("--feature", SLUG, "--wp", "WP01", "--policy", POLICY)
START = ("start-implementation", *ABOUT, "--actor", "bot")
SUBMIT = ("transition", *ABOUT, "--actor", "bot", "--to", "for_review")
APPROVE = ("transition", *ABOUT, "--actor", "eve", "--to", "done", "--review-ref", "r/1")
CANCEL = ("transition", *ABOUT, "--actor", "bot", "--to", "canceled", "--note", "Not needed.")

CLAIMED = ["WP01: planned -> in_progress, attempt 1, by bot", "WP01: workspace prepared by bot"]


def planned(_: Project) -> None:
    """Leaves the feature as it is planned."""


def started(project: Project) -> None:
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    project.work("WP01", "src/purr/a.py", "purr = 1\n")


def submitted(project: Project) -> None:
    started(project)
    assert project.move("WP01", "for_review").data


CASES = [
    pytest.param(planned, START, ("planned", "in_progress"), id="start"),
    pytest.param(started, SUBMIT, ("in_progress", "for_review"), id="submit"),
    pytest.param(submitted, APPROVE, ("for_review", "done"), id="approve"),
    pytest.param(started, CANCEL, ("in_progress", "canceled"), id="cancel"),
]
Before = Callable[[Project], None]


def lane(project: Project) -> str:
    (package,) = [
        each
        for each in project.api("feature-state").data["work_packages"]
        if each["wp_id"] == "WP01"
    ]
    return str(package["lane"])


def kinds(project: Project) -> list[str]:
    return [event["type"] for event in project.api("history").data["events"]]


def require_recovered(
    project: Project, words: tuple[Word, ...], lanes: tuple[str, str], expected: list[str]
) -> None:
    """Asserts that a read sees before or after, that asking again succeeds, and once counts."""
    assert lane(project) in lanes
    again = call(project.repo, *words)
    assert again.envelope["success"], again
    assert lane(project) == lanes[1]
    assert kinds(project) == expected
    assert project.repo.status() == ""
    require_sound(project.repo)


@pytest.mark.parametrize(("before", "words", "lanes"), CASES)
def test_a_command_killed_at_any_step_can_be_asked_again(
    project: Project, before: Before, words: tuple[Word, ...], lanes: tuple[str, str]
) -> None:
    before(project)
    kept = keep(project.repo.path)
    steps = count_steps(project.repo.path, words)
    expected = kinds(project)
    for step in range(1, steps + 1, STRIDE):
        kept.restore()
        kill_at(project.repo.path, step, words)
        require_recovered(project, words, lanes, expected)


@pytest.mark.parametrize(("before", "words", "lanes"), CASES)
def test_a_command_whose_git_dies_between_refs_can_be_asked_again(
    project: Project, before: Before, words: tuple[Word, ...], lanes: tuple[str, str]
) -> None:
    before(project)
    kept = keep(project.repo.path)
    count_steps(project.repo.path, words)
    expected = kinds(project)
    for moved in (0, 1):
        kept.restore()
        kill_in_transaction(project.repo.path, 1, moved, words)
        require_recovered(project, words, lanes, expected)


def test_a_branch_that_a_person_moved_after_the_kill_is_told_once_and_left_alone(
    project: Project,
) -> None:
    started(project)
    kill_in_transaction(project.repo.path, 1, 1, SUBMIT)
    branch = "refs/heads/034-cats-WP01"
    (project.repo.path / f".git/{branch}.lock").unlink()
    tree = project.repo.git("rev-parse", "HEAD^{tree}")
    theirs = project.repo.git("commit-tree", tree, "-p", branch, "-m", "Theirs")
    project.repo.git("update-ref", branch, theirs)

    code, facts = call(project.repo, *SUBMIT).refusal

    assert (code, lane(project)) == ("REF_DIVERGED", "for_review")
    assert [each["ref"] for each in facts["refs"]] == [branch]
    assert project.repo.tip(branch) == theirs
    again = call(project.repo, *SUBMIT).data
    assert (again["no_op"], again["to_lane"]) == (False, "for_review")
    assert project.repo.git("show", f"{branch}:cat.py") == "meow = 1"
    require_sound(project.repo)

"""A gc that deletes everything that no ref holds, between two commands or after a kill."""

from __future__ import annotations

import shutil

import pytest

from deliveries import STRATEGIES, accept, merge, require_landed
from door import POLICY, Word, call
from killing import kill_at, kill_in_transaction
from project import SLUG, Project
from soundness import require_sound
from states import kinds, lane


def prune(project: Project) -> None:
    """Deletes what only reflogs hold, too."""
    project.repo.git("reflog", "expire", "--expire=now", "--all")
    project.repo.git("gc", "--quiet", "--prune=now")


def lose(project: Project) -> None:
    """Deletes that, and its second names: as where there are no links, or a day later."""
    shutil.rmtree(project.repo.path / ".git/spec-kitty/spares/~code")
    prune(project)


def clear_locks(project: Project) -> None:
    for lock in (project.repo.path / ".git/refs").rglob("*.lock"):
        lock.unlink()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_an_accepted_tree_that_was_deleted_lands_all_the_same(
    ready: Project, strategy: str
) -> None:
    ready.repo.write("other.txt", "meanwhile\n")
    ready.repo.commit("Meanwhile")
    old, tree = ready.repo.tip(), accept(ready)
    prune(ready)

    answer = merge(ready, "--strategy", strategy)

    require_landed(ready, answer, strategy, old, tree)
    require_sound(ready.repo)


ABOUT: tuple[Word, ...] = ("--feature", SLUG, "--wp", "WP01", "--policy", POLICY)
SUBMIT: tuple[Word, ...] = ("transition", *ABOUT, "--actor", "bot", "--to", "for_review")
APPROVE: tuple[Word, ...] = (
    *("transition", *ABOUT, "--actor", "eve"),
    *("--to", "done", "--review-ref", "r/1"),
)


def test_a_submission_that_was_killed_and_then_lost_its_commit_is_told_and_made_again(
    project: Project,
) -> None:
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    kill_in_transaction(project.repo.path, 1, 1, SUBMIT)
    clear_locks(project)
    lose(project)

    told = [call(project.repo, *SUBMIT) for _ in range(2)]

    assert (told[0].envelope["error_code"], told[0].exit_status) == ("REF_DIVERGED", 1)
    assert told[1].data["to_lane"] == "for_review"
    assert project.repo.git("show", f"{SLUG}-WP01:cat.py") == "meow = 1"
    assert project.approve("WP01").data
    require_sound(project.repo)


@pytest.mark.parametrize("words", [SUBMIT, APPROVE], ids=["submit", "approve"])
def test_what_was_killed_and_then_pruned_is_brought_back_and_finished(
    project: Project, words: tuple[Word, ...]
) -> None:
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    branch = f"{SLUG}-WP01"
    if words is APPROVE:
        assert project.move("WP01", "for_review").data
        branch = SLUG
    kill_in_transaction(project.repo.path, 1, 1, words)
    clear_locks(project)
    prune(project)

    assert project.api("append-history", "--wp", "WP01", "--actor", "eve", "--note", "Hm.").data

    assert project.repo.git("show", f"{branch}:cat.py") == "meow = 1"
    require_sound(project.repo)


def test_an_integration_that_was_killed_and_then_lost_its_commit_is_told(
    project: Project,
) -> None:
    project.submit("WP02", "src/dog.py", "woof = 1\n")
    assert project.approve("WP02").data
    project.submit("WP01")
    kill_in_transaction(project.repo.path, 1, 1, APPROVE)
    clear_locks(project)
    lose(project)

    first = call(project.repo, *APPROVE)

    assert first.error == "REF_DIVERGED", first
    assert "git deleted the commit that 034-cats was to get" in first.message
    assert "a backup" in first.message
    assert lane(project) == "done"
    again = project.move("WP01", "in_progress", "eve", "--note", "Lost.", "--review-ref", "r/2")
    assert again.error == "REF_DIVERGED"


@pytest.mark.parametrize("step", [60, 82, 86, 105])
def test_a_merge_that_was_killed_and_then_lost_its_commit_can_be_asked_again(
    ready: Project, step: int
) -> None:
    ready.repo.write("other.txt", "meanwhile\n")
    ready.repo.commit("Meanwhile")
    accept(ready)
    words: tuple[Word, ...] = ("merge-feature", "--feature", SLUG, "--actor", "bot")
    kill_at(ready.repo.path, step, words)
    prune(ready)

    told = [call(ready.repo, *words) for _ in range(2)]

    assert [answer.envelope["error_code"] for answer in told if answer.exit_status] in (
        [],
        ["FEATURE_NOT_READY"],
        ["BUSY"],
    )
    assert told[-1].data["merged"]
    assert ready.repo.git("show", "main:cat.py") == "meow = 2"
    assert ready.repo.status() == ""
    require_sound(ready.repo)


def test_a_submitted_commit_that_a_person_amended_away_is_no_dead_end(project: Project) -> None:
    project.submit("WP01")
    workspace = project.workspace("WP01")
    project.repo.git("-C", workspace, "commit", "--quiet", "--amend", "--message", "Mine")
    prune(project)

    refused = project.approve("WP01")
    again = project.move("WP01", "for_review")
    approved = project.approve("WP01")

    assert refused.error == "TRANSITION_REJECTED"
    assert again.data["to_lane"] == "for_review"
    assert approved.data["to_lane"] == "done"
    assert kinds(project, "WP01")[-1] == "PackageIntegrated"
    require_sound(project.repo)

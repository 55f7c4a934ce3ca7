"""A workspace that is away, elsewhere or half-way through a git command is not taken for work."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from extent import some

from moments.calls import CHANGES, ask
from moments.stages import Stage
from moments.workspaces import (
    bisecting,
    cherry_picking,
    deleted,
    detached,
    merging,
    moved_by_git,
    moved_by_hand,
    rebasing,
    replaced_by_a_file,
    replaced_by_a_link,
    unregistered,
)
from project import SLUG
from states import kinds, lane, salvage

Put = Callable[[str], Stage]
Upset = Callable[[Stage], None]


def named(upset: Upset) -> str:
    return upset.__name__


@pytest.mark.parametrize("upset", [deleted, moved_by_hand, unregistered], ids=named)
def test_work_is_not_submitted_without_its_workspace(stage: Put, upset: Upset) -> None:
    scene = stage("running")
    upset(scene)

    refused = ask(scene.repo.path, CHANGES["submit"])

    assert refused.refusal == ("WORKSPACE_FAILED", {"reason": "gone"})
    assert lane(scene.project) == "in_progress"


def test_work_whose_workspace_came_back_is_submitted_whole(stage: Put) -> None:
    scene = stage("running")
    moved_by_hand(scene)
    assert ask(scene.repo.path, CHANGES["submit"]).error == "WORKSPACE_FAILED"
    (scene.base / "moved").rename(scene.workspace.path)

    assert ask(scene.repo.path, CHANGES["submit"]).data

    assert scene.repo.git("show", f"{SLUG}-WP01:dirty.py") == "uncommitted = 1"


@pytest.mark.parametrize(
    ("upset", "operation"),
    [
        (bisecting, "bisect"),
        (rebasing, "rebase"),
        (merging, "merge"),
        (cherry_picking, "cherry-pick"),
    ],
    ids=lambda each: each if isinstance(each, str) else named(each),
)
def test_half_of_a_git_command_is_not_submitted(stage: Put, upset: Upset, operation: str) -> None:
    scene = stage("running")
    upset(scene)

    code, facts = ask(scene.repo.path, CHANGES["submit"]).refusal

    assert (code, facts) == (
        "TRANSITION_REJECTED",
        {"guard": "unfinished_operation", "operation": operation},
    )


@pytest.mark.parametrize(
    "upset", some([unregistered, moved_by_hand, deleted], unregistered), ids=named
)
def test_rework_of_a_package_whose_workspace_is_away_undoes_nothing(
    stage: Put, upset: Upset
) -> None:
    scene = stage("review")
    project = scene.project
    assert project.start("WP02").data
    project.work("WP02", "beside.py", "beside = 1\n")
    project.work("WP02", "cat.py", "bark = 1\n")
    assert project.move("WP02", "for_review").data
    assert project.approve("WP02").data
    upset(scene)

    assert project.approve("WP01").error == "INTEGRATION_CONFLICT"
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 2\nbark = 1\n")
    assert project.move("WP01", "for_review").data
    assert project.approve("WP01").data

    assert scene.repo.git("show", f"{SLUG}:cat.py") == "meow = 2\nbark = 1"
    assert scene.repo.git("show", f"{SLUG}:beside.py") == "beside = 1"


def test_commits_on_no_branch_are_kept_when_the_workspace_goes_back_to_its_own(
    stage: Put,
) -> None:
    scene = stage("running")
    detached(scene)
    scene.workspace.write("alone.py", "alone = 1\n")
    alone = scene.workspace.commit("On no branch")

    assert ask(scene.repo.path, CHANGES["submit"]).data

    assert [scene.repo.tip(ref) for ref in salvage(scene.project)] == [alone]
    assert scene.repo.git("show", f"{SLUG}-WP01:alone.py") == "alone = 1"
    assert scene.workspace.git("branch", "--show-current") == f"{SLUG}-WP01"


@pytest.mark.parametrize("upset", [replaced_by_a_file, replaced_by_a_link], ids=named)
def test_a_start_that_cannot_bring_the_workspace_back_leaves_the_claim(
    stage: Put, upset: Upset
) -> None:
    scene = stage("running")
    happened = kinds(scene.project)
    upset(scene)

    refused = ask(scene.repo.path, CHANGES["start"])

    assert refused.refusal == ("WORKSPACE_FAILED", {"paths": [str(scene.workspace.path)]})
    assert (lane(scene.project), kinds(scene.project)) == ("in_progress", happened)


def test_a_package_whose_workspace_was_moved_is_not_canceled_before_it_is_back(
    stage: Put,
) -> None:
    scene = stage("running")
    moved_by_git(scene)
    before = scene.repo.git("for-each-ref")

    refused = ask(scene.repo.path, CHANGES["cancel"])

    assert refused.refusal == ("WORKSPACE_FAILED", {"paths": [str(scene.base / "moved")]})
    assert scene.repo.git("for-each-ref") == before
    assert (scene.base / "moved" / "dirty.py").exists()


@pytest.mark.parametrize("upset", [replaced_by_a_file, replaced_by_a_link], ids=named)
def test_what_stands_in_the_place_of_a_workspace_is_not_deleted_with_it(
    stage: Put, upset: Upset
) -> None:
    scene = stage("running")
    upset(scene)

    refused = ask(scene.repo.path, CHANGES["cancel"])

    assert refused.refusal == ("WORKSPACE_FAILED", {"paths": [str(scene.workspace.path)]})
    assert scene.workspace.path.exists()
    assert lane(scene.project) == "in_progress"

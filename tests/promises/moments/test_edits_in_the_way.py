"""An edit that is in the way of what a killed command had begun keeps nobody else from working."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from door import POLICY, Word
from killing import kill_in_transaction
from moments.stages import Stage
from project import SLUG
from soundness import require_sound
from states import lane

Put = Callable[[str], Stage]

APPROVE: tuple[Word, ...] = (
    *("transition", "--feature", SLUG, "--wp", "WP01", "--policy", POLICY),
    *("--actor", "critic", "--to", "done", "--review-ref", "r/1"),
)
MINE = "by a person, in between\n"


@pytest.fixture(params=["cat.py", "beside.py"])
def edited(request: pytest.FixtureRequest) -> str:
    """A file that the rework changes, and one that it brings."""
    return str(request.param)


@pytest.fixture
def scene(stage: Put, edited: str) -> Stage:
    """A rework was recorded and its branch moved; its files did not follow, and one is edited."""
    scene = stage("review")
    project = scene.project
    assert project.start("WP02").data
    project.work("WP02", "beside.py", "beside = 1\n")
    project.work("WP02", "cat.py", "bark = 1\n")
    assert project.move("WP02", "for_review").data
    assert project.approve("WP02").data
    kill_in_transaction(scene.repo.path, 1, 2, APPROVE)
    project.work("WP01", edited, MINE)
    return scene


def test_notes_reads_and_other_packages_go_on(scene: Stage, edited: str) -> None:
    project = scene.project
    note = ("--wp", "WP01", "--actor", "eve", "--note", "Hm.")
    project.work("WP02", "late.py", "late = 1\n")

    told = [
        project.api("append-history", *note),
        project.api("feature-state"),
        project.api("explain"),
        project.move("WP02", "in_progress", "eve", "--note", "Late.", "--review-ref", "bug/1"),
        project.move("WP02", "for_review"),
        project.approve("WP02"),
        project.move("WP01", "blocked", "bot", "--note", "Waiting."),
        project.move("WP01", "in_progress", "bot"),
    ]

    assert [answer.envelope["error_code"] for answer in told] == [None] * len(told)
    assert (project.workspace("WP01") / edited).read_text() == MINE
    require_sound(scene.repo)


def test_what_needs_the_workspace_names_the_file(scene: Stage, edited: str) -> None:
    needing = [scene.project.move("WP01", "for_review"), scene.project.start("WP01")]

    assert [answer.refusal for answer in needing] == [("WORKSPACE_FAILED", {"paths": [edited]})] * 2
    assert "Move them away" in needing[0].message
    assert (lane(scene.project), (scene.workspace.path / edited).read_text()) == (
        "in_progress",
        MINE,
    )


def test_the_rework_is_laid_out_once_the_file_is_moved_away(scene: Stage, edited: str) -> None:
    project, workspace = scene.project, scene.workspace.path
    assert project.move("WP01", "for_review").error == "WORKSPACE_FAILED"
    (workspace / edited).rename(workspace / "mine.txt")

    code, facts = project.move("WP01", "for_review").refusal

    assert (code, facts["guard"]) == ("TRANSITION_REJECTED", "unresolved_conflict")
    assert "<<<<<<<" in (workspace / "cat.py").read_text()
    assert (workspace / "beside.py").read_text() == "beside = 1\n"
    project.work("WP01", "cat.py", "meow = 2\nbark = 1\n")
    assert project.move("WP01", "for_review").data
    assert project.approve("WP01").data
    assert scene.repo.git("show", f"{SLUG}:mine.txt") == MINE.rstrip()
    require_sound(scene.repo)


def test_a_package_whose_files_cannot_follow_is_canceled_and_the_edit_kept(
    scene: Stage, edited: str
) -> None:
    told = scene.project.move("WP01", "canceled", "bot", "--note", "No.").data

    assert scene.repo.git("show", f"{told['salvage']}:{edited}") == MINE.rstrip()
    assert not scene.workspace.path.exists()

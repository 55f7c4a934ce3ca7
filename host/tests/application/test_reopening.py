"""What is done can be reopened before the merge, and brings a conflict with the target home."""

import pytest

from people import Person
from project import Project
from spec_kitty.domain.refusals import ErrorCode, Refusal
from states import kinds, lane, package

REASONS = ("--note", "It hisses.", "--review-ref", "bug/1")


def alone(project: Project, alice: Person) -> None:
    """Leaves WP01 as the feature's only open work."""
    for wp in ("WP02", "WP03"):
        alice.move(wp, "canceled", "Not needed.")


def test_reopened_work_goes_on_from_the_feature_branch(project: Project) -> None:
    project.finish("WP01", "cat.py", "meow = 1\n")
    project.finish("WP02", "dog.py", "woof = 1\n")
    feature = project.repo.tip("034-cats")

    moved = project.move("WP01", "in_progress", "eve", *REASONS).data

    assert (moved["attempt"], moved["files"]) == (2, [])
    found = package(project)
    assert (found["lane"], found["rework"], found["claimed_by"], found["rework_note"]) == (
        "in_progress",
        "reopened",
        "bot",
        "It hisses.",
    )
    assert project.repo.tip("034-cats-WP01") == feature == project.repo.tip("034-cats")
    assert (project.workspace("WP01") / "dog.py").read_text() == "woof = 1\n"

    project.work("WP01", "cat.py", "meow = 2\n")
    assert project.move("WP01", "for_review").data
    assert project.approve("WP01").data
    assert project.repo.git("show", "034-cats:cat.py") == "meow = 2"
    assert kinds(project, "WP01")[-3:] == [
        "ReworkRequested",
        "PackageSubmitted",
        "PackageIntegrated",
    ]


def test_a_reopened_package_withdraws_the_acceptance(project: Project, alice: Person) -> None:
    project.finish("WP01")
    alone(project, alice)
    alice.accept()

    assert project.move("WP01", "in_progress", "eve", *REASONS).data

    assert project.api("feature-state").data["accepted"] is False
    with pytest.raises(Refusal) as refused:
        alice.merge()
    assert refused.value.code is ErrorCode.FEATURE_NOT_READY


def test_a_conflict_with_the_target_is_solved_in_the_workspace_that_accept_names(
    project: Project, alice: Person
) -> None:
    project.repo.write("cat.py", "meow = 0\n")
    project.repo.commit("A cat")
    project.finish("WP02", "dog.py", "woof = 1\n")
    project.finish("WP01", "cat.py", "meow = 1\n")
    alice.move("WP03", "canceled", "Not needed.")
    project.repo.write("cat.py", "meow = 'target'\n")
    target = project.repo.commit("Another cat")

    with pytest.raises(Refusal) as refused:
        alice.accept()

    facts = refused.value.facts
    assert refused.value.code is ErrorCode.FEATURE_NOT_READY
    assert (facts["reason"], facts["reopen"], facts["files"], facts["target_commit"]) == (
        "target_conflict",
        "WP01",
        ["cat.py"],
        target,
    )

    moved = project.move("WP01", "in_progress", "eve", *REASONS).data
    assert moved["files"] == ["cat.py"]
    assert package(project)["rework"] == "target_conflict"
    text = (project.workspace("WP01") / "cat.py").read_text()
    assert ("meow = 1" in text, "meow = 'target'" in text) == (True, True)
    assert project.move("WP01", "for_review").refusal[1]["guard"] == "unresolved_conflict"

    project.work("WP01", "cat.py", "meow = 'both'\n")
    assert project.move("WP01", "for_review").data
    assert project.approve("WP01").data
    alice.accept()
    alice.merge()
    assert project.repo.git("show", "main:cat.py") == "meow = 'both'"
    assert (project.repo.path / "dog.py").read_text() == "woof = 1\n"


def test_work_that_merged_the_target_may_hold_its_new_plan(project: Project, alice: Person) -> None:
    project.finish("WP01", "README.md", "# Cats of ours\n")
    alone(project, alice)
    project.repo.write("README.md", "# Cats of theirs\n")
    project.plan("WP04", "Hiss")
    project.repo.commit("Plan more")
    alice.move("WP04", "canceled", "Not needed.")
    with pytest.raises(Refusal):
        alice.accept()
    assert project.move("WP01", "in_progress", "eve", *REASONS).data

    project.work("WP01", "README.md", "# Cats\n\nOf all.\n")

    assert project.move("WP01", "for_review").data["to_lane"] == "for_review"


def test_nothing_is_reopened_without_reason_and_reference(project: Project) -> None:
    project.finish("WP01")

    code, facts = project.move("WP01", "in_progress", "eve", "--note", "It hisses.").refusal

    assert (code, facts["reason"], lane(project)) == (
        "WORKFLOW_EVIDENCE_REQUIRED",
        "no_reference",
        "done",
    )

"""A conflict with the feature branch becomes rework, laid out where the work was done."""

import json
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from project import Project
from states import branches, kinds, lane, package

LINES = "".join(f"{number}\n" for number in range(1, 10))
Change = Callable[[Project, str], None]


@dataclass(frozen=True)
class Case:
    """Two changes that do not agree, and what the merge leaves to the implementer."""

    base: dict[str, str | bytes]
    first: Change
    second: Change
    files: list[str]
    markers: bool


def writes(path: str, content: str | bytes) -> Change:
    def change(project: Project, wp: str) -> None:
        file = project.workspace(wp) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content if isinstance(content, bytes) else content.encode())

    return change


def deletes(path: str) -> Change:
    return lambda project, wp: (project.workspace(wp) / path).unlink()


def renames(old: str, new: str) -> Change:
    def change(project: Project, wp: str) -> None:
        (project.workspace(wp) / old).rename(project.workspace(wp) / new)

    return change


def also_new(change: Change) -> Change:
    """Adds a file to the change, so that something is left of it whatever the merge makes."""

    def changes(project: Project, wp: str) -> None:
        change(project, wp)
        project.work(wp, "new.py", "new = 1\n")

    return changes


CASES = {
    "content": Case(
        {"cat.py": LINES},
        writes("cat.py", LINES.replace("5\n", "five\n")),
        writes("cat.py", LINES.replace("5\n", "fünf\n")),
        ["cat.py"],
        True,
    ),
    "add/add": Case({}, writes("new.py", "one\n"), writes("new.py", "two\n"), ["new.py"], True),
    "modify/delete": Case(
        {"cat.py": LINES},
        writes("cat.py", LINES + "more\n"),
        deletes("cat.py"),
        ["cat.py"],
        False,
    ),
    "rename/rename": Case(
        {"cat.py": LINES},
        renames("cat.py", "lion.py"),
        renames("cat.py", "tiger.py"),
        ["lion.py", "tiger.py"],
        False,
    ),
    "binary": Case(
        {"cat.png": b"\x89PNG\0base"},
        writes("cat.png", b"\x89PNG\0one"),
        writes("cat.png", b"\x89PNG\0two"),
        ["cat.png"],
        False,
    ),
}


def in_conflict(project: Project, case: Case) -> None:
    """Brings WP01 into the feature and WP02 into conflict with it."""
    for path, content in case.base.items():
        project.repo.write(path, content)
    project.repo.git("add", "--all")
    project.repo.git("commit", "--quiet", "--allow-empty", "--message", "Base")
    for wp, change in (("WP01", case.first), ("WP02", case.second)):
        assert project.start(wp).data
        change(project, wp)
        assert project.move(wp, "for_review").data
    assert project.approve("WP01").data


@pytest.mark.parametrize("name", CASES)
def test_a_conflict_is_laid_out_as_rework(project: Project, name: str) -> None:
    case = CASES[name]
    in_conflict(project, case)
    before = branches(project)

    code, facts = project.approve("WP02").refusal

    assert code == "INTEGRATION_CONFLICT"
    assert sorted(facts["files"]) == case.files
    assert (facts["other_wp"], facts["to_lane"], facts["attempt"]) == ("WP01", "in_progress", 2)
    found = package(project, "WP02")
    assert (found["lane"], found["rework"], found["claimed_by"]) == (
        "in_progress",
        "conflict",
        "bot",
    )
    assert sorted(each["path"] for each in found["conflicts"]) == case.files
    assert {each["has_markers"] for each in found["conflicts"]} == {case.markers}
    tip = project.repo.tip("034-cats-WP02")
    assert project.repo.git("log", "-1", "--format=%P", tip).split() == [
        before["034-cats-WP02"],
        before["034-cats"],
    ]
    assert {**branches(project), "034-cats-WP02": None} == {**before, "034-cats-WP02": None}
    workspace = project.workspace("WP02")
    assert project.repo.git("-C", workspace, "status", "--porcelain") == ""
    assert project.repo.git("-C", workspace, "rev-parse", "HEAD") == tip


@pytest.mark.parametrize("name", CASES)
def test_a_conflict_must_be_solved_before_the_next_submission(project: Project, name: str) -> None:
    in_conflict(project, CASES[name])
    assert project.approve("WP02").error == "INTEGRATION_CONFLICT"
    project.work("WP02", "other.py", "unrelated = 1\n")

    code, facts = project.move("WP02", "for_review").refusal

    assert (code, facts["guard"]) == ("TRANSITION_REJECTED", "unresolved_conflict")
    assert set(facts["paths"]) <= set(CASES[name].files)
    assert lane(project, "WP02") == "in_progress"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.markers])
def test_edited_conflicts_are_submitted_and_integrated(project: Project, name: str) -> None:
    (path,) = CASES[name].files
    in_conflict(project, CASES[name])
    assert project.approve("WP02").error == "INTEGRATION_CONFLICT"
    text = (project.workspace("WP02") / path).read_text()
    assert "<<<<<<< 034-cats-WP02" in text.replace("refs/heads/", "")
    project.work("WP02", path, "both\n")

    assert project.move("WP02", "for_review").data
    assert project.approve("WP02").data["to_lane"] == "done"
    assert project.repo.git("show", f"034-cats:{path}") == "both"


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if not case.markers])
def test_conflicts_without_markers_can_be_named_as_resolved(project: Project, name: str) -> None:
    case = CASES[name]
    in_conflict(project, Case(case.base, case.first, also_new(case.second), [], False))
    assert project.approve("WP02").error == "INTEGRATION_CONFLICT"
    tree = project.repo.git("rev-parse", "034-cats-WP02^{tree}")

    named = json.dumps({"resolved": case.files})
    assert project.move("WP02", "for_review", "bot", "--evidence-json", named).data
    assert project.approve("WP02").data["to_lane"] == "done"

    assert project.repo.git("rev-parse", "034-cats^{tree}") == tree


def test_a_conflict_without_markers_is_solved_by_another_content(project: Project) -> None:
    in_conflict(project, CASES["binary"])
    assert project.approve("WP02").error == "INTEGRATION_CONFLICT"
    writes("cat.png", b"\x89PNG\0three")(project, "WP02")

    assert project.move("WP02", "for_review").data
    assert project.approve("WP02").data["to_lane"] == "done"


def test_a_block_cannot_be_named_away(project: Project) -> None:
    in_conflict(project, CASES["content"])
    assert project.approve("WP02").error == "INTEGRATION_CONFLICT"

    named = json.dumps({"resolved": ["cat.py"]})
    code, facts = project.move("WP02", "for_review", "bot", "--evidence-json", named).refusal

    assert (code, facts["guard"]) == ("TRANSITION_REJECTED", "unresolved_conflict")


def test_uncommitted_work_is_kept_when_a_conflict_is_laid_out(project: Project) -> None:
    in_conflict(project, CASES["content"])
    project.work("WP02", "later.py", "not submitted\n")
    project.work("WP02", "cat.py", LINES.replace("9\n", "nine\n"))

    assert project.approve("WP02").error == "INTEGRATION_CONFLICT"

    kept = project.repo.git("show", "034-cats-WP02^1:later.py")
    assert kept == "not submitted"
    assert "nine" in (project.workspace("WP02") / "cat.py").read_text()


def test_a_conflict_under_a_key_is_told_again_and_recorded_once(project: Project) -> None:
    in_conflict(project, CASES["content"])
    words = ("--review-ref", "r/1", "--idempotency-key", "k1")
    first = project.move("WP02", "done", "eve", *words)
    before = kinds(project)

    again = project.move("WP02", "done", "eve", *words)

    assert again.refusal == first.refusal
    assert again.message == first.message
    assert (first.error, kinds(project)) == ("INTEGRATION_CONFLICT", before)


def test_changes_of_both_that_agree_are_no_conflict(project: Project) -> None:
    both = Case(
        {"cat.py": LINES},
        writes("cat.py", LINES.replace("1\n", "one\n", 1)),
        writes("cat.py", LINES.replace("9\n", "nine\n")),
        [],
        False,
    )
    in_conflict(project, both)

    assert project.approve("WP02").data["to_lane"] == "done"
    expected = LINES.replace("1\n", "one\n", 1).replace("9\n", "nine\n")
    assert project.repo.git("show", "034-cats:cat.py") == expected.rstrip("\n")

"""What agents are told, and which templates cannot be."""

from dataclasses import replace

import pytest

from domain.moments import held
from spec_kitty_orchestrator.domain.feature import Conflict, Finding
from spec_kitty_orchestrator.domain.prompts import (
    PLACES,
    Diff,
    UnusableTemplate,
    check,
    fill,
    listed,
    rework,
    shown,
)


def test_a_template_is_filled_with_the_facts() -> None:
    assert fill("ask-again", "$package: $$5 ${title}", {"package": "WP01", "title": "T"}) == (
        "WP01: $5 T"
    )


def test_facts_that_look_like_places_stay_as_they_are() -> None:
    assert fill("ask-again", "$title", {"title": "$answer ${x} $$"}) == "$answer ${x} $$"


@pytest.mark.parametrize(
    ("template", "problem"), [("$tsk", "'tsk'"), ("costs $5", "Invalid placeholder")]
)
def test_a_template_that_cannot_be_filled_is_refused_with_the_places_there_are(
    template: str, problem: str
) -> None:
    with pytest.raises(UnusableTemplate) as refused:
        check("ask-again", template)

    said = str(refused.value)
    assert said.startswith("The prompt template 'ask-again' cannot be filled in (")
    assert problem in said
    assert said.endswith(
        "It may use $feature, $package, $title, $answer; a dollar sign is written $$."
    )


@pytest.mark.parametrize("name", PLACES)
def test_a_template_with_every_place_is_fine(name: str) -> None:
    check(name, " ".join(f"${place}" for place in PLACES[name]))


def test_a_first_attempt_has_nothing_to_answer() -> None:
    assert rework(held("WP01", findings=(Finding("F1", "Old."),))) == ""


def test_rework_after_a_review_lists_every_finding() -> None:
    package = held(
        "WP01",
        rework="review",
        rework_note="Nearly.",
        findings=(Finding("F1", "Louder.", "blocker", "cat.py", 3), Finding("F2", "Softer.")),
    )

    assert rework(package) == (
        "This work package came back to you (review).\n\nNearly.\n\n"
        "Findings to answer, each of them:\n"
        "- [F1] (blocker) cat.py:3: Louder.\n- [F2] (major) Softer."
    )


def test_a_reopened_package_is_told_why_and_not_its_old_findings() -> None:
    package = held(
        "WP01", rework="reopened", rework_note="It fails.", findings=(Finding("F1", "Old."),)
    )

    assert rework(package) == "This work package came back to you (reopened).\n\nIt fails."


def test_a_conflict_says_which_files_to_solve_and_how() -> None:
    package = held(
        "WP01",
        rework="target_conflict",
        conflicts=(Conflict("a.py", "content", True), Conflict("b.png", "binary", False)),
    )
    marked = replace(package, conflicts=package.conflicts[:1])

    said = rework(package)
    assert "came back to you (target conflict)." in said
    assert (
        "Solve the conflict markers in these files, keeping what both sides are for: a.py" in said
    )
    assert "Decide how these files have to be, and make them so: b.png (binary)" in said
    assert "Decide how" not in rework(marked)


def test_a_finding_without_a_line_names_its_file() -> None:
    assert listed((Finding("F1", "Louder.", "minor", "cat.py"),)) == (
        "- [F1] (minor) cat.py: Louder."
    )


def test_a_diff_that_was_cut_says_where_the_rest_is() -> None:
    whole = Diff("a" * 40, "b" * 40, "1 file changed", "+ meow")

    assert shown(whole) == ("Changes from aaaaaaaaaaaa to bbbbbbbbbbbb:\n1 file changed\n\n+ meow")
    assert shown(replace(whole, is_whole=False)) == (
        f"{shown(whole)}\n\n(cut; the rest is in `git diff aaaaaaaaaaaa bbbbbbbbbbbb`)"
    )

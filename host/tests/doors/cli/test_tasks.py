"""`spec-kitty agent tasks`, as a person sees it."""

from __future__ import annotations

import json

import pytest
from inline_snapshot import snapshot

from project import SLUG
from screencast import Screencast

MOVE = "spec-kitty agent tasks move-task"


@pytest.fixture
def begun(cast: Screencast) -> Screencast:
    """WP01 is claimed and there is work in it."""
    cast.type("spec-kitty implement WP01")
    cast.work("WP01", "cat.py", "meow = 1\n")
    return cast


@pytest.fixture
def submitted(begun: Screencast) -> Screencast:
    begun.type(f"{MOVE} WP01 --to for_review")
    return begun


def test_work_is_submitted(begun: Screencast) -> None:
    assert begun.type(f"{MOVE} WP01 --to for_review") == snapshot("""\
WP01: in_progress -> for_review at 000200020002, attempt 1.

Next, somebody reviews it:
  spec-kitty review WP01
""")


def test_work_is_submitted_from_inside_the_workspace(begun: Screencast) -> None:
    folder = f".worktrees/{SLUG}-WP01"
    shown = begun.type(f"{MOVE} WP01 --to for_review", folder=folder)
    assert "in_progress -> for_review" in shown


def test_without_work_there_is_nothing_to_submit(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    assert cast.type(f"{MOVE} WP01 --to for_review") == snapshot("""\
refused (WORKFLOW_EVIDENCE_REQUIRED): The workspace of WP01 holds no change, so there is nothing to review. Do the work there, or say 'changes: none' in the plan if none is needed.
[1]
""")


def test_approved_work_comes_into_the_feature(submitted: Screencast) -> None:
    assert submitted.type(f"{MOVE} WP01 --to done") == snapshot("""\
WP01: for_review -> done, integrated into 034-cats as 000300030003.

WP02 Meow can start:
  spec-kitty implement WP02
""")


def test_uncommitted_changes_are_warned_of(submitted: Screencast) -> None:
    submitted.work("WP01", "cat.py", "meow = 2\n")
    assert submitted.type(f"{MOVE} WP01 --to done") == snapshot("""\
WP01: for_review -> done, integrated into 034-cats as 000300030003.
Warning: The workspace holds uncommitted changes that were not reviewed and are not part of this: cat.py.

WP02 Meow can start:
  spec-kitty implement WP02
""")


def test_work_goes_back_with_a_note(submitted: Screencast) -> None:
    assert submitted.type(f"{MOVE} WP01 --to doing --note 'Purr louder.'") == snapshot("""\
WP01: for_review -> in_progress, attempt 2.

  cd .worktrees/034-cats-WP01

When the feedback is answered there, submit it again:
  spec-kitty agent tasks move-task WP01 --to for_review
""")


def test_work_does_not_go_back_without_feedback(submitted: Screencast) -> None:
    assert submitted.type(f"{MOVE} WP01 --to in_progress") == snapshot("""\
refused (WORKFLOW_EVIDENCE_REQUIRED): To send WP01 back, say what is to be changed: name the review with --review-ref (people may give --note or --feedback-file instead).
[1]
""")


def test_a_feedback_file_becomes_the_note_and_its_name_the_reference(
    submitted: Screencast,
) -> None:
    submitted.write("reviews/one.md", "Purr louder.\nMuch.\n")
    submitted.type(f"{MOVE} WP01 --to doing --feedback-file reviews/one.md")
    assert reworked(submitted) == ("Purr louder.\nMuch.\n", "one.md")


def test_feedback_is_read_from_standard_input(submitted: Screencast) -> None:
    line = f"{MOVE} WP01 --to doing --feedback-file - --review-ref mail/7"
    submitted.type(line, stdin="Purr louder.\n")
    assert reworked(submitted) == ("Purr louder.\n", "mail/7")


def reworked(cast: Screencast) -> tuple[str, str]:
    events = cast.project.api("history").data["events"]
    rework = events[-1]["facts"]["rework"]
    return rework["note"], rework["reference"]


@pytest.mark.parametrize(
    ("options", "stdin", "shown"),
    [
        (
            "--feedback-file nowhere.md",
            "",
            snapshot("""\
refused (USAGE_ERROR): Reading the file 'nowhere.md' failed: No such file or directory.
[2]
"""),
        ),
        (
            "--feedback-file -",
            " \n",
            snapshot("""\
refused (USAGE_ERROR): There is no feedback in standard input.
[2]
"""),
        ),
        (
            "--feedback-file -",
            "long " * 5_000,
            snapshot("""\
refused (USAGE_ERROR): The feedback in standard input has more than 20000 characters. Give the gist with --note and say where the rest is with --review-ref.
[2]
"""),
        ),
        (
            "--feedback-file - --note both",
            "text",
            snapshot("""\
refused (USAGE_ERROR): Give either --note or --feedback-file; the file becomes the note.
[2]
"""),
        ),
    ],
)
def test_feedback_that_cannot_be_used_is_refused(
    submitted: Screencast, options: str, stdin: str, shown: str
) -> None:
    assert submitted.type(f"{MOVE} WP01 --to doing {options}", stdin=stdin) == shown


def test_a_conflict_comes_back_with_its_files_and_where_to_solve_it(cast: Screencast) -> None:
    conflict(cast)
    assert cast.type(f"{MOVE} WP02 --to done") == snapshot("""\
refused (INTEGRATION_CONFLICT): WP02 conflicts with WP01 in README.md. It is back in progress as attempt 2, with the conflict laid out in its workspace: solve it there and submit again.

  cd .worktrees/034-cats-WP02
[1]
""")
    assert cast.type("spec-kitty implement WP02") == snapshot("""\
WP02 Meow is already claimed by Alice Example, attempt 2.
  prompt  .git/spec-kitty/prompts/034-cats/WP02.md
  branch  034-cats-WP02, from 034-cats at 000100010001

in_progress: Alice Example works on it since 2026-01-01T12:00, attempt 2, to solve the conflict with WP01 in README.md.

  cd .worktrees/034-cats-WP02

When the conflict is solved there, submit it:
  spec-kitty agent tasks move-task WP02 --to for_review
""")


def conflict(cast: Screencast) -> None:
    """WP01 is done and WP02 is submitted with other words in the same file."""
    for package in ("WP01", "WP02"):
        cast.type(f"spec-kitty implement {package}")
        cast.work(package, "README.md", f"# Cats of {package}\n")
        cast.type(f"{MOVE} {package} --to for_review")
    cast.type(f"{MOVE} WP01 --to done")


def test_a_conflict_without_markers_is_declared_resolved(cast: Screencast) -> None:
    cast.write("photo", "\0cat\n")
    cast.project.repo.commit("Take a photo")
    for package in ("WP01", "WP02"):
        cast.type(f"spec-kitty implement {package}")
        cast.work(package, "photo", f"\0{package}\n")
        cast.type(f"{MOVE} {package} --to for_review")
    cast.type(f"{MOVE} WP01 --to done")
    cast.type(f"{MOVE} WP02 --to done")
    assert cast.type(f"{MOVE} WP02 --to for_review") == snapshot("""\
refused (TRANSITION_REJECTED): WP02 still has conflicts to solve: photo. Edit the files so that no conflict block is left; a file without markers that is right as it is, name with --resolved (programs: "resolved" in --evidence-json).
[1]
""")
    shown = cast.type(f"{MOVE} WP02 --to for_review --resolved photo")
    assert shown.splitlines()[0] == snapshot(
        "WP02: in_progress -> for_review at 000500050005, attempt 2."
    )


def test_from_planned_doing_is_the_same_as_implement(cast: Screencast) -> None:
    assert cast.type(f"{MOVE} WP01 --to doing") == snapshot("""\
WP01 Purr is claimed by Alice Example, attempt 1.
  prompt  .git/spec-kitty/prompts/034-cats/WP01.md
  branch  034-cats-WP01, from 034-cats at 000100010001

  cd .worktrees/034-cats-WP01

When the work is done there, submit it (what is uncommitted is committed for you):
  spec-kitty agent tasks move-task WP01 --to for_review
""")


def test_blocked_work_goes_back_to_where_it_came_from(begun: Screencast) -> None:
    assert begun.type(f"{MOVE} WP01 --to blocked --note 'No cat here.'") == snapshot("""\
WP01: in_progress -> blocked.

When nothing blocks it any more:
  spec-kitty agent tasks move-task WP01 --to in_progress
""")
    assert begun.type(f"{MOVE} WP01 --to in_progress") == snapshot("""\
WP01: blocked -> in_progress, attempt 1.

  cd .worktrees/034-cats-WP01

When the work is done there, submit it (what is uncommitted is committed for you):
  spec-kitty agent tasks move-task WP01 --to for_review
""")


def test_a_release_needs_a_reason(begun: Screencast) -> None:
    assert begun.type(f"{MOVE} WP01 --to planned") == snapshot("""\
refused (WORKFLOW_EVIDENCE_REQUIRED): To release WP01 a reason is needed. Give it with --note.
[1]
""")
    assert begun.type(f"{MOVE} WP01 --to planned --note 'On holiday.'") == snapshot("""\
WP01: in_progress -> planned.

WP01 Purr can start:
  spec-kitty implement WP01
""")


def test_canceled_work_is_kept_and_can_be_brought_back(begun: Screencast) -> None:
    assert begun.type(f"{MOVE} WP01 --to canceled --note 'No need.'") == snapshot("""\
WP01: in_progress -> canceled; its work is kept at refs/spec-kitty-salvage/034-cats/WP01/1.

WP02 Meow can start:
  spec-kitty implement WP02
""")
    assert begun.type(f"{MOVE} WP01 --to planned --note 'After all.'") == snapshot("""\
refused (TRANSITION_REJECTED): Only a person can bring WP01 back, with --force and a reason.
[1]
""")
    assert begun.type(f"{MOVE} WP01 --to planned --note 'After all.' --force") == snapshot("""\
WP01: canceled -> planned.

WP01 Purr can start:
  spec-kitty implement WP01
""")


def test_what_was_blocked_in_review_goes_back_there(submitted: Screencast) -> None:
    submitted.type(f"{MOVE} WP01 --to blocked --note 'Waits for the vet.'")
    assert submitted.type(f"{MOVE} WP01 --to for_review") == snapshot("""\
WP01: blocked -> for_review at 000200020002, attempt 1.

Next, somebody reviews it:
  spec-kitty review WP01
""")


def test_a_workspace_can_be_canceled_from_inside(begun: Screencast) -> None:
    folder = f".worktrees/{SLUG}-WP01"
    shown = begun.type(f"{MOVE} WP01 --to canceled --note 'No need.'", folder=folder)
    assert "-> canceled" in shown


def test_a_move_to_where_it_stands_says_so(begun: Screencast) -> None:
    assert begun.type(f"{MOVE} WP01 --to doing") == snapshot(
        "WP01 is in_progress already; nothing has changed.\n"
    )


def test_a_done_package_is_reopened_with_a_reason_and_a_reference(
    submitted: Screencast,
) -> None:
    submitted.type(f"{MOVE} WP01 --to done")
    line = f"{MOVE} WP01 --to doing --note 'It barks.' --review-ref bug/3"
    assert submitted.type(line) == snapshot("""\
WP01: done -> in_progress, attempt 2.

  cd .worktrees/034-cats-WP01

When the feedback is answered there, submit it again:
  spec-kitty agent tasks move-task WP01 --to for_review
""")


def test_a_named_feature_stays_named_in_what_comes_next(begun: Screencast) -> None:
    shown = begun.type(f"{MOVE} WP01 --to for_review --feature {SLUG}")
    assert shown.splitlines()[-1] == snapshot("  spec-kitty review WP01 --feature 034-cats")


def test_the_list_is_one_line_each(submitted: Screencast) -> None:
    assert submitted.type("spec-kitty agent tasks list") == snapshot("""\
WP01  for_review   Alice Example  Purr
WP02  planned      -              Meow
WP03  planned      -              Sleep
""")
    assert submitted.type("spec-kitty agent tasks list --lane planned") == snapshot("""\
WP02  planned      -  Meow
WP03  planned      -  Sleep
""")
    assert submitted.type("spec-kitty agent tasks list --lane done") == snapshot(
        "There are none.\n"
    )


def test_the_list_for_programs_is_json(submitted: Screencast) -> None:
    listed = json.loads(submitted.type("spec-kitty agent tasks list --json --lane for_review"))
    assert [package["wp_id"] for package in listed] == ["WP01"]


def test_the_status_says_why_and_what_comes_next(submitted: Screencast) -> None:
    assert submitted.type("spec-kitty agent tasks status") == snapshot("""\
034-cats  2 planned, 1 for_review
  WP01  for_review: 000200020002 waits for a reviewer: spec-kitty review WP01
  WP02  planned: it is ready. Start it: spec-kitty implement WP02
  WP03  planned: it waits for WP01 (for_review).

WP01 waits for a review:
  spec-kitty review WP01
""")


def test_a_note_is_added_to_the_history(cast: Screencast) -> None:
    line = "spec-kitty agent tasks add-history WP01 --note 'Cats sleep.\nforged'"
    assert cast.type(line) == snapshot("The note is in the history of WP01.\n")
    assert cast.project.events() == snapshot(["WP01: note: Cats sleep. forged by Alice Example"])

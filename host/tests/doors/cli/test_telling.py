"""`spec-kitty why`, `history` and `verify`, as a person sees them."""

from __future__ import annotations

import json
import re

from inline_snapshot import snapshot

from forgery import Forgery
from project import SLUG, Project
from repository import Repo
from screencast import Screencast

_MINUTE = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def told(cast: Screencast, line: str) -> str:
    """What is shown, all of it at the same minute."""
    return _MINUTE.sub("2026-01-01 12:00", cast.type(line))


def test_every_work_package_says_why_it_is_where_it_is(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP02 --agent claude")
    assert cast.type("spec-kitty why") == snapshot("""\
WP01  planned: it is ready. Start it: spec-kitty implement WP01
WP02  in_progress: Alice Example (claude) works on it since 2026-01-01T12:00, attempt 1.
WP03  planned: it waits for WP01 (planned).
""")
    assert cast.type("spec-kitty why WP03") == snapshot(
        "WP03  planned: it waits for WP01 (planned).\n"
    )


def test_a_work_package_that_is_not_there_is_refused(cast: Screencast) -> None:
    assert cast.type("spec-kitty why WP09") == snapshot("""\
refused (WP_NOT_FOUND): 034-cats has no work package WP09. It has: WP01, WP02, WP03.
[1]
""")
    assert cast.type("spec-kitty history WP09") == snapshot("""\
refused (WP_NOT_FOUND): 034-cats has no work package WP09. It has: WP01, WP02, WP03.
[1]
""")


def test_on_a_terminal_long_sentences_stay_in_their_column(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP02 --actor somebody-with-a-long-name --agent claude-code")
    assert cast.type_at_terminal("spec-kitty why WP02", 60, {"NO_COLOR": "1"}) == snapshot("""\
WP02  in_progress: somebody-with-a-long-name (claude-code)
      works on it since 2026-01-01T12:00, attempt 1.
""")


def test_history_tells_what_happened_the_newest_last(cast: Screencast) -> None:
    cast.done("WP01")
    cast.type("spec-kitty agent tasks add-history WP02 --note 'Ask the cat.'")
    assert told(cast, "spec-kitty history") == snapshot("""\
2026-01-01 12:00  WP01: planned -> in_progress, attempt 1, by Alice Example
2026-01-01 12:00  WP01: workspace prepared by Alice Example
2026-01-01 12:00  WP01: in_progress -> for_review at 000200020002 by Alice Example
2026-01-01 12:00  WP01: for_review -> done, integrated as 000300030003, by Alice Example
2026-01-01 12:00  WP02: note: Ask the cat. by Alice Example
""")
    assert told(cast, "spec-kitty history WP02") == snapshot(
        "2026-01-01 12:00  WP02: note: Ask the cat. by Alice Example\n"
    )
    assert told(cast, "spec-kitty history --limit 2") == snapshot("""\
3 earlier events are not shown; --limit 0 shows all.
2026-01-01 12:00  WP01: for_review -> done, integrated as 000300030003, by Alice Example
2026-01-01 12:00  WP02: note: Ask the cat. by Alice Example
""")


def test_what_somebody_wrote_cannot_pass_for_an_entry(cast: Screencast) -> None:
    forged = "2026-01-01 12:00  WP02: for_review -> done by mallory"
    note = f"Fine.\n{forged}\n\x1b[2K\u202e\x07bell\r{forged}\u2028{forged}"
    cast.type(f"spec-kitty agent tasks add-history WP01 --note '{note}'")
    shown = told(cast, "spec-kitty history")
    assert shown == snapshot("""\
2026-01-01 12:00  WP01: note: Fine.… by Alice Example
                  | Fine.
                  | 2026-01-01 12:00  WP02: for_review -> done by mallory
                  | \\x1b[2K\\u202e\\x07bell
                  | 2026-01-01 12:00  WP02: for_review -> done by mallory
                  | 2026-01-01 12:00  WP02: for_review -> done by mallory
""")


def test_a_long_line_cannot_pass_for_an_entry_on_the_next_line_of_a_terminal(
    cast: Screencast,
) -> None:
    fill = "x" * 60
    forged = "2026-01-01 12:00\u00a0\u00a0WP02:\u00a0for_review\u00a0->\u00a0done"
    cast.type(f"spec-kitty agent tasks add-history WP01 --note 'Fine.\n{fill}{forged}'")
    shown = cast.type_at_terminal("spec-kitty history", 80, {"NO_COLOR": "1"})
    assert max(map(len, shown.splitlines())) <= 80
    assert [line[:18].strip() == "" for line in shown.splitlines()[1:]] == [True] * (
        len(shown.splitlines()) - 1
    )


def test_feedback_and_findings_are_told_in_full(cast: Screencast) -> None:
    cast.project.submit("WP01")
    finding = {"id": "F1", "severity": "major", "message": "Too loud.\nReally.", "path": "cat.py"}
    evidence = json.dumps({"verdict": "changes_requested", "findings": [finding]})
    moved = cast.project.move(
        "WP01", "in_progress", "critic", "--review-ref", "review/1", "--evidence-json", evidence
    )
    assert moved.data
    assert told(cast, "spec-kitty history --limit 1") == snapshot("""\
3 earlier events are not shown; --limit 0 shows all.
2026-01-01 12:00  WP01: for_review -> in_progress, changes requested, attempt 2, by critic
                  | F1 (major) cat.py: Too loud.
                  | Really.
""")


def test_programs_get_the_events_of_the_contract(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    shown = json.loads(cast.type("spec-kitty history --json"))
    assert shown == cast.project.ask("history")["events"]


def test_nothing_has_happened_yet(cast: Screencast) -> None:
    assert told(cast, "spec-kitty history") == snapshot("Nothing has happened to 034-cats yet.\n")
    assert cast.type("spec-kitty verify") == snapshot(
        "There is no journal yet: nothing has happened to any feature.\n"
    )


def test_a_sound_journal_is_verified(cast: Screencast) -> None:
    cast.done("WP01")
    assert cast.type("spec-kitty verify") == snapshot(
        "034-cats: 4 events, state matches, everything it speaks of is there.\n"
    )
    assert cast.type("spec-kitty verify --json") == snapshot("""\
[
  {
    "feature_slug": "034-cats",
    "events": 4,
    "sound": true,
    "findings": [],
    "more_findings": 0
  }
]
""")


def test_damage_is_named_and_the_exit_status_says_so(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    forgery = Forgery(cast.project.repo)
    forgery.edit(2, lambda content: content.replace(b"prepared by", b"stolen by"))
    cast.project.repo.git("branch", "--delete", "--force", SLUG)
    assert cast.type("spec-kitty verify") == snapshot("""\
034-cats: 2 events, 2 findings:
  event 2 (000200020002): Its subject is not what its event says: 'WP01: workspace prepared by Alice Example'.
  The branch 034-cats is gone. Bring it back: git branch 034-cats 0001000100010001000100010001000100010001
[1]
""")
    assert cast.type(f"spec-kitty verify --json --feature {SLUG}") == snapshot("""\
[
  {
    "feature_slug": "034-cats",
    "events": 2,
    "sound": false,
    "findings": [
      {
        "kind": "journal-damaged",
        "event": 2,
        "commit": "0002000200020002000200020002000200020002",
        "message": "Its subject is not what its event says: 'WP01: workspace prepared by Alice Example'."
      },
      {
        "kind": "branch-gone",
        "event": null,
        "commit": null,
        "message": "The branch 034-cats is gone. Bring it back: git branch 034-cats 0001000100010001000100010001000100010001"
      }
    ],
    "more_findings": 0
  }
]
[1]
""")


def test_a_journal_that_is_no_journal_is_named(cast: Screencast) -> None:
    cast.project.repo.git("update-ref", f"refs/spec-kitty/{SLUG}", "HEAD")
    assert cast.type(f"spec-kitty verify --feature {SLUG}") == snapshot("""\
034-cats: 2 events, 3 findings:
  event 1 (000100010001): It is not a commit as the host writes it.
  event 1 (000100010001): It cannot be replayed (it cannot be read), so no later state is compared.
  event 2 (000200020002): It is not a commit as the host writes it.
[1]
""")


def test_a_feature_that_is_not_there_is_not_verified(repo: Repo) -> None:
    shown = Screencast(Project(repo)).type("spec-kitty verify --feature 035-dogs")
    assert shown == snapshot("""\
refused (FEATURE_NOT_FOUND): No feature '035-dogs' is committed on main. There is: none.
[1]
""")

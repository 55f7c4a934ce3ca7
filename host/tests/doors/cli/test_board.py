"""`spec-kitty status`, as a person sees it."""

from __future__ import annotations

import json
import re

import pytest
from inline_snapshot import snapshot

from project import SLUG, Project
from repository import Repo
from screencast import Screencast

PLAIN = {"NO_COLOR": "1"}


@pytest.fixture
def busy(cast: Screencast) -> Screencast:
    """Something in every lane, with a conflict and a second attempt."""
    project = cast.project
    for number, title in enumerate(("Eat", "Hunt", "Scratch", "Stare"), 4):
        project.plan(f"WP{number:02}", title)
    project.repo.commit("Plan more")
    for package in ("WP01", "WP02", "WP04"):
        cast.type(f"spec-kitty implement {package} --actor bot --agent claude")
        cast.work(package, "cat.py", f"{package} = 1\n")
        cast.type(f"spec-kitty agent tasks move-task {package} --to for_review --actor bot")
    cast.type("spec-kitty agent tasks move-task WP01 --to done")
    cast.type("spec-kitty agent tasks move-task WP02 --to done")
    cast.type("spec-kitty implement WP05")
    cast.type("spec-kitty agent tasks move-task WP06 --to blocked --note 'No post.'")
    cast.type("spec-kitty agent tasks move-task WP07 --to canceled --note 'Rude.'")
    return cast


def settled(shown: str) -> str:
    """Minutes pass while a test runs."""
    return re.sub(r"\b\d min\b( {3})?", "just now", shown)


def test_a_board_without_a_terminal_is_a_list(busy: Screencast) -> None:
    assert settled(busy.type("spec-kitty status")) == snapshot("""\
034-cats
2 of 7 finished, open, lands on main

planned 1
  WP03  Sleep
in_progress 2
  WP02  Meow     just now, claude, bot, attempt 2, conflict
  WP05  Hunt     just now, Alice Example
for_review 1
  WP04  Eat      just now, claude, bot
done 1
  WP01  Purr     just now, claude, bot, approved by Alice Example
blocked 1
  WP06  Scratch  just now
canceled 1
  WP07  Stare    just now

Next
  spec-kitty review WP04     WP04 waits for a review
  spec-kitty implement WP03  WP03 can start
""")


def test_a_board_on_a_wide_terminal(busy: Screencast) -> None:
    assert settled(busy.type_at_terminal("spec-kitty status", 140, PLAIN)) == snapshot("""\
034-cats
━━━━━━━━━━━━━━━━━━━━━━━━  2 of 7 finished, open, lands on main

planned 1               in_progress 2           for_review 1           done 1                 blocked 1              canceled 1
──────────────────────  ──────────────────────  ─────────────────────  ─────────────────────  ─────────────────────  ───────────────────────
WP03                    WP02  just now          WP04  just now         WP01  just now         WP06  just now         WP07  just now
Sleep                   Meow                    Eat                    Purr                   Scratch                Stare
                        claude · bot            claude · bot           claude · bot
                        attempt 2                                      approved by Alice Ex…
                        ! conflict

                        WP05  just now
                        Hunt
                        Alice Example

Next
  spec-kitty review WP04     WP04 waits for a review
  spec-kitty implement WP03  WP03 can start
""")


def test_a_board_on_an_ordinary_terminal(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01 --agent claude")
    assert settled(cast.type_at_terminal("spec-kitty status", 80, PLAIN)) == snapshot("""\
034-cats
━━━━━━━━━━━━━━━━━━━━━━━━  0 of 3 finished, open, lands on main

planned 2           in_progress 1       for_review 0        done 0
──────────────────  ──────────────────  ──────────────────  ────────────────────
WP02                WP01  just now
Meow                Purr
                    claude · Alice Ex…
WP03
Sleep
waits for WP01

Next
  spec-kitty implement WP02  WP02 can start
""")


def test_a_board_without_room_for_lanes_is_a_list_that_is_cut(busy: Screencast) -> None:
    shown = settled(busy.type_at_terminal("spec-kitty status", 50, PLAIN))
    assert shown == snapshot("""\
034-cats
━━━━━━━━━━━━━━━━━━━━━━━━  2 of 7 finished, open,
lands on main

planned 1
  WP03  Sleep
in_progress 2
  WP02  Meow     just now, claude, bot, attempt 2…
  WP05  Hunt     just now, Alice Example
for_review 1
  WP04  Eat      just now, claude, bot
done 1
  WP01  Purr     just now, claude, bot, approved …
blocked 1
  WP06  Scratch  just now
canceled 1
  WP07  Stare    just now

Next
  spec-kitty review WP04
  spec-kitty implement WP03  WP03 can start
""")
    assert max(map(len, shown.splitlines())) <= 50


def test_colours_are_for_terminals(busy: Screencast) -> None:
    assert "\x1b[" in busy.type_at_terminal("spec-kitty status")
    assert "\x1b" not in busy.type_at_terminal("spec-kitty status", env=PLAIN)
    assert "\x1b" not in busy.type("spec-kitty status")


def test_the_footer_leads_to_the_end(cast: Screencast) -> None:
    cast.done("WP01", "WP02", "WP03")
    assert next_steps(cast) == snapshot("""\
Next
  spec-kitty accept  Every work package is finished
""")
    cast.type("spec-kitty accept")
    assert next_steps(cast) == snapshot("""\
Next
  spec-kitty merge  The feature is accepted and can land
""")
    cast.write("README.md", "# Dogs\n")
    cast.project.repo.commit("Move the target")
    assert next_steps(cast) == snapshot("""\
Next
  spec-kitty accept  main has moved since it was accepted; accept it again
""")
    cast.type("spec-kitty accept")
    cast.type("spec-kitty merge")
    assert next_steps(cast) == snapshot("Merged into main as 000b000b000b.\n")


def next_steps(cast: Screencast) -> str:
    return cast.type("spec-kitty status").rpartition("\n\n")[2]


def test_programs_get_the_state_of_the_contract(busy: Screencast) -> None:
    shown = json.loads(busy.type("spec-kitty status --json"))
    assert shown == busy.project.ask("feature-state")


def test_an_edit_of_a_running_package_is_a_warning(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    cast.project.plan("WP01", "Purr", more="estimate_minutes: 5\n")
    cast.project.repo.commit()
    assert cast.type("spec-kitty status").splitlines()[-1] == snapshot(
        "warning: kitty-specs/034-cats/tasks/WP01-purr.md was edited after WP01 was claimed; the edit applies from the next claim."
    )


def test_without_a_feature_it_says_what_to_do(repo: Repo) -> None:
    empty = Screencast(Project(repo))
    assert empty.type("spec-kitty status") == snapshot("""\
There is no feature yet.

Plan one:
  spec-kitty feature create "My feature"
""")
    empty.type("spec-kitty feature create Cats")
    assert empty.type("spec-kitty status") == snapshot("""\
No feature is committed yet. 001-cats is not committed on main: git add kitty-specs/001-cats && git commit -m 'Plan 001-cats'
""")


def test_of_several_features_one_must_be_named(cast: Screencast) -> None:
    cast.write("kitty-specs/040-dogs/tasks/WP01-a.md", "---\nwork_package_id: WP01\n---\n")
    cast.project.repo.commit()
    assert cast.type("spec-kitty status") == snapshot("""\
refused (USAGE_ERROR): It is not clear which feature is meant: 034-cats, 040-dogs. Name one with --feature, or change to one of its workspaces or branches.
[2]
""")
    assert cast.type("spec-kitty status --feature 040-dogs") == snapshot("""\
040-dogs
0 of 1 finished, open, lands on main

planned 1
  WP01  WP01

Next
  spec-kitty implement WP01 --feature 040-dogs  WP01 can start
""")


def test_watching_needs_a_terminal(cast: Screencast) -> None:
    assert cast.type("spec-kitty status --watch") == snapshot("""\
refused (USAGE_ERROR): --watch draws on a terminal. Programs follow a feature with 'spec-kitty orchestrator-api watch --feature SLUG'.
[2]
""")
    assert cast.type(f"spec-kitty status --watch --json --feature {SLUG}").endswith("[2]\n")

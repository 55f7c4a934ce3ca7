"""`status`, as a person and as a program sees it."""

# ruff: noqa: E501 - what people see is kept as they see it

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from rich.cells import cell_len

from cli.offices import NOW, RUN, FakeOffice, Type, other_run
from domain.moments import done, ended, held, in_review, planned, started
from spec_kitty_orchestrator.cli import glance
from spec_kitty_orchestrator.domain.agents import Role, Usage
from spec_kitty_orchestrator.domain.feature import Lane
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.memory import remember
from spec_kitty_orchestrator.domain.run.records import AttemptReported, Ended, Record, RunEnded
from spec_kitty_orchestrator.testing.scripted_agents import MemoryLog

WORK = started("WP02", at=NOW - 190)
REVIEW = started("WP03", Role.REVIEW, by="ben", at=NOW - 65)
PACKAGES = (
    done("WP01", title="Purr", review_rounds=1),
    held("WP02", title="Meow"),
    in_review("WP03", title="Sleep"),
    planned("WP04", "WP02", title="Eat"),
    held("WP05", Lane.BLOCKED, title="Hunt", reason="No post."),
)


@pytest.fixture
def busy(office: FakeOffice) -> FakeOffice:
    """A run with two agents at work, one of them heard of 12 s ago."""
    office.host.state = replace(office.host.state, packages=PACKAGES)
    used = AttemptReported(NOW - 20, WORK.id, usage=Usage(1200, 34, 0, 0.05))
    limited = started("WP01", at=NOW - 300)
    limit = ended(limited, Failure.RATE_LIMIT, at=NOW - 200, resets_at=NOW + 900)
    office.keep(limited, limit, WORK, REVIEW, used)
    office.processes["run-1"] = 4711
    said = {"type": "assistant", "message": {"content": [{"type": "text", "text": "I purr."}]}}
    path = office.printed(WORK.id, json.dumps(said) + "\n")
    os.utime(path, (NOW - 12, NOW - 12))
    return office


def test_a_run_that_goes_on(busy: FakeOffice, typed: Type) -> None:
    assert typed("status") == snapshot("""\
034-cats  1 of 5 finished, 2 running
10 min 0 s, 1,234 tokens, $0.05  run-1
ada-corp is paused until 08:25: its rate limit is reached.
Process 4711 carries it on.

   wp    title  lane         agent  time  rounds  now
✓  WP01  Purr   done         ada          1
●  WP02  Meow   in_progress  ada    3:10          12 s ago: I purr.
●  WP03  Sleep  for_review   ben    1:05          nothing printed yet
   WP04  Eat    planned                           waits for WP02
!  WP05  Hunt   blocked      ada                  is blocked: No post.

Needs a person
  WP05 is blocked: No post.

Read along: spec-kitty-orchestrator logs WP02 --feature 034-cats --follow
""")


def test_a_run_that_was_killed_can_be_resumed(busy: FakeOffice, typed: Type) -> None:
    busy.processes.clear()
    assert typed("status --feature 034-cats") == snapshot("""\
034-cats  1 of 5 finished
9 min 40 s, 1,234 tokens, $0.05  run-1
ada-corp is paused until 08:25: its rate limit is reached.
The orchestrator was killed; nothing carries the run on.

   wp    title  lane         agent  rounds  now
✓  WP01  Purr   done         ada    1
○  WP02  Meow   in_progress  ada            is next
○  WP03  Sleep  for_review   ada            is next
   WP04  Eat    planned                     waits for WP02
!  WP05  Hunt   blocked      ada            is blocked: No post.

Needs a person
  WP05 is blocked: No post.

Go on with: spec-kitty-orchestrator resume --feature 034-cats
""")


def test_a_run_that_ended_says_why_and_what_next(office: FakeOffice, typed: Type) -> None:
    office.host.state = replace(office.host.state, packages=PACKAGES[4:])
    office.keep(RunEnded(NOW - 60, Ended.NEEDS_PERSON, ("WP05 is blocked: No post.",)))
    assert typed("status") == snapshot("""\
034-cats  0 of 1 finished
9 min 0 s  run-1
The run cannot go on by itself.
- WP05 is blocked: No post.

   wp    title  lane     agent  now
!  WP05  Hunt   blocked  ada    is blocked: No post.

Settle what is listed, then: spec-kitty-orchestrator resume --feature 034-cats
""")


def test_runs_of_other_features_are_named(office: FakeOffice, typed: Type) -> None:
    office.keep(RunEnded(NOW, Ended.DONE))
    office.keep(run=other_run("033-dogs", "run-0", 2))
    office.keep(run=other_run("033-dogs", "run-00", 3))
    assert typed("status").partition("Other")[2] == snapshot("""\
 features with runs here:
  033-dogs  killed, started 2027-01-13 08:10
""")


def test_a_repository_without_runs_says_how_to_begin(typed: Type) -> None:
    assert typed("status") == snapshot(
        "No run is here yet. See what one would do: spec-kitty-orchestrator orchestrate --feature SLUG --dry-run\n"
    )
    assert typed("status --feature 034-cats") == snapshot(
        "No run of 034-cats is here yet. See what one would do: spec-kitty-orchestrator orchestrate --feature 034-cats --dry-run\n"
    )
    assert json.loads(typed("status --json")) == snapshot(
        {"feature_slug": None, "run_id": None, "state": "none"}
    )


def test_a_feature_that_is_not_there_is_the_hosts_to_tell(typed: Type) -> None:
    assert typed("status --feature 035-dogs") == snapshot("""\
spec-kitty-orchestrator: There is no feature 035-dogs.
[3]
""")


def test_programs_get_one_object(busy: FakeOffice, typed: Type) -> None:
    assert json.loads(typed("status --json")) == snapshot(
        {
            "feature_slug": "034-cats",
            "run_id": "run-1",
            "state": "running",
            "process": 4711,
            "started_at": 1800000000.0,
            "ended_at": None,
            "reasons": [],
            "work_packages": [
                {
                    "wp_id": "WP01",
                    "title": "Purr",
                    "lane": "done",
                    "state": "settled",
                    "note": "",
                    "agent": "ada",
                    "review_rounds": 1,
                    "attempt": None,
                },
                {
                    "wp_id": "WP02",
                    "title": "Meow",
                    "lane": "in_progress",
                    "state": "running",
                    "note": "",
                    "agent": "ada",
                    "review_rounds": 0,
                    "attempt": {
                        "id": "WP02-1-implement-1",
                        "role": "implement",
                        "agent": "ada",
                        "started_at": 1800000410.0,
                        "active_at": 1800000588.0,
                        "said": "I purr.",
                        "waits_for": None,
                    },
                },
                {
                    "wp_id": "WP03",
                    "title": "Sleep",
                    "lane": "for_review",
                    "state": "running",
                    "note": "",
                    "agent": "ada",
                    "review_rounds": 0,
                    "attempt": {
                        "id": "WP03-1-review-1",
                        "role": "review",
                        "agent": "ben",
                        "started_at": 1800000535.0,
                        "active_at": None,
                        "said": "",
                        "waits_for": None,
                    },
                },
                {
                    "wp_id": "WP04",
                    "title": "Eat",
                    "lane": "planned",
                    "state": "waiting",
                    "note": "waits for WP02",
                    "agent": None,
                    "review_rounds": 0,
                    "attempt": None,
                },
                {
                    "wp_id": "WP05",
                    "title": "Hunt",
                    "lane": "blocked",
                    "state": "needs_person",
                    "note": "is blocked: No post.",
                    "agent": "ada",
                    "review_rounds": 0,
                    "attempt": None,
                },
            ],
            "tokens": 1234,
            "cost_usd": 0.05,
            "budget_tokens": None,
            "budget_usd": None,
            "paused_until": {"ada-corp": 1800001500.0},
            "needs_person": ["WP05 is blocked: No post."],
            "accepted": False,
            "merged": False,
            "next_step": "Read along: spec-kitty-orchestrator logs WP02 --feature 034-cats --follow",
            "other_runs": [],
        }
    )


def test_watching_needs_a_terminal_or_json(typed: Type) -> None:
    assert typed("status --watch") == snapshot("""\
Usage: spec-kitty-orchestrator status [OPTIONS]
Try 'spec-kitty-orchestrator status --help' for help.

Error: --watch draws on a terminal. Add --json to follow a run elsewhere.
[2]
""")


class EndingLog(MemoryLog):
    """Has the run come to its end once it is looked at for the fourth time."""

    def __init__(self, office: FakeOffice) -> None:
        super().__init__(office.records("run-1"))
        self._office = office
        self._looks = 0

    def records(self) -> Sequence[Record]:
        self._looks += 1
        if self._looks == 4:
            self._office.processes.clear()
            self.append(RunEnded(NOW, Ended.INTERRUPTED))
        return super().records()


def test_watching_tells_each_change_once_and_ends_with_the_run(
    busy: FakeOffice, typed: Type
) -> None:
    busy.logs["run-1"] = EndingLog(busy)
    told = [json.loads(line)["state"] for line in typed("status --watch --json").splitlines()]
    assert told == ["running", "interrupted"]


def test_nothing_is_wider_than_the_terminal(busy: FakeOffice) -> None:
    memory = remember(busy.records("run-1"))
    look = glance.glance(busy, busy.runs()[0], busy.host.state, memory, NOW)
    table = [str(line) for line in glance.lines(look, 60) if " WP" in str(line)][:5]
    assert len(table) == 5
    assert all(cell_len(line) <= 60 for line in table)


def test_agents_that_are_not_configured_any_more_do_not_matter(
    office: FakeOffice, typed: Type
) -> None:
    office.host.state = replace(office.host.state, packages=PACKAGES)
    office.keep(started("WP02", by="gone"), run=replace(RUN, implementers=("gone",)))
    assert "WP02  Meow" in typed("status")

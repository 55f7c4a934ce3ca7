"""`logs`, as a person and as a program sees it."""

# ruff: noqa: E501 - what people see is kept as they see it

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest
from inline_snapshot import snapshot

from cli.offices import NOW, RUN_ID, FakeOffice, Type, other_run
from domain.moments import ended, started
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import Record
from spec_kitty_orchestrator.testing.scripted_agents import MemoryLog

FIRST = started("WP01", at=NOW - 500)
LAST = started("WP01", Role.REVIEW, by="ben", at=NOW - 100)
SPEECH = json.dumps(
    {"type": "assistant", "message": {"content": [{"type": "text", "text": "Hi."}]}}
)


@pytest.fixture
def run(office: FakeOffice) -> FakeOffice:
    """A run with an attempt that failed, and one at work."""
    office.keep(FIRST, ended(FIRST, Failure.TIMEOUT, at=NOW - 200), LAST)
    office.printed(FIRST.id, f"{SPEECH}\nplain \x1b[2Jwords\n").with_suffix(".err").write_text(
        "E!\n"
    )
    office.printed(LAST.id, '{"type": "result", "result": "Done."}\n{"mine": 1}')
    return office


def test_the_last_attempt_is_shown_readable(run: FakeOffice, typed: Type) -> None:
    assert typed("logs WP01") == snapshot("""\
# WP01-1-review-1 of run-1: ben, began 08:08, killed with its run
= Done.
{"mine": 1}
""")


def test_another_attempt_can_be_named(run: FakeOffice, typed: Type) -> None:
    assert typed(f"logs wp01 --attempt {FIRST.id} --run {RUN_ID}") == snapshot("""\
# WP01-1-implement-1 of run-1: ada, began 08:01, ended 08:06, timeout
Hi.
plain �[2Jwords
# on standard error:
E!
""")


def test_raw_is_what_was_printed(run: FakeOffice, typed: Type) -> None:
    told = typed(f"logs WP01 --attempt {FIRST.id} --raw")
    assert told == f"{SPEECH}\nplain \x1b[2Jwords\n"


def test_an_older_run_is_looked_in_too(run: FakeOffice, typed: Type) -> None:
    older = started("WP09", at=NOW - 90_000)
    run.keep(older, run=other_run("034-cats", "run-0", 1))
    run.printed(older.id, "Old words\n", "run-0")
    assert typed("logs WP09").splitlines()[1:] == ["Old words"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (
            "logs WP07",
            snapshot("""\
spec-kitty-orchestrator: No agent has worked on WP07. There are attempts at WP01.
[2]
"""),
        ),
        (
            "logs WP01 --attempt WP01-9-review-1",
            snapshot("""\
spec-kitty-orchestrator: There is no attempt WP01-9-review-1 at WP01. There are: WP01-1-implement-1, WP01-1-review-1.
[2]
"""),
        ),
        (
            "logs WP01 --run run-7",
            snapshot("""\
spec-kitty-orchestrator: There is no run run-7 here. The newest are: run-1.
[2]
"""),
        ),
        (
            "logs WP01 --feature 035-dogs",
            snapshot("""\
spec-kitty-orchestrator: There is no feature 035-dogs.
[3]
"""),
        ),
        (
            "logs",
            snapshot("""\
Usage: spec-kitty-orchestrator logs [OPTIONS] WP
Try 'spec-kitty-orchestrator logs --help' for help.

Error: Missing argument 'WP'.
[2]
"""),
        ),
    ],
)
def test_what_is_not_there_is_said_with_what_is(
    run: FakeOffice, typed: Type, line: str, said: str
) -> None:
    assert typed(line) == said


def test_an_agent_that_printed_nothing(office: FakeOffice, typed: Type) -> None:
    office.keep(FIRST, ended(FIRST, at=NOW))
    assert typed("logs WP01") == snapshot("""\
# WP01-1-implement-1 of run-1: ada, began 08:01, ended 08:10, in order
WP01-1-implement-1 has no transcript: its agent printed nothing.
""")


def test_following_ends_with_the_attempt_and_shows_all_of_it(run: FakeOffice, typed: Type) -> None:
    run.processes[RUN_ID] = 4711
    path = run.transcript(RUN_ID, LAST.id)

    class Watched(MemoryLog):
        """Has the agent print more while it is looked at, and end a look later."""

        looks = 0

        def records(self) -> Sequence[Record]:
            self.looks += 1
            with path.open("a") as file:
                file.write({5: "\nmore", 6: "\nlast"}.get(self.looks, ""))
            if self.looks == 6:
                self.append(ended(LAST, at=NOW))
            return super().records()

    run.logs[RUN_ID] = Watched(run.records(RUN_ID))
    assert typed("logs WP01 --follow").splitlines()[1:] == [
        "= Done.",
        '{"mine": 1}',
        "more",
        "last",
    ]

"""The live view: what is drawn, how often, and what is left of it."""

# ruff: noqa: E501 - what people see is kept as they see it

from __future__ import annotations

import asyncio
import io
import re
from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from rich.cells import cell_len
from rich.console import Console

from cli.offices import NOW, RUN, FakeOffice
from domain.moments import ROSTER, done, held, planned, started, view
from spec_kitty_orchestrator.cli import drawing
from spec_kitty_orchestrator.cli.live import Live
from spec_kitty_orchestrator.cli.screens import Lines, screen_for
from spec_kitty_orchestrator.domain.feature import Feature, Lane
from spec_kitty_orchestrator.domain.run.records import Ended, RunEnded, Step, StepRefused
from spec_kitty_orchestrator.loop.world import Run
from spec_kitty_orchestrator.ports import Report
from spec_kitty_orchestrator.testing.time import play

SHOW, HIDE = "\x1b[?25h", "\x1b[?25l"
WORK = started("WP02", at=NOW - 72)


def drawn(columns: int, rows: int, packages: int = 60) -> list[str]:
    """Returns the rows of a large feature of which only WP40 is at work."""
    names = [f"WP{number:02}" for number in range(1, packages + 1)]
    plan = [planned(name, "WP40", title=f"Title of {name} 猫") for name in names]
    plan[0] = done("WP01", title="Purr")
    plan[39:40] = [held("WP40", title="Meow")] if packages >= 40 else []
    moment = view(*plan, after=[started("WP40", at=9_928.0)])
    said = {"WP40-1-implement-1": "Reading cat.py"}
    return [str(line) for line in drawing.board_lines(moment, said, columns, rows)]


def test_the_rows_that_matter_stay_in_view_when_there_are_too_many() -> None:
    assert drawn(80, 6) == snapshot(
        [
            "   wp    title             lane         agent  time  now",
            "   WP02  Title of WP02 猫  planned                   waits for WP40",
            "   WP03  Title of WP03 猫  planned                   waits for WP40",
            "   WP04  Title of WP04 猫  planned                   waits for WP40",
            "●  WP40  Meow              in_progress  ada    1:12  Reading cat.py",
            "   … and 56 more: 55 planned, 1 done",
        ]
    )


@pytest.mark.parametrize("columns", [40, 60, 80, 200])
def test_no_line_is_wider_than_the_terminal(columns: int) -> None:
    assert max(map(cell_len, drawn(columns, 20))) <= columns


@pytest.mark.parametrize("rows", [4, 10, 30])
def test_there_are_never_more_lines_than_room(rows: int) -> None:
    assert len(drawn(80, rows)) <= rows


class Stage:
    """A live view on a console that keeps what is sent to it."""

    def __init__(self, office: FakeOffice, **more: object) -> None:
        self.sent = io.StringIO()
        given: dict[str, object] = {"width": 80, "height": 24, "color_system": None, **more}
        self.console = Console(file=self.sent, force_terminal=True, **given)  # type: ignore[arg-type]
        self.live = Live(self.console)
        office.create("run-1")
        feature = Feature(
            "034-cats", packages=(held("WP02", title="Meow"), planned("WP03", "WP02"))
        )
        self.run = Run(office.world("run-1"), ROSTER, RUN, feature, listener=self.live)
        self.live.run = self.run

    @property
    def plain(self) -> str:
        return re.sub(r"\x1b\[[0-9;?]*[a-zA-Z]|\r", "", self.sent.getvalue())


def test_a_run_is_drawn_and_its_events_stay_above(office: FakeOffice) -> None:
    stage = Stage(office)

    async def story() -> None:
        with stage.live:
            stage.run.record(RUN)
            stage.run.record(WORK)
            stage.live.report(WORK.id, Report(said="Reading \x1b[2Jcat.py\nand more"))
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    asyncio.run(story())
    assert stage.plain.partition("\n\n\n")[0] == snapshot("""\
08:00  Run run-1 of 034-cats starts.
08:08  ada works on WP02.
────────────────────────────────────────────────────────────────────────────────
034-cats  ────────────────────────  0 of 2 finished, 1 running
10 min 0 s  run-1

   wp    title  lane         agent  time  now
●  WP02  Meow   in_progress  ada    1:12  Reading �[2Jcat.py
   WP03         planned                   waits for WP02────────────────────────────────────────────────────────────────────────────────
034-cats  ────────────────────────  0 of 2 finished, 1 running
10 min 0 s  run-1

   wp    title  lane         agent  time  now
●  WP02  Meow   in_progress  ada    1:12  Reading �[2Jcat.py
   WP03         planned                   waits for WP02────────────────────────────────────────────────────────────────────────────────
034-cats  ────────────────────────  0 of 2 finished, 1 running
10 min 0 s  run-1

   wp    title  lane         agent  time  now
●  WP02  Meow   in_progress  ada    1:12  Reading �[2Jcat.py
   WP03         planned                   waits for WP02
""")


def test_the_cursor_comes_back_also_after_an_exception(office: FakeOffice) -> None:
    stage = Stage(office)

    async def story() -> None:
        with stage.live:
            stage.run.record(RUN)
            raise RuntimeError("It broke.")

    with pytest.raises(RuntimeError, match="It broke"):
        asyncio.run(story())
    sent = stage.sent.getvalue()
    assert sent.count(HIDE) == 1
    assert sent.rindex(SHOW) > sent.rindex(HIDE)


def draws(stage: Stage, reports: int, pause_seconds: float) -> int:
    """Returns how often the board is drawn while an agent reports, in time that jumps."""

    async def story() -> int:
        with stage.live:
            stage.run.record(RUN)
            for _ in range(reports):
                await asyncio.sleep(pause_seconds)
                stage.live.report(WORK.id, Report(said="On it"))
            return stage.plain.count("0 of 2 finished")

    return play(story())


def test_however_much_happens_it_is_drawn_four_times_a_second(office: FakeOffice) -> None:
    assert draws(Stage(office), 300, 0.01) == 13


def test_times_go_on_once_a_second_where_nothing_happens(office: FakeOffice) -> None:
    assert draws(Stage(office), 1, 60.5) == 61


def test_a_terminal_that_is_gone_does_not_end_the_run(office: FakeOffice) -> None:
    class Gone(io.StringIO):
        def write(self, _: str) -> int:
            raise OSError(5, "Input/output error")

    stage = Stage(office)

    async def story() -> None:
        with stage.live:
            stage.console.file = Gone()
            stage.run.record(RUN)
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            stage.run.record(WORK)

    asyncio.run(story())
    stage.live.finish(RunEnded(NOW, Ended.DONE))
    assert stage.run.memory.running


def test_the_end_is_the_board_and_the_report(office: FakeOffice) -> None:
    stage = Stage(office)
    why = ("WP02 is blocked: No post.",)
    moment = view(held("WP02", Lane.BLOCKED, title="Meow", reason="No post."))
    stage.run.memory = replace(moment.memory, run=replace(RUN, at=NOW - 65))
    stage.run.feature = moment.feature
    stage.live.finish(RunEnded(NOW, Ended.NEEDS_PERSON, why))
    assert stage.plain == snapshot("""\

034-cats  ────────────────────────  0 of 1 finished
1 min 5 s  run-1

   wp    title  lane     agent  now
!  WP02  Meow   blocked  ada    is blocked: No post.

The run cannot go on by itself.
- WP02 is blocked: No post.
0 attempts.
Settle what is listed, then: spec-kitty-orchestrator resume --feature 034-cats
""")


def test_after_ctrl_c_the_view_says_what_happens_and_what_more_can_be_done() -> None:
    moment = view(held("WP02"), after=[started("WP02")], stopping_since=9_990.0)
    assert [str(line) for line in drawing.heading(moment, 80)] == snapshot(
        [
            "034-cats  ────────────────────────  0 of 1 finished, 1 running",
            "2 h 46 min  run-1",
            "Stopping: nothing new begins, agents get 20 s more. Ctrl-C again ends them now.",
        ]
    )
    at_once = replace(moment, stop_now=True)
    assert str(drawing.heading(at_once, 80)[-1]) == snapshot(
        "Stopping now: the agents are being ended, their work is kept."
    )


def test_what_needs_a_person_is_said_and_counted() -> None:
    plan = [held(f"WP0{n}", Lane.BLOCKED, reason="No\n\x1bpost.") for n in range(1, 7)]
    assert [str(line) for line in drawing.need_lines(view(*plan), 80)] == snapshot(
        [
            "Needs a person",
            "  WP01 is blocked: No �post.",
            "  WP02 is blocked: No �post.",
            "  WP03 is blocked: No �post.",
            "  … and 3 more",
        ]
    )


def test_a_simple_terminal_gets_lines() -> None:
    assert isinstance(screen_for(as_json=False), Lines)


def test_lines_cannot_be_broken_by_what_an_agent_said(office: FakeOffice) -> None:
    told: list[str] = []
    lines = Lines(told.append)
    lines.run = Stage(office).run
    lines.record(
        StepRefused(NOW, "WP02", Step.SUBMIT, "k", "BUSY", "No\n12:00  WP02 is \x1b[2Jdone.")
    )
    assert told == snapshot(["08:10  WP02: No 12:00 WP02 is �[2Jdone."])

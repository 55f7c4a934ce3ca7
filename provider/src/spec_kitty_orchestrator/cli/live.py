"""Owns the live view of a run: the board at the bottom of the terminal, the events above it.

It draws when something happened, four times a second at most, and once a second as times go on.
The events are ordinary lines, so that they can be scrolled back to after the end.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from rich.console import Group
from rich.live import Live as Region
from rich.text import Text

from spec_kitty_orchestrator.cli import drawing
from spec_kitty_orchestrator.cli.reporting import Screen, report
from spec_kitty_orchestrator.domain.run.records import AttemptEnded, Record, RunEnded
from spec_kitty_orchestrator.domain.showing import board
from spec_kitty_orchestrator.domain.showing.telling import clock, one_line, sentence
from spec_kitty_orchestrator.ports import Report

if TYPE_CHECKING:
    from rich.console import Console

LEAST_SECONDS = 0.25
TICK_SECONDS = 1.0
# So many rows of the terminal are left to the events.
_EVENT_ROWS = 5
_LEAST_ROWS = 4


class Live(Screen):
    """Draws on a console; in a `with` block, and inside a running event loop."""

    def __init__(self, console: "Console | None" = None) -> None:
        self._console = console or drawing.make_console()
        self._said: dict[str, str] = {}
        self._events: list[Text] = []
        self._timer: asyncio.TimerHandle | None = None
        self._drawn_at = float("-inf")
        self._is_gone = False
        self._region: Region | None = None

    def __enter__(self) -> "Live":
        self._region = Region(
            console=self._console, auto_refresh=False, transient=True, get_renderable=self._drawn
        )
        self._region.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._guard(self._flush)
        if self._region is not None:
            self._guard(self._region.stop)

    def record(self, record: Record) -> None:
        if isinstance(record, AttemptEnded):
            self._said.pop(record.id, None)
        said = None if isinstance(record, RunEnded) else sentence(record, self.run.memory)
        if said:
            self._events += self._hanging(clock(record.at, record.at), one_line(said))
        self._wake()

    def report(self, attempt: str, report: Report) -> None:
        lines = (report.said or "").strip().splitlines()
        if lines:
            self._said[attempt] = one_line(lines[0])
            self._wake()

    def finish(self, ended: RunEnded) -> None:
        view, columns = replace(self.run.view(), stopping_since=None), self._console.width
        lines = [Text(), *drawing.heading(view, columns), Text()]
        lines += drawing.board_lines(view, {}, columns, None)
        lines += [Text(one_line(line)) for line in report(self.run, ended)]
        for line in lines:
            self._guard(partial(self._console.print, line, soft_wrap=True))

    def _hanging(self, when: str, said: str) -> list[Text]:
        """Returns an event in lines: a long one goes on below its own beginning."""
        indent = len(when) + 2
        width = max(self._console.width - indent, drawing.MIN_COLUMNS // 2)
        parts = Text(said).wrap(self._console, width, overflow="fold")
        first = Text.assemble((f"{when}  ", "dim"), parts[0])
        return [first, *(Text(" " * indent).append_text(part) for part in parts[1:])]

    def _wake(self) -> None:
        """Has the board drawn soon, unless that was due before."""
        loop = asyncio.get_running_loop()
        due = max(loop.time(), self._drawn_at + LEAST_SECONDS)
        if self._timer is None or self._timer.when() > due:
            self._set_timer(due)

    def _set_timer(self, at: float) -> None:
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_at(at, self._tick)

    def _tick(self) -> None:
        self._drawn_at = asyncio.get_running_loop().time()
        self._set_timer(self._drawn_at + TICK_SECONDS)
        self._guard(self._flush)

    def _flush(self) -> None:
        """Prints the events since the last time, and the board below them anew."""
        events, self._events = self._events, []
        # Inside the block both go out as one, so that nothing is seen of the board in between.
        with self._console:
            if events:
                self._console.print(Group(*events))
            if self._region is not None:
                self._region.refresh()

    def _guard(self, draw: Callable[[], None]) -> None:
        """Draws; a terminal that is gone must not take the run with it."""
        try:
            if not self._is_gone:
                draw()
        except OSError:
            self._is_gone = True

    def _drawn(self) -> Group:
        view, width = self.run.view(), self._console.width
        if view.memory.run is None:
            return Group()
        head = drawing.heading(view, width)
        foot = drawing.need_lines(view, width)
        if board.of_feature(view):
            foot = [Text(board.of_feature(view), "bold"), *foot]
        foot = [Text(), *foot] if foot else []
        room = self._console.height - len(head) - len(foot) - _EVENT_ROWS
        body = drawing.board_lines(view, self._said, width, max(room, _LEAST_ROWS))
        # The rule parts the board from the events above it.
        return Group(Text("─" * width, "dim"), *head, Text(), *body, *foot)

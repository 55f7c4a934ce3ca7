"""Owns how a run is shown while it goes on: lines, events, or a live view on a terminal."""

import os
import sys
from collections.abc import Callable

import click

from spec_kitty_orchestrator.cli.reporting import Screen as Screen
from spec_kitty_orchestrator.cli.reporting import report
from spec_kitty_orchestrator.domain.run.record_codec import write_record
from spec_kitty_orchestrator.domain.run.records import Record, RunEnded
from spec_kitty_orchestrator.domain.showing.board import stopping
from spec_kitty_orchestrator.domain.showing.telling import clock, one_line, sentence


class Events(Screen):
    """Prints one event a line, as JSON, at once."""

    def record(self, record: Record) -> None:
        click.echo(write_record(record))
        sys.stdout.flush()


class Lines(Screen):
    """Prints a sentence for each thing that happens, for logs and simple terminals."""

    def __init__(self, say: Callable[[str], None] = click.echo) -> None:
        self._say = say

    def record(self, record: Record) -> None:
        said = None if isinstance(record, RunEnded) else sentence(record, self.run.memory)
        if said:
            self._say(f"{clock(record.at, record.at)}  {one_line(said)}")

    def interrupted(self) -> None:
        self._say(stopping(self.run.view()))

    def finish(self, ended: RunEnded) -> None:
        for line in report(self.run, ended):
            self._say(line)


def screen_for(as_json: bool) -> Screen:
    """Returns the screen that fits: events if asked, else by what stdout is."""
    if as_json:
        return Events()
    if sys.stdout.isatty() and not is_simple():
        from spec_kitty_orchestrator.cli.live import Live

        return Live()
    return Lines()


def is_simple() -> bool:
    """Says whether the terminal cannot be drawn on."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    return os.environ.get("TERM", "") in ("", "dumb", "unknown") or encoding != "utf8"

"""Owns `spec-kitty status`: the board of a feature, once or for as long as somebody looks."""

from __future__ import annotations

import sys

import click

from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.doors.cli.options import feature_option, json_option
from spec_kitty.doors.cli.session import Session, pass_session
from spec_kitty.doors.cli.showing.drawing import UNBOUNDED_COLUMNS, show
from spec_kitty.doors.cli.terminal import is_terminal, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from rich.console import RenderableType

# Three `stat` calls a look; far below what a person or a battery notices.
LOOK_SECONDS = 0.25


@click.command()
@feature_option()
@click.option("--watch", is_flag=True, help="Keep showing it as it changes, until Ctrl-C.")
@json_option()
@pass_session
def status(session: Session, feature: str | None, watch: bool, as_json: bool) -> None:
    """Show the board of a feature: each work package in its lane, and what to do next."""
    if watch and (as_json or not is_terminal(sys.stdout)):
        raise Refusal(
            ErrorCode.USAGE_ERROR,
            "--watch draws on a terminal. Programs follow a feature with "
            "'spec-kitty orchestrator-api watch --feature SLUG'.",
        )
    try:
        slug = session.feature(feature)
    except Refusal as refusal:
        if as_json or refusal.facts.get("candidates") != []:
            raise
        _tell_nothing(session, refusal)
        return
    if as_json:
        _tell_programs(session, slug)
    elif watch:
        _watch(session, slug)
    else:
        show(session, _drawn(session, slug))
        _warn(session, slug)


def _tell_nothing(session: Session, refusal: Refusal) -> None:
    if refusal.facts["drafts"]:
        session.say(refusal.message)
        return
    session.say("There is no feature yet.")
    session.suggest("Plan one:", 'feature create "My feature"')


def _tell_programs(session: Session, slug: str) -> None:
    from spec_kitty.application.telling.state import state
    from spec_kitty.application.telling.troubles import troubles

    reading = session.host.reader.look(slug)
    told = (*troubles(session.host, reading), *reading.warnings)
    session.json(state(reading.desk, reading.cursor, told))


def _warn(session: Session, slug: str) -> None:
    from spec_kitty.application.telling.state import state
    from spec_kitty.application.telling.troubles import troubles

    reading = session.host.reader.look(slug)
    told = (*troubles(session.host, reading), *reading.warnings)
    for warning in state(reading.desk, reading.cursor, told)["warnings"]:
        session.remark(f"{click.style('warning', fg='yellow', bold=True)}: {warning}")


def _drawn(session: Session, slug: str, rows: int | None = None) -> RenderableType:
    from datetime import UTC, datetime

    from spec_kitty.application.telling.boards import board
    from spec_kitty.application.telling.troubles import troubles
    from spec_kitty.doors.cli.showing.cards import Look, draw

    on_terminal = is_terminal(sys.stdout)
    columns = session.console.width if on_terminal else UNBOUNDED_COLUMNS
    look = Look(datetime.now(UTC), columns, rows, on_terminal, session.command)
    reading = session.host.reader.look(slug)
    return draw(board(reading.desk, bool(troubles(session.host, reading))), look)


def _watch(session: Session, slug: str) -> None:
    """Draws anew when the journal, the size or the minute changes; else it sleeps."""
    import time

    from rich.live import Live

    console, reading = session.console, session.host.ports.reading
    try:
        with Live(console=console, screen=True, auto_refresh=False) as live:
            seen: object = None
            while True:
                console.width = width()
                size = console.size
                mark = (reading.mark(slug), size, int(time.time() // 60))
                if mark != seen:
                    live.update(_drawn(session, slug, size.height), refresh=True)
                    seen = mark
                time.sleep(LOOK_SECONDS)
    except KeyboardInterrupt:
        # The terminal's other screen is gone now; what was seen last stays in view.
        show(session, _drawn(session, slug))

"""Owns how things look: lines of rich text, cut to a width on terminals and whole elsewhere."""

import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import click
from rich.cells import cell_len, set_cell_size
from rich.text import Text

from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import SETTLED, Lane
from spec_kitty_orchestrator.domain.scheduling.view import View
from spec_kitty_orchestrator.domain.showing import board
from spec_kitty_orchestrator.domain.showing.board import Row, State
from spec_kitty_orchestrator.domain.showing.telling import duration, one_line

if TYPE_CHECKING:
    from rich.console import Console

LANE_COLOURS = {
    Lane.PLANNED: "default",
    Lane.IN_PROGRESS: "yellow",
    Lane.FOR_REVIEW: "cyan",
    Lane.DONE: "green",
    Lane.BLOCKED: "red",
    Lane.CANCELED: "bright_black",
}
_MARKS = {
    State.RUNNING: ("●", "bold yellow"),
    State.PERSON: ("!", "bold red"),
    State.DUE: ("○", "yellow"),
    State.WAITING: (" ", ""),
    State.SETTLED: ("✓", "green"),
}
_BAR_COLUMNS = 24
_GAP = 2
MIN_COLUMNS = 40
_MAX_TITLE = 36
# Of what needs a person so many lines stay in view while a run goes on.
_MOST_NEEDS = 4

Cell = Text | str
Cuts = Sequence[tuple[int, int]]


def is_terminal() -> bool:
    return sys.stdout.isatty()


def make_console() -> "Console":
    """Returns the console on stdout; without colours where they are not wanted."""
    from rich.console import Console

    return Console(file=sys.stdout, highlight=False, markup=False, emoji=False)


def show(lines: Iterable[Cell]) -> None:
    """Prints lines: what is too long for a terminal goes on below itself, indented as it was."""
    if not is_terminal():
        for line in lines:
            click.echo(str(line).rstrip())
        return
    console = make_console()
    for line in lines:
        for part in hanging(as_text(line), console.width):
            console.print(part, soft_wrap=True)


def hanging(line: Text, columns: int) -> list[Text]:
    """Returns a line in parts that fit; none of them begins where another line could."""
    from rich.console import Console

    if line.cell_len <= columns:
        return [line]
    indent = len(line.plain) - len(line.plain.lstrip())
    parts = line[indent:].wrap(Console(width=columns), columns - indent, overflow="fold")
    return [Text(" " * indent).append_text(part) for part in parts]


def room() -> int | None:
    """Returns the columns to draw in, None where there is no terminal."""
    return max(make_console().width, MIN_COLUMNS) if is_terminal() else None


def fitted(line: Text, columns: int | None) -> Text:
    """Returns the line, cut where it would not fit."""
    if columns is not None and line.cell_len > columns:
        line.truncate(columns, overflow="ellipsis")
    return line


def table(
    heads: Sequence[str],
    body: Sequence[Sequence[Cell]],
    columns: int | None,
    cuts: Cuts = (),
) -> list[Text]:
    """Returns a line for each row below a line of heads; columns without a text are left out.

    `cuts` says which columns are cut where there is no room, in order, each to how many cells.
    """
    texts = [[as_text(cell) for cell in row] for row in (heads, *body)]
    used = [n for n in range(len(heads)) if any(row[n].plain for row in texts[1:])]
    widths = {n: max(row[n].cell_len for row in texts) for n in used}
    if columns is not None:
        _squeeze(widths, columns, cuts)
    lines = [_joined([(row[n], widths[n]) for n in used]) for row in texts]
    lines[0].stylize("dim")
    return [fitted(line, columns) for line in lines]


def _squeeze(widths: dict[int, int], columns: int, cuts: Cuts) -> None:
    over = sum(widths.values()) + _GAP * (len(widths) - 1) - columns
    for number, least in cuts:
        if over > 0 and number in widths:
            taken = min(over, max(widths[number] - least, 0))
            widths[number] -= taken
            over -= taken


def as_text(cell: Cell) -> Text:
    return Text(cell) if isinstance(cell, str) else cell.copy()


def _joined(cells: Sequence[tuple[Text, int]]) -> Text:
    line = Text(no_wrap=True, overflow="ellipsis")
    for number, (cell, width) in enumerate(cells):
        is_last = number == len(cells) - 1
        cell.truncate(width, overflow="ellipsis", pad=not is_last)
        line.append_text(cell)
        if not is_last:
            line.append(" " * _GAP)
    line.rstrip()
    return line


def bar(part: int, whole: int) -> Text:
    filled = _BAR_COLUMNS * part // whole if whole else 0
    return Text.assemble(("━" * filled, "green"), ("─" * (_BAR_COLUMNS - filled), "bright_black"))


def heading(view: View, columns: int | None, until: float | None = None) -> list[Text]:
    """Returns the lines above a board: what runs, how far it is, what it used, what pauses.

    `until` is when the run ended, None while it goes on.
    """
    packages, run = view.feature.packages, view.run
    finished = sum(each.lane in SETTLED for each in packages)
    name = Text.assemble((one_line(view.feature.slug), "bold"), "  ")
    if columns is not None:
        name.append_text(bar(finished, len(packages))).append("  ")
    took = duration(max((until or view.now) - run.at, 0))
    used = board.spending(view.memory.usage, view.limits)
    facts = Text.assemble(", ".join(filter(None, (took, used))), (f"  {run.run_id}", "dim"))
    lines = [name.append(board.progress(view)), facts]
    lines += [Text(why, "yellow") for why in board.pauses(view)]
    if board.stopping(view):
        lines.append(Text(board.stopping(view), "bold yellow"))
    return [fitted(line, columns) for line in lines]


def board_lines(
    view: View, said: Mapping[str, str], columns: int | None, most_rows: int | None
) -> list[Text]:
    """Returns the rows of the work packages; `said` is what attempts told last."""
    whole = board.rows(view)
    shown, hidden = (whole, ()) if most_rows is None else board.cut(whole, most_rows - 1)
    if not whole:
        return [Text("The feature has no work packages.", "dim")]
    heads = ("", "wp", "title", "lane", "agent", "time", "rounds", "now")
    has_rounds = any(row.package.review_rounds for row in whole)
    body = [_cells(row, view.now, said, has_rounds) for row in shown]
    lines = table(heads, body, columns, ((2, 20), (7, 18), (4, 11), (2, 10), (7, 8), (4, 6)))
    if hidden:
        lines.append(fitted(Text(f"   {board.cut_words(hidden)}", "dim"), columns))
    return lines


def _cells(row: Row, now: float, said: Mapping[str, str], has_rounds: bool) -> list[Cell]:
    package, attempt = row.package, row.attempt
    quiet = row.state in (State.WAITING, State.SETTLED)
    agent, time, note = package.agent or "", "", row.note
    if package.lane is Lane.PLANNED:
        agent = ""
    if attempt is not None:
        agent, time = attempt.started.agent, stopwatch(now - attempt.started.at)
        doing = "reviews" if attempt.started.role is Role.REVIEW else "works"
        note = note or said.get(attempt.started.id, "") or doing
    return [
        Text(*_MARKS[row.state]),
        Text(package.id, "bold" if not quiet else ""),
        Text(set_title(package.title), "dim" if quiet else ""),
        Text(package.lane, LANE_COLOURS[package.lane]),
        Text(one_line(agent), "dim" if quiet else ""),
        time,
        str(package.review_rounds or "") if has_rounds else "",
        Text(one_line(note), {State.PERSON: "red", State.RUNNING: ""}.get(row.state, "dim")),
    ]


def set_title(title: str) -> str:
    line = one_line(title)
    if cell_len(line) <= _MAX_TITLE:
        return line
    return f"{set_cell_size(line, _MAX_TITLE - 1).rstrip()}…"


def stopwatch(seconds: float) -> str:
    """Returns a time that runs: 0:07, 12:30, 1:02:30."""
    minutes, rest = divmod(max(int(seconds), 0), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def need_lines(view: View, columns: int | None, most: int | None = _MOST_NEEDS) -> list[Text]:
    """Returns what needs a person; of more than `most` the others are counted."""
    whys = board.needs(view)
    if not whys:
        return []
    shown = whys if most is None or len(whys) <= most else whys[: most - 1]
    lines = [Text("Needs a person", "bold red"), *(Text(f"  {why}") for why in shown)]
    if len(shown) < len(whys):
        lines.append(Text(f"  … and {len(whys) - len(shown)} more", "dim"))
    return [fitted(line, columns) for line in lines]

"""Owns how a board is drawn: lanes side by side, or below each other where there is no room."""

from __future__ import annotations

from rich.cells import cell_len
from rich.console import Group
from rich.table import Table
from rich.text import Text

from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.record import Record
from spec_kitty.doors.cli.showing.drawing import LANE_COLOURS, STAGE_COLOURS, age, bar, heading
from spec_kitty.doors.cli.terminal import make_printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from rich.console import RenderableType

    from spec_kitty.application.telling.boards import Board, Card

MIN_LANE_COLUMNS = 16
MAX_TITLE_COLUMNS = 40
_SHOWN_WHEN_USED = (Lane.BLOCKED, Lane.CANCELED)
_ROOMY_LANE_COLUMNS = 30
_ROWS_OF_A_CARD = 4
_ROWS_AROUND = 10
_BAR_COLUMNS = 24


class Look(Record):
    """Is how a board is looked at. `rows` bounds its height; `command` writes out a command."""

    now: datetime
    columns: int
    rows: int | None
    is_terminal: bool
    command: Callable[[str], str]


def draw(board: Board, look: Look) -> RenderableType:
    """Returns the board, for rich to print."""
    lanes = [lane for lane in Lane if lane not in _SHOWN_WHEN_USED or board.in_lane(lane)]
    is_wide = look.columns // len(lanes) >= MIN_LANE_COLUMNS
    body = _side_by_side if look.is_terminal and is_wide else _below_each_other
    shown = body(board, lanes, look) if board.cards else Text("No work packages yet.", "dim")
    return Group(_head(board, look), Text(), shown, Text(), _steps(board, look))


def _head(board: Board, look: Look) -> RenderableType:
    name = heading(board.slug, board.title)
    name.truncate(look.columns, overflow="ellipsis")
    finished = f"{board.finished} of {len(board.cards)} finished"
    stage = (board.stage, STAGE_COLOURS[board.stage])
    facts = Text.assemble(finished, (", ", "dim"), stage, (f", lands on {board.target}", "dim"))
    if not look.is_terminal:
        return Group(name, facts)
    progress = bar(board.finished, len(board.cards), _BAR_COLUMNS)
    return Group(name, Text.assemble(progress, "  ", facts))


def _side_by_side(board: Board, lanes: list[Lane], look: Look) -> RenderableType:
    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0))
    for lane in lanes:
        table.add_column(_lane_head(board, lane), ratio=1, no_wrap=True, overflow="ellipsis")
    table.add_row(*(Text("─" * look.columns, _colour(lane), overflow="crop") for lane in lanes))
    columns = look.columns // len(lanes)
    table.add_row(*(_pile(board.in_lane(lane), look, columns) for lane in lanes))
    return table


def _lane_head(board: Board, lane: Lane) -> Text:
    count = len(board.in_lane(lane))
    colour = LANE_COLOURS[lane] if count else "bright_black"
    return Text.assemble((lane.public, f"bold {colour}"), (f" {count}", "dim"))


def _colour(lane: Lane) -> str:
    return "bright_black" if lane is Lane.PLANNED else LANE_COLOURS[lane]


def _pile(cards: tuple[Card, ...], look: Look, columns: int) -> RenderableType:
    """Returns the cards of a lane; of more than there is room for, those that moved last."""
    room = len(cards)
    if look.rows is not None:
        room = max(1, (look.rows - _ROWS_AROUND) // _ROWS_OF_A_CARD)
    newest = sorted(cards, key=lambda card: card.since or "", reverse=True)[:room]
    shown: list[Text] = []
    for card in cards:
        if card in newest:
            shown.extend((*_card(card, look, columns), Text()))
    if room < len(cards):
        shown.append(Text(f"and {len(cards) - room} more", "dim"))
        return Group(*shown)
    return Group(*shown[:-1])


def _card(card: Card, look: Look, columns: int) -> list[Text]:
    """Returns the lines of a card; where lanes are narrow the title has a line of its own."""
    package = (card.id, f"bold {LANE_COLOURS[card.lane]}")
    since, *others = (_since(card, look.now), _who(card), _review(card))
    if columns < _ROOMY_LANE_COLUMNS:
        lines = [Text.assemble(package, (f"  {since}", "dim")), Text(_title(card))]
    else:
        lines = [Text.assemble(package, " ", _title(card))]
        others = [" · ".join(filter(None, (since, others[0]))), *others[1:]]
    lines += [Text(line, "dim") for line in others if line]
    if card.conflict:
        lines.append(Text("! conflict", "bold red"))
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return lines


def _title(card: Card) -> str:
    return make_printable(card.title)


def _since(card: Card, now: datetime) -> str:
    return age(card.since, now) if card.since else ""


def _who(card: Card) -> str:
    if card.lane is Lane.PLANNED and card.waits_for:
        return f"waits for {', '.join(card.waits_for)}"
    return " · ".join(filter(None, (card.agent, card.who)))


def _review(card: Card) -> str:
    attempt = f"attempt {card.attempt}" if card.attempt > 1 else None
    word = "approved" if card.lane is Lane.DONE else "reviewed"
    review = f"{word} by {card.reviewer}" if card.reviewer else None
    return " · ".join(filter(None, (attempt, review)))


def _below_each_other(board: Board, lanes: list[Lane], look: Look) -> RenderableType:
    """Returns a line for each work package, with all that its card would say."""
    ids = max(len(card.id) for card in board.cards)
    titles = min(MAX_TITLE_COLUMNS, max(cell_len(_title(card)) for card in board.cards))
    lines: list[Text] = []
    for lane in lanes:
        cards = board.in_lane(lane)
        if not cards:
            continue
        lines.append(_lane_head(board, lane))
        for card in cards:
            told = (_since(card, look.now), _who(card), _review(card))
            facts = [fact for fact in (*told, "conflict" if card.conflict else "") if fact]
            title = Text(_title(card))
            title.truncate(titles, overflow="ellipsis", pad=bool(facts))
            line = Text.assemble("  ", (f"{card.id:{ids}}", "bold"), "  ", title)
            if facts:
                line.append(f"  {', '.join(facts).replace(' · ', ', ')}", "dim")
            lines.append(line)
    for line in lines:
        line.no_wrap, line.overflow = True, "ellipsis"
    return Group(*lines)


def _steps(board: Board, look: Look) -> RenderableType:
    """Returns what to do next; a command stands whole, its reason where there is room."""
    commands = [look.command(step.command) for step in board.steps if step.command]
    widest = max(map(len, commands), default=0)
    room = look.columns - widest - len("    ")
    lines = [Text("Next", "bold")] if commands else []
    for step in board.steps:
        if step.command is None:
            lines.append(Text(step.why if not commands else f"  {step.why}"))
            continue
        command = look.command(step.command)
        line = Text(f"  {command:{widest}}")
        if len(step.why) <= room:
            line.append(f"  {step.why}", "dim")
        lines.append(line)
    return Group(*lines)

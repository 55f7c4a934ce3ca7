"""Owns how things look on a terminal: colours of lanes, bars, durations."""

from __future__ import annotations

import sys

from spec_kitty.domain.lanes import Lane
from spec_kitty.doors.cli.terminal import is_terminal, make_printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import datetime

    from rich.console import RenderableType
    from rich.text import Text

    from spec_kitty.doors.cli.session import Session

UNBOUNDED_COLUMNS = 2000

LANE_COLOURS = {
    Lane.PLANNED: "default",
    Lane.IN_PROGRESS: "yellow",
    Lane.FOR_REVIEW: "cyan",
    Lane.DONE: "green",
    Lane.BLOCKED: "red",
    Lane.CANCELED: "bright_black",
}
STAGE_COLOURS = {
    "open": "default",
    "accepted": "cyan",
    "merged": "green",
    "draft": "yellow",
    "unreadable": "red",
}


def show(session: Session, drawn: RenderableType) -> None:
    """Writes what rich drew, without the spaces with which it fills lines.

    Where there is no terminal nothing is cut or broken: programs look at lines.
    """
    console = session.console
    if not is_terminal(sys.stdout):
        console.width = UNBOUNDED_COLUMNS
    with console.capture() as captured:
        console.print(drawn)
    for line in captured.get().splitlines():
        session.say(line.rstrip())


def heading(slug: str, title: str) -> Text:
    """Returns a feature's name, and its title where it has one of its own."""
    from rich.text import Text

    own = "" if title == slug else f"  {make_printable(title)}"
    return Text.assemble((slug, "bold"), own)


def bar(part: int, whole: int, columns: int) -> Text:
    """Returns a bar of that many columns, filled as far as the part is of the whole."""
    from rich.text import Text

    filled = columns * part // whole if whole else 0
    return Text.assemble(("━" * filled, "green"), ("━" * (columns - filled), "bright_black"))


def minutes(count: int) -> str:
    """Returns an estimate as people say it."""
    hours, rest = divmod(count, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest:02} min" if rest else f"{hours} h"


def age(at: str, now: datetime) -> str:
    """Returns how long ago something was, in one unit."""
    from datetime import datetime

    passed = max(0, int((now - datetime.fromisoformat(at)).total_seconds() // 60))
    if passed < 1:
        return "just now"
    if passed < 60:
        return f"{passed} min"
    return f"{passed // 60} h" if passed < 48 * 60 else f"{passed // 1440} d"

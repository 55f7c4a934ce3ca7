"""Owns what is known about the terminal: its width, whether it has colours, what it may be sent."""

from __future__ import annotations

import os
import re
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO

WIDTH_WITHOUT_TERMINAL = 100
MAX_PROSE_WIDTH = 100
MIN_WIDTH = 40

_WORDS = re.compile(r"(?<!\S)'[^']*'\S*|\S+")


def is_terminal(stream: TextIO) -> bool:
    try:
        return stream.isatty()
    except ValueError:
        return False


def is_coloured(stream: TextIO) -> bool:
    """Says whether colours may be sent: only to a terminal, and not where NO_COLOR is set."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return is_terminal(stream)


def width() -> int:
    """Returns the columns that there are: COLUMNS, else the terminal's, else 100."""
    given = os.environ.get("COLUMNS", "")
    if given.isdecimal() and int(given) > 0:
        return max(int(given), MIN_WIDTH)
    for stream in (sys.stdout, sys.stderr):
        try:
            columns = os.get_terminal_size(stream.fileno()).columns
        except (OSError, ValueError):
            continue
        if columns > 0:
            return max(columns, MIN_WIDTH)
    return WIDTH_WITHOUT_TERMINAL


def help_width() -> int:
    return min(width(), MAX_PROSE_WIDTH)


def filled(text: str, columns: int) -> str:
    """Returns prose broken at spaces; what stands in quotes, a command say, stays on one line."""
    lines, line = [], ""
    for word in _WORDS.findall(text):
        if line and len(line) + 1 + len(word) > columns:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}" if line else word
    return "\n".join([*lines, line])


def broken(text: str, indent: int) -> str:
    """Returns a line that follows an indent; on a terminal it goes on below itself."""
    if not is_terminal(sys.stdout):
        return text
    return filled(text, help_width() - indent).replace("\n", "\n" + " " * indent)


def folded(text: str, indent: int) -> list[str]:
    """Returns a line from outside so that no part of it begins where an indent ends.

    A terminal would continue a long line in its first column, where it could pass for ours.
    """
    if not is_terminal(sys.stdout):
        return [text]
    from rich.console import Console
    from rich.text import Text

    room = width() - indent
    lines = Text(text).wrap(Console(width=width()), room, overflow="fold")
    return [line.plain.rstrip() for line in lines] or [""]


def make_printable(text: str, limit: int = 200) -> str:
    """Returns text from outside as one short line that cannot steer the terminal."""
    from spec_kitty.application.telling.sentences import printable

    return printable(text, limit)


def harmless(line: str) -> str:
    """Returns a line of somebody's file with its control characters shown as escapes."""
    if line.isprintable():
        return line
    return "".join(
        char if char == "\t" or char.isprintable() or char == "\u00a0" else _escape(char)
        for char in line
    )


def _escape(char: str) -> str:
    return ascii(char)[1:-1]

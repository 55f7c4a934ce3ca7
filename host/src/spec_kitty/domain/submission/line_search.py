"""Owns the one pass over the lines that work adds: where conflict blocks and credentials are.

The lines may be millions, so no file is ever held whole.
"""

from __future__ import annotations

from itertools import groupby

from spec_kitty.domain.policy.credentials import locate
from spec_kitty.domain.record import Record
from spec_kitty.domain.submission.markers import BlockReader

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Set

    AddedLine = tuple[str, int, str]

MAX_SEARCHED_CHARACTERS = 64 * 1024
LINES_CARRIED_OVER = 8  # a private key is known only together with its next lines


class LineFindings(Record):
    """Holds, by path, the place of the first finding: `src/a.py:12`, `b.env:3 (GitHub token)`."""

    conflicts: Mapping[str, str]
    credentials: Mapping[str, str]


def search_lines(added_lines: Iterable[AddedLine], known_blocks: Set[str]) -> LineFindings:
    """Returns what is in the lines, given as (path, line number, text), path by path."""
    conflicts: dict[str, str] = {}
    credentials: dict[str, str] = {}
    for path, lines in groupby(added_lines, key=lambda line: line[0]):
        reader = BlockReader()
        for piece, fresh in _pieces(lines):
            for number, text in piece[-fresh:]:
                block = reader.read(number, text)
                if block and block.markers not in known_blocks:
                    conflicts.setdefault(path, f"{path}:{block.line_number}")
            place = _credential(piece)
            if place:
                credentials.setdefault(path, f"{path}:{place}")
    return LineFindings(conflicts, credentials)


def _pieces(lines: Iterable[AddedLine]) -> Iterator[tuple[list[tuple[int, str]], int]]:
    """Yields pieces of a file, each with the last lines of the one before, and how many are new."""
    piece: list[tuple[int, str]] = []
    fresh = characters = 0
    for _, number, text in lines:
        piece.append((number, text.rstrip("\r\n")))
        fresh += 1
        characters += len(text)
        if characters >= MAX_SEARCHED_CHARACTERS:
            yield piece, fresh
            piece = piece[-LINES_CARRIED_OVER:]
            fresh = characters = 0
    if fresh:
        yield piece, fresh


def _credential(piece: list[tuple[int, str]]) -> str | None:
    text = "\n".join(line for _, line in piece)
    found = locate(text)
    if not found:
        return None
    kind, offset = found
    return f"{piece[text.count(chr(10), 0, offset)][0]} ({kind})"

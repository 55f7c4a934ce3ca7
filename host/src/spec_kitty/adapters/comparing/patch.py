"""Owns how git's patch text is read as a stream: which lines were added, where.

Headers are only looked for where a hunk has ended by its own count of lines, so that no line of
content passes for a header.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import BinaryIO

    AddedLine = tuple[str, int, str]
else:
    AddedLine = tuple

MAX_LINE_CHARACTERS = 20_000

_ESCAPE = rb"\\([0-7]{3}|.)"
_NAMED_ESCAPES = {b"a": 7, b"b": 8, b"t": 9, b"n": 10, b"v": 11, b"f": 12, b"r": 13}


def added_in(patch: BinaryIO) -> Iterator[AddedLine]:
    """Yields path, line number and text of each added line of a patch without context."""
    path = ""
    removed = added = number = 0
    while line := _next_line(patch):
        if removed and line.startswith(b"-"):
            removed -= 1
        elif added and line.startswith(b"+"):
            added -= 1
            if b"\0" not in line:
                yield path, number, _text(line[1:])
            number += 1
        elif line.startswith(b"+++ "):
            path = _path(line[4:])
        elif line.startswith(b"@@ -"):
            (_, removed), (number, added) = map(_span, line.split()[1:3])


def _span(words: bytes) -> tuple[int, int]:
    """Reads where a side of a hunk begins and how many lines it has: `-12,3`, or `+12` for one."""
    first, _, count = words[1:].partition(b",")
    return int(first), int(count or 1)


def _next_line(patch: BinaryIO) -> bytes:
    """Returns the next line, cut where it is too long, empty at the end."""
    line = patch.readline(4 * MAX_LINE_CHARACTERS)
    rest = line
    while rest and not rest.endswith(b"\n"):
        rest = patch.readline(4 * MAX_LINE_CHARACTERS)
    return line


def _text(line: bytes) -> str:
    return line.removesuffix(b"\n").decode(errors="replace")[:MAX_LINE_CHARACTERS]


def _path(name: bytes) -> str:
    """Reads the name in a `+++` header: quoted like a C string if it is unusual."""
    name = name.removesuffix(b"\n").removesuffix(b"\t")
    if name.startswith(b'"'):
        name = re.sub(_ESCAPE, _unescape, name[1:-1])
    return os.fsdecode(name.removeprefix(b"b/"))


def _unescape(match: re.Match[bytes]) -> bytes:
    code = match[1]
    if len(code) == 3:
        return bytes((int(code, 8),))
    return bytes((_NAMED_ESCAPES.get(code, code[0]),))

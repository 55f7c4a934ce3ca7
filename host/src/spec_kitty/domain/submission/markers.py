r"""Owns what a conflict that nobody resolved looks like in submitted lines.

A whole block is the three lines `<<<<<<< name`, `=======`, `>>>>>>> name` in this order within
one file; what stands between them (diff3's `|||||||` too) does not matter, since lines that did
not change are not among the added ones. A single such line is no conflict: headings are
underlined with seven `=` and quoted mail has `>>>>>>>`.
"""

from __future__ import annotations

from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_OPENING = "<<<<<<< "
_CLOSING = ">>>>>>> "
_SEPARATOR = "=" * 7


class Block(Record):
    """Is one conflict: the number of its first line, and its three marker lines."""

    line_number: int
    markers: str


class BlockReader:
    """Finds the blocks of one file, whose lines it is given one after the other."""

    def __init__(self) -> None:
        self._opening: tuple[int, str] | None = None
        self._separated = False

    def read(self, line_number: int, text: str) -> Block | None:
        """Returns the block that this line ends."""
        line = text.rstrip("\r\n")
        if _has_label(line, _OPENING):
            self._opening, self._separated = (line_number, line), False
        elif self._opening is None:
            return None
        elif line == _SEPARATOR:
            self._separated = True
        elif self._separated and _has_label(line, _CLOSING):
            first, opening = self._opening
            self._opening = None
            return Block(first, "\n".join((opening, _SEPARATOR, line)))
        return None


def _has_label(line: str, mark: str) -> bool:
    """Says whether the line is this mark and something after it."""
    if not line.startswith(mark):
        return False
    label = line[len(mark) : len(mark) + 1]
    return label != "" and not label.isspace()


def conflict_blocks(lines: Iterable[str]) -> Iterator[Block]:
    """Yields the blocks of a whole file, so that those of a parent can be known."""
    reader = BlockReader()
    for line_number, text in enumerate(lines, start=1):
        block = reader.read(line_number, text)
        if block:
            yield block

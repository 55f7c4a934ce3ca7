"""Owns reading the raw bytes of a git tree object."""

from __future__ import annotations

import os

from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER_MODE = "40000"
FILE_MODES = ("100644", "100755", "100664")
LINK_MODE = "120000"


class Entry(Record):
    """Holds one name in a folder; bytes that are not UTF-8 are kept as surrogates."""

    mode: str
    name: str
    oid: str


def entries(tree: bytes, oid_digits: int) -> Iterator[Entry]:
    """Yields what a folder holds; `oid_digits` is 40 or 64, as in the repository's object ids.

    Raises ValueError when the bytes are not a tree.
    """
    oid_bytes = oid_digits // 2
    place = 0
    while place < len(tree):
        zero = tree.index(b"\0", place)
        mode, _, name = tree[place:zero].partition(b" ")
        place = zero + 1 + oid_bytes
        if place > len(tree):
            raise ValueError("A git tree ends within an entry.")
        yield Entry(mode.decode("ascii"), os.fsdecode(name), tree[zero + 1 : place].hex())

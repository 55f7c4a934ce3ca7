"""Owns when a conflict counts as resolved.

A conflict is laid out in a workspace as a tree. What was laid out is recorded: for a path with
conflict markers the hashes of its conflict blocks, for any other path its mode and blob. The
next submission is compared with that record. A path with markers is resolved once none of the
recorded blocks is left. A path without them (a binary file, a deletion against a change, a
rename, a submodule) cannot show by itself that somebody decided: it is resolved once it differs
from what was laid out, or once the submission names it.
"""

from __future__ import annotations

import re

from spec_kitty.domain.feature import ConflictedPath
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

_START = re.compile(rb"<{7} \S")
_MIDDLE = b"======="
_END = re.compile(rb">{7} \S")
_HASH_CHARACTERS = 16


class SubmittedPath(Record):
    """Is what a submission holds at a path that was in conflict."""

    mode: str
    blob: str
    blocks: tuple[str, ...] = ()


def blocks_of(text: bytes) -> tuple[str, ...]:
    """Returns a hash of each conflict block: from `<<<<<<<` over `=======` to `>>>>>>>`.

    Line endings do not count, so that a file which git converts keeps its blocks. A second
    start before the end begins the block anew.
    """
    blocks: list[str] = []
    block: list[bytes] = []
    for line in text.split(b"\n"):
        line = line.removesuffix(b"\r")
        if _START.match(line):
            block = [line]
        elif block:
            block.append(line)
            if _END.match(line):
                if _MIDDLE in block:
                    blocks.append(_hash_of(block))
                block = []
    return tuple(blocks)


def still_unresolved(
    recorded: Collection[ConflictedPath],
    submitted: Mapping[str, SubmittedPath],
    resolved: Collection[str] = (),
) -> tuple[str, ...]:
    """Returns the recorded paths that the submission leaves as they were.

    `submitted` holds what the submission has at those paths (no entry: nothing), `resolved` the
    paths that it names as resolved.
    """
    return tuple(
        path.path
        for path in recorded
        if not _is_resolved(path, submitted.get(path.path), path.path in resolved)
    )


def _is_resolved(recorded: ConflictedPath, submitted: SubmittedPath | None, named: bool) -> bool:
    if recorded.blocks:
        left = submitted.blocks if submitted else ()
        return not set(recorded.blocks) & set(left)
    now = (submitted.mode, submitted.blob) if submitted else (None, None)
    return named or now != (recorded.mode, recorded.blob)


def _hash_of(lines: list[bytes]) -> str:
    import hashlib

    return hashlib.sha256(b"\n".join(lines)).hexdigest()[:_HASH_CHARACTERS]

"""Owns which `.gitattributes` take part in a merge, and what of them.

Attributes decide only how the content of a path that both sides changed is merged, so only the
files above such paths are read, from the tree of our side. Git's own ways to merge (union,
binary, text) are kept. Drivers that run a program are not, and neither is a marker size, which
could hide a conflict from the check for markers.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from spec_kitty.adapters.integration.sealed import SealedRepository

_NAME = ".gitattributes"
_BUILT_IN = frozenset({b"merge=union", b"merge=binary", b"merge=text"})
_LINE = rb'[ \t\r]*("(?:[^"\\]|\\.)*"|[^ \t\r]+)(.*)'


def attribute_files(
    sealed: SealedRepository, commit: str, paths: Iterable[str]
) -> dict[str, bytes]:
    """Returns what applies to the paths in a commit: contents by path, without drivers."""
    wanted = sorted({place for path in paths for place in _places_above(path)})
    request = b"".join(os.fsencode(f"{commit}:{place}") + b"\0" for place in wanted)
    answer = sealed.run("cat-file", "--batch", "-z", stdin=request).stdout if wanted else b""
    found: dict[str, bytes] = {}
    position = 0
    for place in wanted:
        missing = os.fsencode(f"{commit}:{place}") + b" missing\n"
        if answer.startswith(missing, position):
            position += len(missing)
            continue
        end = answer.index(b"\n", position)
        _, kind, size = answer[position:end].split(b" ")
        content = answer[end + 1 : end + 1 + int(size)]
        position = end + 1 + int(size) + 1
        if kind == b"blob":
            found[place] = without_drivers(content)
    return found


def without_drivers(content: bytes) -> bytes:
    """Returns a `.gitattributes` file with a plain merge wherever it names a driver."""
    return b"\n".join(_plain_line(line) for line in content.split(b"\n"))


def _plain_line(line: bytes) -> bytes:
    parts = re.match(_LINE, line, re.DOTALL)
    if parts is None:
        return line
    pattern, attributes = parts.groups()
    kept = [_plain_attribute(word) for word in attributes.split()]
    return b" ".join([pattern, *(word for word in kept if word)])


def _plain_attribute(word: bytes) -> bytes:
    if b"=" not in word or word in _BUILT_IN:
        return word
    return b"merge" if word.startswith(b"merge=") else b""


def _places_above(path: str) -> list[str]:
    parts = path.split("/")[:-1]
    if not {"", ".", ".."}.isdisjoint(parts):
        return []  # Only a forged tree has such a path; it must not lead out of the scratch folder.
    return ["/".join([*parts[:depth], _NAME]) for depth in range(len(parts) + 1)]

"""Owns what the refs of a disk lead to, without git, so that thousands of images can be looked at.

Refs are loose in a recording. An object in a pack that is whole counts as whole.
"""

from __future__ import annotations

import hashlib
import zlib
from functools import lru_cache

from power.disk import FILE, Disk

_TOP = ".git/refs/"
_OBJECTS = ".git/objects/"
_PACKS = ".git/objects/pack/"
_SUBMODULE = b"160000"


def refs(disk: Disk) -> dict[str, str]:
    """Returns what each ref holds, be it nonsense; locks are none."""
    return {
        path.removeprefix(".git/"): node.content.decode(errors="replace").strip()
        for path, node in disk.walk()
        if path.startswith(_TOP) and node.kind == FILE and not path.endswith(".lock")
    }


def broken(disk: Disk) -> list[str]:
    """Returns the refs that lead to an object that is missing or damaged, with that object."""
    held = _objects(disk)
    found, whole = [], _packed(disk)
    for ref, oid in refs(disk).items():
        ahead = [oid]
        while ahead:
            name = ahead.pop()
            if name in whole:
                continue
            links = _links(held.get(name, b""))
            if links is None:
                found.append(f"{ref} needs {name}")
                break
            whole.add(name)
            ahead += links
    return found


def _objects(disk: Disk) -> dict[str, bytes]:
    return {
        path.removeprefix(_OBJECTS).replace("/", ""): node.content
        for path, node in disk.walk()
        if path.startswith(_OBJECTS) and node.kind == FILE
    }


def _packed(disk: Disk) -> set[str]:
    """Returns the objects of the packs that are there with their index."""
    files = {path: node.content for path, node in disk.walk() if path.startswith(_PACKS)}
    found = set[str]()
    for path, content in files.items():
        index = files.get(f"{path.removesuffix('.pack')}.idx", b"")
        if path.endswith(".pack") and _is_whole(content) and _is_whole(index):
            found |= _listed(index)
    return found


@lru_cache
def _is_whole(content: bytes) -> bool:
    """Says whether a file of git's ends with its own checksum."""
    return len(content) > 20 and hashlib.sha1(content[:-20]).digest() == content[-20:]


def _listed(index: bytes) -> set[str]:
    """Returns the objects of a pack by its index (version 2): a table of counts, then the ids."""
    count, start = int.from_bytes(index[8 + 255 * 4 : 8 + 256 * 4], "big"), 8 + 256 * 4
    return {index[start + 20 * n : start + 20 * (n + 1)].hex() for n in range(count)}


@lru_cache(maxsize=10_000)
def _links(stored: bytes) -> tuple[str, ...] | None:
    """Returns the objects that an object names, None if it is damaged."""
    try:
        header, _, content = zlib.decompress(stored).partition(b"\0")
    except zlib.error:
        return None
    kind, _, size = header.partition(b" ")
    if len(content) != int(size):
        return None
    if kind == b"commit":
        lines = content.partition(b"\n\n")[0].decode(errors="replace").split("\n")
        return tuple(line.split(" ")[1] for line in lines if line.startswith(("tree ", "parent ")))
    return tuple(_entries(content)) if kind == b"tree" else ()


def _entries(content: bytes) -> list[str]:
    found, start = [], 0
    while start < len(content):
        end = content.index(b"\0", start)
        if not content[start:end].startswith(_SUBMODULE):
            found.append(content[end + 1 : end + 21].hex())
        start = end + 21
    return found

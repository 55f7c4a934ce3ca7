"""Owns that refs survive a power cut, and never name what does not.

The host's git syncs each object and ref that it writes, but no folder. A file system with one
journal keeps the names all the same, another may lose them: then a ref would name objects that are
not found. What a person or an agent commits is not synced at all, unless they ask git for it.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.files import sync_folder
from spec_kitty.adapters.refs.synced_files import sync_files

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.domain.events import RefMove


def sync_objects(git: Git, commit: str, *known: str) -> list[str]:
    """Makes the objects durable that a commit has and what is known (after `--not`) has not.

    Returns them, those included that should be there and are missing.
    """
    oids = _objects(git, commit, known)
    loose = [os.path.join(oid[:2], oid[2:]) for oid in oids]
    sync_files(os.path.join(git.common_dir, "objects"), [*loose, os.path.join("pack", "none")])
    return oids


def sync_object_names(git: Git, commit: str, *known: str) -> list[str]:
    """Does so for objects that the host or a git of its made: their content is durable already."""
    oids = _objects(git, commit, known)
    for folder in (*sorted({oid[:2] for oid in oids}), "pack", ""):
        sync_folder(os.path.join(git.common_dir, "objects", folder))
    return oids


def _objects(git: Git, commit: str, known: tuple[str, ...]) -> list[str]:
    words = ("rev-list", "--objects", "--no-object-names", "--missing=print", commit)
    listed = git.run(*words, "--not", *known).stdout.decode().split()
    return [line.removeprefix("?") for line in listed]


def sync_branch(git: Git, ref: str, commit: str, known: str) -> list[str]:
    """Makes a branch durable that somebody else moved to the commit; returns what is new on it."""
    oids = sync_objects(git, commit, known)
    sync_files(git.common_dir, [ref])
    return oids


def sync_refs(common_dir: str, moves: Sequence[RefMove]) -> None:
    """Makes the names of refs that moved durable, also in folders that are new."""
    folders = {os.path.dirname(move.ref) for move in moves}
    for move in moves:
        folder = os.path.dirname(move.ref)
        while move.old is None and (folder := os.path.dirname(folder)):
            folders.add(folder)
        if move.new is None:
            folders.add("")  # packed-refs lies there
    for folder in sorted(folders, reverse=True):
        sync_folder(os.path.join(common_dir, folder))

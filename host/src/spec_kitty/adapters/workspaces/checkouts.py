"""Owns where a branch is checked out, read from the git dirs without starting git."""

from __future__ import annotations

import os

from spec_kitty.adapters.workspaces.durable import read_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.adapters.git.location import Location

_UNDER_WAY = ("rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START")
_OPERATIONS = {
    "rebase-merge": "rebase",
    "rebase-apply/applying": "am",
    "rebase-apply": "rebase",
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "sequencer": "cherry-pick or revert",
    "BISECT_LOG": "bisect",
}


def operation_under_way(git_dir: str) -> str | None:
    """Returns the git command that somebody began in a checkout and did not finish."""
    for name, operation in _OPERATIONS.items():
        if os.path.lexists(os.path.join(git_dir, name)):
            return operation
    return None


def checkout_of(location: Location, branch_ref: str, but_not: str | None) -> str | None:
    """Returns the folder of a checkout of the branch; the git dir `but_not` does not count.

    A rebase or bisect of the branch counts: it will want the branch back where it was. A linked
    worktree whose folder is gone counts only if it is locked, as git's own pruning has it.
    """
    wanted = os.fsencode(branch_ref)
    for git_dir, folder in checkouts(location):
        if git_dir != but_not and wanted in _branches(git_dir):
            return folder
    return None


def checkouts(location: Location) -> Iterator[tuple[str, str]]:
    """Yields git dir and folder of the main checkout and of each linked worktree.

    One is passed over whose folder belongs to another repository: this one is a copy of that.
    """
    if location.checkout is not None:
        yield location.common_dir, location.checkout
    linked = os.path.join(location.common_dir, "worktrees")
    try:
        names = sorted(os.listdir(linked))
    except FileNotFoundError:
        return
    for name in names:
        git_dir = os.path.join(linked, name)
        pointer = os.fsdecode(read_bytes(os.path.join(git_dir, "gitdir")) or b"").strip("\n")
        folder = os.path.dirname(os.path.normpath(os.path.join(git_dir, pointer)))
        locked = os.path.lexists(os.path.join(git_dir, "locked"))
        is_there = os.path.isdir(folder) and not belongs_elsewhere(folder, git_dir)
        if pointer and (is_there or (locked and not os.path.isdir(folder))):
            yield git_dir, folder


def belongs_elsewhere(folder: str, git_dir: str) -> bool:
    """Says whether the folder's `.git` leads to a git dir other than the one that names it."""
    text = read_bytes(os.path.join(folder, ".git")) or b""
    if not text.startswith(b"gitdir:"):
        return False
    named = os.path.join(folder, os.fsdecode(text[7:]).strip())
    return os.path.isdir(named) and os.path.realpath(named) != os.path.realpath(git_dir)


def _branches(git_dir: str) -> Iterator[bytes]:
    """Yields the refs that a checkout is on or will return to."""
    head = read_bytes(os.path.join(git_dir, "HEAD")) or b""
    if head.startswith(b"ref:"):
        yield head[4:].strip()
    for name in _UNDER_WAY:
        text = (read_bytes(os.path.join(git_dir, name)) or b"").strip()
        if text:
            yield text if text.startswith(b"refs/") else b"refs/heads/" + text

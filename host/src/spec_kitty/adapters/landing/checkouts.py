"""Owns what the repository's checkouts are doing, read from their git dirs without starting git."""

from __future__ import annotations

import os

from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.adapters.git.runner import Location

_OPERATIONS = {
    "MERGE_HEAD": "merge",
    "CHERRY_PICK_HEAD": "cherry-pick",
    "REVERT_HEAD": "revert",
    "rebase-merge": "rebase",
    "rebase-apply": "rebase",
    "sequencer": "cherry-pick or revert",
    "BISECT_LOG": "bisect",
}
_RETURNS_TO = {
    "rebase-merge/head-name": "rebase",
    "rebase-apply/head-name": "rebase",
    "BISECT_START": "bisect",
}


class Checkout(Record):
    """Is a working tree and the git dir that belongs to it."""

    git_dir: str
    folder: str

    def is_on(self, ref: str) -> bool:
        head = _text(os.path.join(self.git_dir, "HEAD"))
        return head.startswith("ref:") and head[4:].strip() == ref

    @property
    def operation(self) -> str | None:
        """What git has under way there: a merge, a rebase and so on."""
        for name, operation in _OPERATIONS.items():
            if os.path.lexists(os.path.join(self.git_dir, name)):
                return operation
        return None


def all_checkouts(location: Location) -> Iterator[Checkout]:
    """Yields the main checkout and each linked worktree that exists or is locked."""
    if location.checkout is not None:
        yield Checkout(location.common_dir, location.checkout)
    linked = os.path.join(location.common_dir, "worktrees")
    for name in sorted(os.listdir(linked)) if os.path.isdir(linked) else ():
        git_dir = os.path.join(linked, name)
        pointer = _text(os.path.join(git_dir, "gitdir")).strip("\n")
        folder = os.path.dirname(os.path.normpath(os.path.join(git_dir, pointer)))
        locked = os.path.lexists(os.path.join(git_dir, "locked"))
        if pointer and (locked or os.path.isdir(folder)):
            yield Checkout(git_dir, folder)


def waiting_for(location: Location, ref: str) -> Iterator[str]:
    """Yields a sentence for each rebase or bisect that will put the branch back where it was."""
    for checkout in all_checkouts(location):
        for name, operation in _RETURNS_TO.items():
            branch = _text(os.path.join(checkout.git_dir, name)).strip()
            if branch and ref in (branch, f"refs/heads/{branch}"):
                yield (
                    f"A {operation} of {ref.removeprefix('refs/heads/')} is under way in "
                    f"{checkout.folder}. Finish or abort it."
                )


def _text(path: str) -> str:
    try:
        with open(path, "rb") as file:
            return os.fsdecode(file.read())
    except (FileNotFoundError, NotADirectoryError):
        return ""

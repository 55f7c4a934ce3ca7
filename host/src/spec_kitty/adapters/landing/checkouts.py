"""Owns what the repository's checkouts are doing, read from their git dirs without starting git."""

from __future__ import annotations

import os

from spec_kitty.adapters.git.location import WORKSPACES
from spec_kitty.adapters.workspaces.checkouts import checkouts, operation_under_way
from spec_kitty.adapters.workspaces.durable import read_bytes
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.adapters.git.location import Location

_RETURNS_TO = {
    "rebase-merge/head-name": "rebase",
    "rebase-apply/head-name": "rebase",
    "BISECT_START": "bisect",
}


class Checkout(Record):
    """Is a working tree and the git dir that belongs to it."""

    git_dir: str
    folder: str

    @property
    def branch(self) -> str | None:
        """The ref that is checked out there, None for a detached HEAD."""
        head = _text(os.path.join(self.git_dir, "HEAD"))
        return head[4:].strip() if head.startswith("ref:") else None

    def is_on(self, ref: str) -> bool:
        return self.branch == ref

    @property
    def operation(self) -> str | None:
        """What git has under way there: a merge, a rebase and so on."""
        return operation_under_way(self.git_dir)


def all_checkouts(location: Location) -> Iterator[Checkout]:
    """Yields the main checkout and each linked worktree that exists or is locked."""
    for git_dir, folder in checkouts(location):
        yield Checkout(git_dir, folder)


def unfit(location: Location, checkout: Checkout) -> tuple[str, ...]:
    """Returns a sentence when nothing may be landed in a checkout that says it has the target.

    What a linked checkout says of itself lies in files that an agent can write: which branch it
    is on, where its files are, and in which repository.
    """
    git_dir, folder = checkout.git_dir, checkout.folder
    if git_dir == location.common_dir:
        return ()
    if os.path.basename(os.path.dirname(folder)) == WORKSPACES:
        return (
            f"The target is checked out in {folder}, which is a workspace. Switch that back to "
            "its own branch, 'git switch -'.",
        )
    common = read_bytes(os.path.join(git_dir, "commondir")) or b""
    back = (read_bytes(os.path.join(folder, ".git")) or b"").removeprefix(b"gitdir:")
    places = (_place(git_dir, common), _place(folder, back))
    if places == (os.path.realpath(location.common_dir), os.path.realpath(git_dir)):
        return ()
    return (
        f"The target is checked out in {folder}, but that worktree and the repository do not "
        "lead to each other. Run 'git worktree repair' there, or remove the worktree.",
    )


def _place(folder: str, pointer: bytes) -> str:
    return os.path.realpath(os.path.join(folder, os.fsdecode(pointer.strip())))


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
    return os.fsdecode(read_bytes(path) or b"")

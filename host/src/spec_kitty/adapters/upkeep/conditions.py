"""Owns how the state of a workspace is found out. It only looks, and believes nothing in there.

What is wrong first is what counts: a folder that is gone has no pointer to be wrong about.
"""

from __future__ import annotations

import os
import stat

from spec_kitty.adapters.git.loose_objects import is_object_id
from spec_kitty.adapters.landing.checkouts import all_checkouts
from spec_kitty.adapters.work_trees.attachment import is_unfinished
from spec_kitty.adapters.workspaces.checkouts import belongs_elsewhere, operation_under_way
from spec_kitty.adapters.workspaces.durable import read_bytes
from spec_kitty.adapters.workspaces.place import workspace_place
from spec_kitty.adapters.workspaces.registration import Registration, is_ours
from spec_kitty.domain.upkeep import Condition, OwnWorktree, Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.workspaces.place import Place

_HEAD_PREFIX = "ref: refs/heads/"


def condition_of(git: Git, slug: str, package_id: str) -> Condition:
    """Returns the state of the workspace that a work package should have."""
    place = workspace_place(git.location, slug, package_id)
    look = _Look(git, place)
    for part in (look.obstacle, look.folder, look.link, look.head, look.files):
        found = part()
        if found is not None:
            return found
    return Condition(Shape.SOUND, place.folder)


class _Look:
    def __init__(self, git: Git, place: Place) -> None:
        self._git = git
        self._place = place
        self._registration = Registration(git, place)
        self._is_registered = _is_filled(place.registration)
        self._points_here = read_bytes(place.pointer) == place.pointer_text

    def obstacle(self) -> Condition | None:
        """Finds what stands where the workspace or its registration must be."""
        place = self._place
        for path in (place.parent, place.registration, place.folder):
            if os.path.lexists(path) and (os.path.islink(path) or not os.path.isdir(path)):
                return self._found(Shape.IN_THE_WAY, path)
        elsewhere = self._elsewhere()
        if elsewhere is None:
            return None
        # Only what says itself that it belongs to this registration has been moved.
        if read_bytes(os.path.join(elsewhere, ".git")) != place.pointer_text:
            return self._found(Shape.IN_THE_WAY, elsewhere)
        shape = Shape.DISPLACED if os.path.lexists(place.folder) else Shape.MOVED
        return self._found(shape, elsewhere)

    def _elsewhere(self) -> str | None:
        """Returns another folder that is there and that the registration says is the workspace.

        In a copy of a repository it is the workspace of the original, and does not count.
        """
        pointer = self._registration.registered_pointer if self._is_registered else None
        if pointer in (None, self._place.pointer) or not os.path.lexists(str(pointer)):
            return None
        folder = os.path.dirname(str(pointer))
        is_copied = belongs_elsewhere(folder, self._place.registration)
        return None if is_copied and is_ours(self._place.registration) else folder

    def folder(self) -> Condition | None:
        """Finds that there are no files."""
        if not os.path.isdir(self._place.folder):
            return self._found(Shape.MISSING)
        if set(os.listdir(self._place.folder)) <= {".git"}:
            return self._found(Shape.EMPTIED)
        return None

    def link(self) -> Condition | None:
        """Finds that folder and git do not know each other."""
        if not self._is_registered:
            shape = Shape.UNREGISTERED if self._points_here else Shape.IN_THE_WAY
            return self._found(shape, self._place.folder)
        if not self._points_here:
            if not self._holds_work():
                return self._found(Shape.IN_THE_WAY, self._place.folder)
            return self._found(Shape.POINTER)
        return None

    def _holds_work(self) -> bool:
        """Says whether the folder holds anything that the branch holds, too."""
        words = ("ls-tree", "--name-only", "-z", self._place.branch)
        listed = self._git.run(*words, ok=(0, 128)).stdout
        names = set(os.fsdecode(listed).split("\0"))
        return not names.isdisjoint(os.listdir(self._place.folder))

    def head(self) -> Condition | None:
        """Finds that git has something else checked out there, or may forget it."""
        head = read_bytes(os.path.join(self._place.registration, "HEAD")) or b""
        operation = operation_under_way(self._place.registration)
        if operation is not None:
            return self._found(Shape.OPERATION, operation)
        if head.strip() != b"ref: " + self._place.branch.encode():
            other = os.fsdecode(head.strip())
            if not other.startswith(_HEAD_PREFIX) and not is_object_id(other):
                return self._found(Shape.REGISTRATION)
            return self._found(Shape.HEAD, other.removeprefix(_HEAD_PREFIX))
        return None if self._registration.is_whole else self._found(Shape.REGISTRATION)

    def files(self) -> Condition | None:
        """Finds that the files are on their way, and nobody is at work on them."""
        return self._found(Shape.HALF) if is_unfinished(self._registration.progress) else None

    def _found(self, shape: Shape, other: str | None = None) -> Condition:
        return Condition(shape, self._place.folder, other)


def own_worktrees(git: Git) -> Iterator[OwnWorktree]:
    """Yields the worktrees that the host registered."""
    linked = os.path.join(git.common_dir, "worktrees")
    for name in sorted(os.listdir(linked)) if os.path.isdir(linked) else ():
        registration = os.path.join(linked, name)
        if is_ours(registration):
            pointer = os.fsdecode(read_bytes(os.path.join(registration, "gitdir")) or b"")
            yield OwnWorktree(name, os.path.dirname(pointer.strip("\n")))


def checked_out(git: Git) -> Iterator[tuple[str, str]]:
    """Yields branch and folder of each checkout that is no workspace of the host's."""
    for checkout in all_checkouts(git.location):
        branch = checkout.branch
        own = f"refs/heads/{os.path.basename(checkout.git_dir)}"
        if branch is not None and branch != own and not is_ours(checkout.git_dir):
            yield branch, checkout.folder


def _is_filled(folder: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(folder).st_mode) and bool(os.listdir(folder))
    except FileNotFoundError:
        return False

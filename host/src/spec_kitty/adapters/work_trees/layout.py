"""Owns how a workspace's files follow its branch after the host moved it.

Everything was committed before, so files that differ from the old commit are somebody's later
work: they are named and nothing is touched. git itself would overwrite ignored files without a
word, so what stands where a file must appear is looked up here.
"""

from __future__ import annotations

import os
import stat

from spec_kitty.adapters.comparing.changes import changes
from spec_kitty.adapters.work_trees.attachment import (
    Attachment,
    done,
    follow,
    follows,
    is_unfinished,
    move,
    would_be_overwritten,
)
from spec_kitty.adapters.work_trees.index_lock import IndexLock
from spec_kitty.adapters.work_trees.work_tree import WorkTree
from spec_kitty.adapters.workspaces.durable import remove_unfinished
from spec_kitty.adapters.workspaces.registration import Registration

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.workspaces.held import Held


class Layout:
    """Moves the files of a workspace that the host holds from commit to commit."""

    def __init__(self, git: Git, held: Held) -> None:
        self._git = git
        self._place = held.place
        self._attachment = Attachment(git, held)
        self._registration = Registration(git, held.place)
        self._work_tree = WorkTree(git, held)

    def in_the_way(self, old: str, new: str) -> tuple[str, ...]:
        """Returns the files that moving from old to new would overwrite or lose."""
        differing = changes(self._git, old, new)
        leaving = {change.path for change in differing if change.status == "D"}
        found = {
            path
            for change in differing
            if change.status == "A"
            for path in self._standing_at(change.path, leaving)
        }
        listing = self._work_tree.start_from(old)
        edited = listing.modified - listing.deleted
        found |= {change.path for change in differing if change.path in edited}
        return tuple(sorted(found))

    def bring_along(self, old: str, new: str) -> None:
        """Brings files and index from old to new, or finishes a move that was cut short."""
        self._attachment.finish()
        if self._registration.progress == done(new):
            return
        self._refuse_if_blocked(old, new)
        with IndexLock(self._place.registration) as lock:
            self._registration.note(move(old, new))
            self._work_tree.write_files("read-tree", "-m", "-u", old, new)
            self._work_tree.sync(old, new)
            self._work_tree.note("commit", new)
            lock.publish(self._place.index)
        self._registration.note(done(new))

    def catch_up(self) -> bool:
        """Brings along what was postponed; says whether there was anything."""
        span = follows(self._registration.progress)
        if span is not None:
            self.bring_along(*span)
        return span is not None

    def postpone(self, old: str, new: str) -> None:
        """Leaves the files to whoever needs them next; a move that was cut short stays one."""
        if not is_unfinished(self._registration.progress):
            self._registration.note(follow(old, new))
        IndexLock(self._place.registration).clear_stale()
        remove_unfinished(self._place.registration)

    def _refuse_if_blocked(self, old: str, new: str) -> None:
        paths = self.in_the_way(old, new)
        if paths:
            raise would_be_overwritten(self._place.folder, paths)
        self._work_tree.write_files("read-tree", "-n", "-m", "-u", old, new)

    def _standing_at(self, path: str, leaving: set[str]) -> Iterator[str]:
        """Yields the files that stand where a new one must appear, those that leave not counted."""
        parts = path.split("/")
        for depth in range(1, len(parts)):
            ancestor = "/".join(parts[:depth])
            mode = self._mode(ancestor)
            if mode is None:
                return
            if not stat.S_ISDIR(mode):
                if ancestor not in leaving:
                    yield ancestor
                return
        mode = self._mode(path)
        if mode is None:
            return
        if not stat.S_ISDIR(mode):
            yield path
            return
        for folder, subfolders, files in os.walk(os.path.join(self._place.folder, path)):
            links = [name for name in subfolders if os.path.islink(os.path.join(folder, name))]
            for name in files + links:
                inside = os.path.relpath(os.path.join(folder, name), self._place.folder)
                if inside not in leaving:
                    yield inside

    def _mode(self, path: str) -> int | None:
        try:
            return os.lstat(os.path.join(self._place.folder, path)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return None

"""Owns which locks of git's a killed command left: old ones that nobody alive can hold.

Only those under `refs/spec-kitty*/`, and index locks that say themselves that the host made
them, are the host's to remove; those that an intent names go when the intent is mended.
"""

from __future__ import annotations

import os
import time

from spec_kitty.adapters.landing.lock import is_left_by_look, take
from spec_kitty.adapters.locks import BRIEFLY_SECONDS, WriterLock
from spec_kitty.adapters.refs.lock_owners import possible_owner
from spec_kitty.adapters.refs.refs import STALE_AFTER_SECONDS, clear_stale_lock
from spec_kitty.adapters.upkeep.in_use import is_held
from spec_kitty.adapters.work_trees.index_lock import IndexLock, is_signed
from spec_kitty.adapters.workspaces.held import Held
from spec_kitty.adapters.workspaces.place import workspace_place
from spec_kitty.domain.upkeep import LeftLock

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.adapters.git.runner import Git

_TOP = ("HEAD", "packed-refs", "config", "shallow", "index")
_OWN_REFS = ("refs/spec-kitty/", "refs/spec-kitty-salvage/")


class LeftLocks:
    """Finds the locks that were left in one repository, and removes those of the host's."""

    def __init__(self, git: Git) -> None:
        self._location = git.location
        self._common_dir = git.common_dir

    def found(self) -> Iterator[LeftLock]:
        """Yields the locks that were left, by their paths."""
        for path in sorted(self._candidates()):
            if _is_old(path) and possible_owner(self._common_dir, path) is None:
                name = os.path.relpath(path, self._common_dir)
                yield LeftLock(path, name, self._is_own(path, name))

    def remove(self, lock: LeftLock) -> None:
        """Removes a lock of the host's. Raises Refusal (BUSY) when somebody may hold it."""
        folder = os.path.dirname(lock.path)
        if lock.name.startswith(_OWN_REFS):
            clear_stale_lock(self._common_dir, lock.path, ())
        elif is_left_by_look(folder):
            with WriterLock(self._common_dir, "landing", BRIEFLY_SECONDS):
                take(folder).release()
        elif is_signed(lock.path):
            slug, _, digits = os.path.basename(folder).rpartition("-WP")
            place = workspace_place(self._location, slug, f"WP{digits}")
            with Held(place, BRIEFLY_SECONDS):
                IndexLock(folder).clear_stale()

    def _is_own(self, path: str, name: str) -> bool:
        if name.startswith(_OWN_REFS):
            return True
        folder = os.path.dirname(path)
        if is_left_by_look(folder):
            return not is_held(self._common_dir, "lock", "landing.lock")
        workspace = os.path.basename(folder)
        return is_signed(path) and not is_held(self._common_dir, "workspace-locks", workspace)

    def _candidates(self) -> Iterator[str]:
        yield from (os.path.join(self._common_dir, f"{name}.lock") for name in _TOP)
        for folder, _, names in os.walk(os.path.join(self._common_dir, "refs")):
            yield from (os.path.join(folder, name) for name in names if name.endswith(".lock"))
        linked = os.path.join(self._common_dir, "worktrees")
        for name in os.listdir(linked) if os.path.isdir(linked) else ():
            yield from (os.path.join(linked, name, lock) for lock in ("HEAD.lock", "index.lock"))


def _is_old(path: str) -> bool:
    try:
        return time.time() - os.lstat(path).st_mtime > STALE_AFTER_SECONDS
    except OSError:
        return False

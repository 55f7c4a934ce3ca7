"""Owns the second names of a journal's objects that are not in a pack yet.

Git deletes loose objects that no ref holds when a `git gc --prune=now` or `git prune` looks; one
that looked a moment before an event was recorded deletes that event afterwards. So each object of
an event has a second name (a hard link) in a folder of the host's own until it is packed: packs are
not pruned. Where the file system knows no links there are none, and all this does nothing.
"""

from __future__ import annotations

import os
import time

from spec_kitty.adapters.files import own_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# An object that no journal holds after so long belongs to an event that never came to be.
_FORGOTTEN_SECONDS = 3600.0


class Spares:
    """Keeps the spares of one feature's journal."""

    def __init__(self, common_dir: str, slug: str) -> None:
        self._objects = os.path.join(common_dir, "objects")
        self._folder = own_path(common_dir, "spares", slug)

    def keep(self, oid: str) -> bool:
        """Gives a loose object its second name; False if the object is gone already."""
        source, spare = self._loose(oid), os.path.join(self._folder, oid)
        try:
            os.link(source, spare)
        except FileNotFoundError:
            os.makedirs(self._folder, exist_ok=True)
            try:
                os.link(source, spare)
            except OSError:
                return os.path.exists(source)
        except OSError:  # it is there already, or there are no links here
            return True
        return True

    def oids(self) -> list[str]:
        try:
            return os.listdir(self._folder)
        except FileNotFoundError:
            return []

    def restore(self) -> bool:
        """Makes loose objects of all spares that are not; says whether there was any."""
        restored = False
        for oid in self.oids():
            loose = self._loose(oid)
            if not os.path.exists(loose):
                restored = True
                os.makedirs(os.path.dirname(loose), exist_ok=True)
                try:
                    os.link(os.path.join(self._folder, oid), loose)
                except (FileExistsError, FileNotFoundError):  # another process did it, or packed it
                    continue
        return restored

    def drop(self, packed: Iterable[str]) -> None:
        """Removes the loose objects and the spares of what is in a pack now, and forgotten ones."""
        for oid in packed:
            for path in (self._loose(oid), os.path.join(self._folder, oid)):
                try:
                    os.unlink(path)
                except FileNotFoundError:
                    continue
        for oid in self.oids():
            spare = os.path.join(self._folder, oid)
            if time.time() - os.stat(spare).st_mtime > _FORGOTTEN_SECONDS:
                os.unlink(spare)

    def _loose(self, oid: str) -> str:
        return os.path.join(self._objects, oid[:2], oid[2:])

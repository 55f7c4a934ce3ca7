"""Owns second names (hard links) of loose objects, by which a `git prune` takes nothing for good.

Git deletes loose objects that no ref holds when a `git gc --prune=now` or `git prune` looks; one
that looked a moment before a ref was moved to them deletes them afterwards. An object with a second
name is brought back. Where the file system knows no links there are none, and all this does
nothing.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.files import own_path


class Spares:
    """Keeps the spares of one purpose, in a folder of that name."""

    def __init__(self, common_dir: str, purpose: str) -> None:
        self._objects = os.path.join(common_dir, "objects")
        self._folder = own_path(common_dir, "spares", purpose)

    def keep(self, oid: str) -> bool:
        """Gives a loose object its second name; False if there is no such loose object."""
        source, spare = self._loose(oid), self._spare(oid)
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
        brought = [oid for oid in self.oids() if self.bring_back(oid)]
        return bool(brought)

    def bring_back(self, oid: str) -> bool:
        """Makes a loose object of a spare if there is none; says whether there was a need."""
        loose = self._loose(oid)
        if os.path.exists(loose):
            return False
        os.makedirs(os.path.dirname(loose), exist_ok=True)
        try:
            os.link(self._spare(oid), loose)
        except (FileExistsError, FileNotFoundError):  # another process did it, or packed it
            pass
        return True

    def _loose(self, oid: str) -> str:
        return os.path.join(self._objects, oid[:2], oid[2:])

    def _spare(self, oid: str) -> str:
        return os.path.join(self._folder, oid)

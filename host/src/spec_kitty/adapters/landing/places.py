"""Owns what stands at a path of a checkout; links on the way are seen and never followed."""

from __future__ import annotations

import os
import stat

MISSING = "missing"
FILE = "file"
LINK = "link"
FOLDER = "folder"
OTHER = "other"


class Places:
    """Looks at the paths of one folder, relative to it, and removes from it."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def absolute(self, path: str) -> str:
        return os.path.join(self._folder, path)

    def kind(self, path: str) -> str:
        """Says what stands there; below a file or a link nothing does."""
        return MISSING if self.barrier(path) is not None else self._kind(path)

    def barrier(self, path: str) -> str | None:
        """Returns the file or link that stands where the path needs a folder."""
        parts = path.split("/")
        for depth in range(1, len(parts)):
            above = "/".join(parts[:depth])
            kind = self._kind(above)
            if kind == MISSING:
                return None
            if kind != FOLDER:
                return above
        return None

    def remove(self, path: str) -> None:
        """Removes a file or link, and the folders above it that become empty."""
        os.unlink(self.absolute(path))
        above = os.path.dirname(path)
        while above and self._remove_empty(above):
            above = os.path.dirname(above)

    def make_clear(self, path: str) -> bool:
        """Says whether a file can be written there without removing anything but empty folders."""
        if self.barrier(path) is not None:
            return False
        if self._kind(path) != FOLDER:
            return True
        for folder, _, _ in os.walk(self.absolute(path), topdown=False):
            if not self._remove_empty(folder):
                return False
        return True

    def _remove_empty(self, path: str) -> bool:
        try:
            os.rmdir(self.absolute(path))
        except OSError:
            return False
        return True

    def _kind(self, path: str) -> str:
        try:
            mode = os.lstat(self.absolute(path)).st_mode
        except (FileNotFoundError, NotADirectoryError):
            return MISSING
        if stat.S_ISREG(mode):
            return FILE
        if stat.S_ISLNK(mode):
            return LINK
        return FOLDER if stat.S_ISDIR(mode) else OTHER

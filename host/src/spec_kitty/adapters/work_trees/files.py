"""Owns what is found in a workspace's folder compared with an index: what changed, what is odd."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from spec_kitty.adapters.work_trees.work_tree import Listing, WorkTree


class Files:
    """Sorts a workspace's files against the entries that the host's index holds now.

    `gone` and `present` are to be stored; the rest is reported. Nothing is read but names and
    what `lstat` says, and what git must read to tell a changed file.
    """

    gone: tuple[str, ...]
    present: tuple[str, ...]
    nested: tuple[str, ...]
    too_large: tuple[tuple[str, int], ...]
    in_submodules: tuple[str, ...]

    def __init__(
        self,
        work_tree: WorkTree,
        listing: Listing,
        unstaged: Sequence[str],
        limit_bytes: int | None,
    ) -> None:
        self._work_tree = work_tree
        self._submodules = listing.submodules
        self._modes: dict[str, int | None] = {}
        self._folders: dict[str, bool] = {"": True}
        touched = {*listing.modified, *listing.deleted, *self._without_folder(listing.tracked)}
        left = frozenset(unstaged)
        untracked = [path for path in listing.untracked if path not in left]
        self.nested = tuple(path for path in untracked if path.endswith("/"))
        self.gone = tuple(sorted(path for path in touched if not self._is_storable(path)))
        stored = sorted((touched - set(self.gone)).union(untracked) - set(self.nested))
        self.too_large = self._over(limit_bytes, stored)
        left_out = {path for path, _ in self.too_large}
        self.present = tuple(path for path in stored if path not in left_out)
        self.in_submodules = tuple(self._files_in_submodules())
        files = set(listing.tracked) - self._submodules
        self.looks_emptied = bool(files) and not untracked and files <= set(self.gone)

    def _without_folder(self, paths: tuple[str, ...]) -> list[str]:
        """Returns the paths of which git may think that they are there, through a link."""
        lost = {
            folder
            for folder in {path.rpartition("/")[0] for path in paths}
            if folder and not self._has_folder(f"{folder}/")
        }
        return [path for path in paths if path.rpartition("/")[0] in lost] if lost else []

    def _has_folder(self, path: str) -> bool:
        """Says whether everything above the path is a real folder, not a link to one."""
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            mode = self._mode(folder)
            is_real = mode is not None and stat.S_ISDIR(mode)
            self._folders[folder] = is_real and self._has_folder(folder)
        return self._folders[folder]

    def _is_storable(self, path: str) -> bool:
        mode = self._mode(path) if self._has_folder(path) else None
        if mode is None:
            return False
        return (
            stat.S_ISREG(mode)
            or stat.S_ISLNK(mode)
            or (stat.S_ISDIR(mode) and path in self._submodules)
        )

    def _mode(self, path: str) -> int | None:
        if path not in self._modes:
            try:
                self._modes[path] = os.lstat(self._full(path)).st_mode
            except (FileNotFoundError, NotADirectoryError):
                self._modes[path] = None
        return self._modes[path]

    def _over(self, limit_bytes: int | None, paths: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """Returns the files over the limit, less those that a trusted filter makes small."""
        if limit_bytes is None:
            return ()
        large = []
        for path in paths:
            try:
                info = os.lstat(self._full(path))
            except FileNotFoundError:  # just deleted; git will see it the same
                continue
            if stat.S_ISREG(info.st_mode) and info.st_size > limit_bytes:
                large.append((path, info.st_size))
        if not large:
            return ()
        names = self._work_tree.filter_names(path for path, _ in large)
        active = self._work_tree.filters.active
        return tuple((path, size) for path, size in large if names.get(path) not in active)

    def _files_in_submodules(self) -> list[str]:
        """Returns what lies in submodule folders without a repository: git would not see it."""
        found = []
        for path in sorted(self._submodules):
            mode = self._mode(path) if self._has_folder(path) else None
            if mode is not None and stat.S_ISDIR(mode):
                names = os.listdir(self._full(path))
                found += [] if ".git" in names else [f"{path}/{name}" for name in sorted(names)]
        return found

    def _full(self, path: str) -> str:
        return os.path.join(self._work_tree.place.folder, path)

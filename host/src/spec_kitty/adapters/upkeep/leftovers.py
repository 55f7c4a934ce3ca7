"""Owns what killed commands leave in folders of the host's own, and that it goes away.

A leftover is told by its place and name, which nothing else uses, and by the lock that its maker
would hold if it were alive. Where there is no such lock its age decides.
"""

from __future__ import annotations

import os
import time
from functools import partial

from spec_kitty.adapters.checks.scratch import Scratch
from spec_kitty.adapters.files import own_path
from spec_kitty.adapters.integration.sealed import LEFTOVER_PREFIX
from spec_kitty.adapters.landing.recovery import PREPARED_INDEX
from spec_kitty.adapters.refs.shelter import KEPT
from spec_kitty.adapters.scratch_folder import is_left
from spec_kitty.adapters.upkeep.in_use import is_held
from spec_kitty.adapters.workspaces.durable import read_bytes
from spec_kitty.adapters.workspaces.removal import remove_tree
from spec_kitty.domain.upkeep import Leftover

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spec_kitty.adapters.git.runner import Git

# A small file is written in milliseconds; nothing else tells who writes from who was killed.
_OLD_SECONDS = 3600.0
_CHECK = "verify-"
_TEMPORARY_FOLDERS = ("intent", "plans", "settings", "index", "prompts", "")

_MERGE = "Scratch of a command that was killed"
_CHECKED = "The folder of a check that was killed"
_REMOVED = "What is left of a workspace whose removal was killed"
_MADE = "What is left of a workspace whose making was killed"
_SUFFIXES = {"removing": _REMOVED, "new": _MADE}
_LANDED = "An index that a killed landing had prepared"
_WRITTEN = "A file that a killed command had begun to write"
_SHELTERED = "What a killed command told git about a pack, so that a gc would leave it alone"
_REPLACED = "The next command that needs the place removes it."
_UNTIL = {_SHELTERED: "Until then git puts that pack together with no other. It stays, too."}


class Leftovers:
    """Finds and removes leftovers of one repository."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._common_dir = git.common_dir
        self._workspaces = os.path.dirname(_workspace(git))

    def found(self) -> Iterator[Leftover]:
        """Yields each leftover that no live command holds, by its path."""
        for path, what, is_in_use in sorted(self._candidates(), key=lambda each: each[0]):
            if not is_in_use():
                yield Leftover(path, what, _UNTIL.get(what, _REPLACED))

    def remove(self, leftover: Leftover) -> None:
        """Removes a leftover that was found; one that is gone or in use meanwhile is left."""
        if leftover not in tuple(self.found()):
            return
        name = os.path.basename(leftover.path)
        if leftover.what == _CHECKED:
            Scratch(self._git, name.removeprefix(_CHECK), "").clear()
        else:
            remove_tree(leftover.path)

    def _candidates(self) -> Iterator[tuple[str, str, Callable[[], bool]]]:
        yield from self._scratch()
        yield from self._half_workspaces()
        yield from self._prepared_indexes()
        yield from self._keepers()
        for folder in _TEMPORARY_FOLDERS:
            for path in _listed(own_path(self._common_dir, folder)):
                if path.endswith(".tmp"):
                    yield path, _WRITTEN, partial(_is_young, path)

    def _scratch(self) -> Iterator[tuple[str, str, Callable[[], bool]]]:
        for path in _listed(own_path(self._common_dir, "scratch")):
            name = os.path.basename(path)
            if name.startswith(_CHECK):
                lock = f"{name.removeprefix(_CHECK)}.delivery.lock"
                yield path, _CHECKED, self._is_held("lock", lock)
            elif name.startswith((LEFTOVER_PREFIX, "index-", "packing-")):
                yield path, _MERGE, partial(_is_held_scratch, path)

    def _half_workspaces(self) -> Iterator[tuple[str, str, Callable[[], bool]]]:
        for path in _listed(self._workspaces):
            name = os.path.basename(path)
            for prefix, what in ((".removing-", _REMOVED), (".pointer-", _MADE)):
                if name.startswith(prefix):
                    held = self._is_held("workspace-locks", name.removeprefix(prefix))
                    yield path, what, held
        for path in _listed(own_path(self._common_dir, "index")):
            name, _, suffix = os.path.basename(path).rpartition(".")
            if suffix in _SUFFIXES:
                yield path, _SUFFIXES[suffix], self._is_held("workspace-locks", name)

    def _prepared_indexes(self) -> Iterator[tuple[str, str, Callable[[], bool]]]:
        linked = os.path.join(self._common_dir, "worktrees")
        if any(True for _ in _listed(own_path(self._common_dir, "intent"))):
            return
        for git_dir in (self._common_dir, *_listed(linked)):
            path = os.path.join(git_dir, PREPARED_INDEX)
            if os.path.lexists(path):
                yield path, _LANDED, self._is_held("lock", "landing.lock")

    def _keepers(self) -> Iterator[tuple[str, str, Callable[[], bool]]]:
        """Yields our own `.keep` files, which are told by their text from everybody else's."""
        for path in _listed(os.path.join(self._common_dir, "objects", "pack")):
            if path.endswith(".keep") and read_bytes(path) == f"{KEPT}\n".encode():
                yield path, _SHELTERED, partial(_is_young, path)

    def _is_held(self, folder: str, name: str) -> Callable[[], bool]:
        return partial(is_held, self._common_dir, folder, name)


def _workspace(git: Git) -> str:
    from spec_kitty.adapters.workspaces.place import workspace_place

    return workspace_place(git.location, "any", "WP01").folder


def _listed(folder: str) -> Iterator[str]:
    """Yields the paths in a folder, none if there is no such folder."""
    try:
        names = os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return
    yield from (os.path.join(folder, name) for name in names)


def _is_held_scratch(path: str) -> bool:
    return not is_left(path)


def _is_young(path: str) -> bool:
    try:
        return time.time() - os.lstat(path).st_mtime < _OLD_SECONDS
    except FileNotFoundError:
        return True

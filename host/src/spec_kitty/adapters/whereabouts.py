"""Owns where in the repository this process was started: in which workspace, on which branch.

It starts no git. A workspace's `.git` is in the hands of whoever works there, so it counts only
where it names a registration in the repository's own git dir.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.location import WORKSPACES, git_dir_of
from spec_kitty.application.ports import Whereabouts as WhereaboutsPort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.location import Location

_HEAD_PREFIX = "ref: refs/heads/"
_MAX_BYTES = 8192


class Whereabouts(WhereaboutsPort):
    """Looks from one folder."""

    def __init__(self, location: Location, folder: str) -> None:
        self._location = location
        self._folder = os.path.realpath(folder)

    def checkout(self) -> str | None:
        """Returns the main checkout, None for a bare repository."""
        return self._location.checkout

    def workspace(self) -> str | None:
        """Returns the name of the folder under `.worktrees` that this is in."""
        if self._location.checkout is None:
            return None
        workspaces = os.path.join(os.path.realpath(self._location.checkout), WORKSPACES)
        inside = self._folder.removeprefix(workspaces + os.sep)
        return inside.split(os.sep)[0] if inside != self._folder else None

    def branch(self) -> str | None:
        """Returns the branch that is checked out here, None for a detached HEAD."""
        git_dir = self._git_dir()
        head = _first_line(os.path.join(git_dir, "HEAD")) if git_dir else ""
        return head.removeprefix(_HEAD_PREFIX) if head.startswith(_HEAD_PREFIX) else None

    def _git_dir(self) -> str | None:
        """Finds the main git dir or one registered in it, and no other."""
        folder, common_dir = self._folder, os.path.realpath(self._location.common_dir)
        while True:
            entry = os.path.join(folder, ".git")
            if os.path.isdir(entry):
                return common_dir if os.path.realpath(entry) == common_dir else None
            if os.path.isfile(entry):
                found = git_dir_of(folder)
                registered = os.path.dirname(found) == os.path.join(common_dir, "worktrees")
                return found if registered or found == common_dir else None
            parent = os.path.dirname(folder)
            if parent == folder:
                return common_dir
            folder = parent


def _first_line(path: str) -> str:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read(_MAX_BYTES).split("\n")[0].strip()
    except OSError:
        return ""

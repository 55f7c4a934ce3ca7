"""Owns whether the host's own folders and files are folders and files."""

from __future__ import annotations

import os
import re
import stat

from spec_kitty.adapters.files import FOLDER, own_path
from spec_kitty.adapters.workspaces.place import workspace_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.adapters.git.runner import Git

# With the pattern of the files that the host keeps in it under names of its own.
_FOLDERS = {
    "": "",
    "lock": r".+\.lock",
    "workspace-locks": r".+-WP[0-9]+",
    "intent": r".+\.json",
    "plans": "",
    "settings": "",
    "prompts": "",
    "index": "",
    "scratch": "",
    "spares": "",
    "empty": "",
}
_FILES = ("git", "packs")


def misshapen(git: Git) -> Iterator[str]:
    """Yields each path of the host's own where something else stands than it keeps there."""
    common_dir, workspaces = git.common_dir, workspace_place(git.location, "any", "WP01").parent
    if os.path.lexists(workspaces) and not _is_folder(workspaces):
        yield workspaces
    for name, files in _FOLDERS.items():
        path = os.path.join(common_dir, FOLDER, name).rstrip(os.sep)
        if os.path.lexists(path) and not os.path.isdir(path):
            yield path
            if not name:
                return
        elif files and os.path.isdir(path):
            kept = (each for each in sorted(os.listdir(path)) if re.fullmatch(files, each))
            yield from (file for each in kept if _is_odd(file := os.path.join(path, each)))
    yield from (path for name in _FILES if _is_odd(path := own_path(common_dir, name)))


def _is_folder(path: str) -> bool:
    """A link may lead out of the repository, wherever it leads now."""
    return os.path.isdir(path) and not os.path.islink(path)


def _is_odd(path: str) -> bool:
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False

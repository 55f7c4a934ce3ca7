"""Owns whether the host's own folders and files are folders and files."""

from __future__ import annotations

import os
import re
import stat

from spec_kitty.adapters.files import FOLDER, own_path

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

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


def misshapen(common_dir: str) -> Iterator[str]:
    """Yields each path of the host's own where something else stands than it keeps there."""
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


def _is_odd(path: str) -> bool:
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except FileNotFoundError:
        return False

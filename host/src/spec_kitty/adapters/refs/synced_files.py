"""Owns how files that others wrote are made to survive a power cut.

Git syncs no file of a working tree. After a power cut such a file may be there and empty, and look
like somebody's edit. So whoever acknowledges that files are laid out syncs them first.
"""

from __future__ import annotations

import os
import stat

from spec_kitty.adapters.git import processes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection

# From here on one sync of the whole file system takes less time than one of each file.
_MANY = 64


def sync_files(top: str, paths: Collection[str]) -> None:
    """Makes the files below a folder durable, with their names; what is gone stays gone."""
    if len(paths) > _MANY:
        _sync_file_system(top)
        return
    folders = {top}
    for path in paths:
        _sync(os.path.join(top, path))
        while path := os.path.dirname(path):
            folders.add(os.path.join(top, path))
    for folder in folders:
        _sync(folder)


def _sync(path: str) -> None:
    """Syncs a file or folder; a link has nothing but its name, and a pipe is not followed."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError:
        return
    try:
        if not stat.S_ISFIFO(os.fstat(descriptor).st_mode):
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _sync_file_system(folder: str) -> None:
    try:
        ended = processes.run(("sync", "-f", folder), os.environ)
    except FileNotFoundError:
        ended = None
    if ended is None or ended.returncode:
        os.sync()

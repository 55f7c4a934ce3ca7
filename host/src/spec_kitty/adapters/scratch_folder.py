"""Owns folders that a command needs for a moment, below `<common dir>/spec-kitty/scratch/`.

While its command lives a folder is held by the kernel's lock on a file in it. What a killed one
left is removed by the next command that needs such a folder.
"""

from __future__ import annotations

import fcntl
import os
import time

from spec_kitty.adapters.files import own_path, remove_folder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_HOLD = "held"
# Between making a folder and holding it pass milliseconds.
_UNHELD_SECONDS = 10


class ScratchFolder:
    """Is a folder of this process, gone when the `with` block ends."""

    def __init__(self, common_dir: str, prefix: str) -> None:
        self._parent = own_path(common_dir, "scratch")
        self._prefix = prefix
        self.path = os.path.join(self._parent, f"{prefix}{os.urandom(8).hex()}")
        self._descriptor = -1

    def __enter__(self) -> str:
        self._remove_leftovers()
        os.makedirs(self.path)
        try:
            self._descriptor = os.open(_hold(self.path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC)
            fcntl.flock(self._descriptor, fcntl.LOCK_EX)
        except BaseException:
            self._end()
            raise
        return self.path

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._end()

    def _end(self) -> None:
        remove_folder(self.path)
        if self._descriptor >= 0:
            os.close(self._descriptor)

    def _remove_leftovers(self) -> None:
        try:
            names = os.listdir(self._parent)
        except FileNotFoundError:
            return
        for name in names:
            if name.startswith(self._prefix):
                remove_if_left(os.path.join(self._parent, name))


def remove_if_left(folder: str) -> bool:
    """Removes a scratch folder that no live process holds; says whether it did."""
    try:
        if not is_left(folder):
            return False
        remove_folder(folder)
    except OSError:
        # A git that outlived its host may still write here: the next command sees to it.
        return False
    return True


def is_left(folder: str) -> bool:
    """Says whether nobody holds a scratch folder any more."""
    try:
        descriptor = os.open(_hold(folder), os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return os.lstat(folder).st_mtime < time.time() - _UNHELD_SECONDS
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    finally:
        os.close(descriptor)
    return True


def _hold(folder: str) -> str:
    return os.path.join(folder, _HOLD)

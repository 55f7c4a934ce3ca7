"""Owns the lock that keeps git's own commands off a workspace's index while the host replaces it.

The lock file is git's (`index.lock`), and it is made by linking a file that already carries the
host's signature. A lock with that signature that is there when the host comes, which holds the
workspace, was left by a host that was killed.
"""

from __future__ import annotations

import os
import time

from spec_kitty.adapters.files import sync_folder
from spec_kitty.adapters.refs.lock_owners import busy
from spec_kitty.adapters.workspaces.durable import (
    copy_atomically,
    place_new,
    read_bytes,
    write_atomically,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

_SIGNATURE = b"spec-kitty holds this index\n"
_WAIT_SECONDS = 2.0
_PAUSE_SECONDS = 0.05


class IndexLock:
    """Holds the workspace's own index. The caller holds the workspace already."""

    def __init__(self, registration: str, wait_seconds: float = _WAIT_SECONDS) -> None:
        self._index = os.path.join(registration, "index")
        self._lock = f"{self._index}.lock"
        self._wait_seconds = wait_seconds

    def __enter__(self) -> IndexLock:
        deadline = time.monotonic() + self._wait_seconds
        self.clear_stale()
        while not self._made():
            if time.monotonic() > deadline:
                common_dir = os.path.dirname(os.path.dirname(os.path.dirname(self._lock)))
                raise busy(common_dir, self._lock)
            time.sleep(_PAUSE_SECONDS)
        return self

    def clear_stale(self) -> None:
        """Removes a lock that a killed host left; one of git's stays."""
        if is_signed(self._lock):
            os.unlink(self._lock)

    def publish(self, index: str) -> None:
        """Puts a copy of the host's index where the workspace's own index is."""
        copy_atomically(index, self._index)

    def _made(self) -> bool:
        signed = f"{self._lock}.spec-kitty"
        write_atomically(signed, _SIGNATURE)
        try:
            place_new(signed, self._lock)
        except FileExistsError:
            return False
        return True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear_stale()
        sync_folder(os.path.dirname(self._lock))


def is_signed(lock: str) -> bool:
    """Says whether a lock is the host's own."""
    return read_bytes(lock) == _SIGNATURE

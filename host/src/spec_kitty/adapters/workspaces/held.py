"""Owns who may work on a workspace's files: one process of the host at a time.

The lock is the kernel's, so it ends with the process; a git that writes files inherits it, and
keeps it if the host is killed, until it has ended too. It is not the journal's lock: making a
workspace of a large repository takes seconds in which the feature must not stand still.
"""

from __future__ import annotations

import fcntl
import os
import time

from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from spec_kitty.adapters.workspaces.place import Place

_WAIT_SECONDS = 300.0
_PAUSE_SECONDS = 0.02


class Held:
    """Holds a workspace while the block runs. Raises Refusal (BUSY) when another keeps it."""

    def __init__(self, place: Place, wait_seconds: float = _WAIT_SECONDS) -> None:
        self.place = place
        self._wait_seconds = wait_seconds
        self.descriptor = -1

    def __enter__(self) -> Held:
        os.makedirs(os.path.dirname(self.place.lock), exist_ok=True)
        self.descriptor = os.open(self.place.lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o666)
        deadline = time.monotonic() + self._wait_seconds
        while not self._taken():
            if time.monotonic() > deadline:
                os.close(self.descriptor)
                raise Refusal(
                    ErrorCode.BUSY,
                    f"Another process works on the workspace {self.place.folder}. Try again.",
                    workspace_path=self.place.folder,
                )
            time.sleep(_PAUSE_SECONDS)
        return self

    def _taken(self) -> bool:
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self.descriptor)

"""Owns who may work on a workspace's files: one process of the host at a time.

The lock is the kernel's, so it ends with the process; a git that writes files inherits it, and
keeps it if the host is killed, until it has ended too. It is not the journal's lock: making a
workspace of a large repository takes seconds in which the feature must not stand still.

Whoever holds a workspace works in its folder through a descriptor: a link that is put in its
place, or above it, leads nobody elsewhere, neither before nor meanwhile.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time

from spec_kitty.adapters.workspaces.registration import in_the_way
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType

    from spec_kitty.adapters.workspaces.place import Place

_WAIT_SECONDS = 300.0
_PAUSE_SECONDS = 0.02
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Held:
    """Holds a workspace while the block runs. Raises Refusal (BUSY) when another keeps it."""

    def __init__(self, place: Place, wait_seconds: float = _WAIT_SECONDS) -> None:
        self.place = place
        self._wait_seconds = wait_seconds
        self.descriptor = -1
        self._folder = -1

    @property
    def folder(self) -> int:
        """Returns a descriptor of the workspace's folder, which stays open while it is held.

        Raises Refusal (WORKSPACE_FAILED) when the folder is not there or is a link.
        """
        if self._folder < 0:
            self._folder = _opened(self.place)
        return self._folder

    @property
    def path(self) -> str:
        """Returns a path by which children of this process find the folder, whatever its name."""
        by_descriptor = f"/proc/{os.getpid()}/fd/{self.folder}"
        return by_descriptor if os.path.isdir(by_descriptor) else self.place.folder

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
        if self._folder >= 0:
            os.close(self._folder)


def _opened(place: Place) -> int:
    try:
        parent = os.open(place.parent, _FOLDER)
        try:
            return os.open(place.name, _FOLDER, dir_fd=parent)
        finally:
            os.close(parent)
    except FileNotFoundError:
        raise Refusal(
            ErrorCode.WORKSPACE_FAILED,
            f"The workspace {place.folder} is gone. Claim the work package again.",
            reason="gone",
        ) from None
    except OSError as error:
        # What a link is answered with when no link may be followed.
        if error.errno not in (errno.ELOOP, errno.ENOTDIR):
            raise
        raise in_the_way(place.folder) from None

"""Owns the `index.lock` that keeps git's commands out of a checkout while a landing is at work.

The lock says in itself whose it is. While a landing still looks around, it may be removed by
whoever holds the landing lock of the repository: its maker is dead, and nothing was touched.
Once files may have moved, it belongs to the intent that records its inode. Any other lock is
somebody else's and stays.
"""

from __future__ import annotations

import os

from spec_kitty.domain.refusals import ErrorCode, Refusal

_LOOKING = b"spec-kitty looks whether a feature can land here\n"
_LANDING = b"spec-kitty is landing a feature here\n"


class CheckoutLock:
    """Is a taken `index.lock`."""

    def __init__(self, path: str, inode: int) -> None:
        self._path = path
        self.inode = inode

    def hand_over(self) -> None:
        """Makes the lock stay, whatever happens, until the intent is recovered."""
        with open(self._path, "r+b") as file:
            file.truncate()
            file.write(_LANDING)

    def release(self) -> None:
        """Removes the lock, unless somebody put another one in its place."""
        try:
            if os.lstat(self._path).st_ino == self.inode:
                os.unlink(self._path)
        except FileNotFoundError:
            return


def lock_path(git_dir: str) -> str:
    return os.path.join(git_dir, "index.lock")


def is_locked(git_dir: str) -> bool:
    """Says whether there is a lock that a landing would have to respect."""
    return _content(git_dir) not in (None, _LOOKING)


def take(git_dir: str) -> CheckoutLock:
    """Takes the lock. Raises FileExistsError when somebody has it."""
    path = lock_path(git_dir)
    if _content(git_dir) == _LOOKING:
        os.unlink(path)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
    try:
        os.write(descriptor, _LOOKING)
        return CheckoutLock(path, os.fstat(descriptor).st_ino)
    finally:
        os.close(descriptor)


def find_left(git_dir: str, inode: int) -> CheckoutLock | None:
    """Returns the lock with this inode that a killed landing left, None when it is gone."""
    path = lock_path(git_dir)
    content = _content(git_dir)
    if content in (None, _LOOKING):
        return None
    if content != _LANDING or os.lstat(path).st_ino != inode:
        raise busy(git_dir)
    return CheckoutLock(path, inode)


def busy(git_dir: str) -> Refusal:
    path = lock_path(git_dir)
    return Refusal(
        ErrorCode.BUSY,
        f"A git command is at work there: {path} exists. Try again when it has ended; "
        "if none is running, delete that file.",
        lock=path,
        retryable=True,
    )


def _content(git_dir: str) -> bytes | None:
    try:
        with open(lock_path(git_dir), "rb") as file:
            return file.read(4096)
    except FileNotFoundError:
        return None

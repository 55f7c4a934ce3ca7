"""Owns the `index.lock` that keeps git's commands out of a checkout while a landing is at work.

The lock says in itself whose it is. While a landing still looks around, it may be removed by
whoever holds the landing lock of the repository: its maker is dead, and nothing was touched.
Once files may have moved, it belongs to the intent that records its mark, in a copy of the
repository too. Any other lock is somebody else's and stays.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.files import remove_durably, sync_folder
from spec_kitty.adapters.refs.lock_owners import PATIENCE_SECONDS, busy, is_released
from spec_kitty.adapters.workspaces.durable import (
    forget,
    place_new,
    read_bytes,
    unfinished,
    write_atomically,
)
from spec_kitty.domain.refusals import ErrorCode, Refusal

_LOOKING = b"spec-kitty looks whether a feature can land here\n"
# Added to the line above, so that no power cut leaves a lock that says nothing.
_LANDING = b"and is landing it now, as %b\n"
_MARK_BYTES = 8
_TRIES = 3


class CheckoutLock:
    """Is a taken `index.lock`; no other has its mark."""

    def __init__(self, path: str, inode: int, mark: str) -> None:
        self._path = path
        self._inode = inode
        self.mark = mark

    def hand_over(self) -> None:
        """Makes the lock stay, whatever happens, until the intent is recovered."""
        descriptor = os.open(self._path, os.O_WRONLY | os.O_APPEND)
        try:
            os.write(descriptor, _LANDING % self.mark.encode())
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(os.path.dirname(self._path))

    def release(self) -> None:
        """Removes the lock, unless somebody put another one in its place."""
        try:
            if os.lstat(self._path).st_ino == self._inode:
                remove_durably(self._path)
        except FileNotFoundError:
            return


def lock_path(git_dir: str) -> str:
    return os.path.join(git_dir, "index.lock")


def _signed(git_dir: str) -> str:
    """Returns where the lock is written before it gets its name."""
    return f"{lock_path(git_dir)}.spec-kitty"


def require_unlocked(git_dir: str) -> None:
    """Waits for a lock that a landing would have to respect. Raises Refusal (BUSY)."""
    if _content(git_dir) in (None, _LOOKING):
        return
    if not is_released(lock_path(git_dir), PATIENCE_SECONDS):
        raise _busy(git_dir)


def is_left_by_look(git_dir: str) -> bool:
    """Says whether the lock there is one of a landing that had touched nothing yet."""
    return _content(git_dir) == _LOOKING


def give_up_look(git_dir: str) -> None:
    """Removes the lock of a landing that was killed before it touched anything.

    So it does with a lock that had not got its name yet. The caller holds the landing lock.
    """
    if is_left_by_look(git_dir):
        remove_durably(lock_path(git_dir))
    signed = _signed(git_dir)
    for path in (signed, unfinished(signed)):
        forget(path)


def take(git_dir: str) -> CheckoutLock:
    """Takes the lock, if need be after a wait. Raises Refusal (BUSY) saying whose it may be."""
    path = lock_path(git_dir)
    for _ in range(_TRIES):
        if is_left_by_look(git_dir):
            os.unlink(path)
        signed = _signed(git_dir)
        write_atomically(signed, _LOOKING)
        inode = os.lstat(signed).st_ino
        try:
            place_new(signed, path)
            return CheckoutLock(path, inode, os.urandom(_MARK_BYTES).hex())
        except FileExistsError:
            require_unlocked(git_dir)
    raise _busy(git_dir)


def find_left(git_dir: str, mark: str) -> CheckoutLock | None:
    """Returns the lock with this mark that a killed landing left, None when it is gone.

    A power cut may have left only a part of the mark, or zeros in its place.
    """
    path = lock_path(git_dir)
    content = _content(git_dir)
    if content is None or content == _LOOKING:
        return None
    whole = _LOOKING + _LANDING % mark.encode()
    if not content.startswith(_LOOKING) or not whole.startswith(content.rstrip(b"\0")):
        raise _busy(git_dir)
    return CheckoutLock(path, os.lstat(path).st_ino, mark)


def _busy(git_dir: str) -> Refusal:
    from shlex import quote

    if (_content(git_dir) or b"").startswith(_LOOKING):
        return Refusal(
            ErrorCode.BUSY,
            "A feature is landing there, or its merge was interrupted: it has the lock "
            f"{lock_path(git_dir)}. Try again; if that stays so, 'spec-kitty doctor --fix' "
            "finishes it. If it finds nothing to finish, delete the lock: "
            f"'rm {quote(lock_path(git_dir))}'",
            lock=lock_path(git_dir),
            retryable=True,
        )
    common = read_bytes(os.path.join(git_dir, "commondir"))
    relative = "" if common is None else os.fsdecode(common).strip()
    return busy(os.path.normpath(os.path.join(git_dir, relative)), lock_path(git_dir))


def _content(git_dir: str) -> bytes | None:
    return read_bytes(lock_path(git_dir))

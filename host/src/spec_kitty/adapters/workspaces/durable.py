"""Owns how a small file is written so that a reader or a crash sees the old text or the new."""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import BinaryIO

_CHUNK_BYTES = 1 << 20
# Always the same name, so that what a killed writer left is written over by the next.
_UNFINISHED = ".spec-kitty-new"


def read_bytes(path: str, limit: int = 1 << 16, folder_fd: int | None = None) -> bytes | None:
    """Returns the start of a regular file, None when there is none (a link does not count)."""
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    try:
        descriptor = os.open(path, flags, dir_fd=folder_fd)
    except OSError:
        return None
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            return None
        return os.read(descriptor, limit)
    finally:
        os.close(descriptor)


def write_atomically(
    path: str, content: bytes, temporary: str | None = None, folder_fd: int | None = None
) -> None:
    """Puts the content at the path in one step, surviving a power cut. One process at a time may.

    `temporary` is where it is written first, on the same file system. `path` is relative to
    `folder_fd` if that is given.
    """

    def fill(file: BinaryIO) -> None:
        file.write(content)

    _replace(path, temporary or unfinished(path), fill, folder_fd)


def unfinished(path: str) -> str:
    """Returns where a file lies until it is whole."""
    return f"{path}{_UNFINISHED}"


def remove_unfinished(folder: str) -> None:
    """Removes what a killed process had begun to write in the folder, while nobody writes there."""
    for name in os.listdir(folder):
        if name.endswith(_UNFINISHED):
            os.unlink(os.path.join(folder, name))


def copy_atomically(source: str, path: str) -> None:
    """Puts a copy at the path in one step, with the source's modification time.

    The time matters for an index: git distrusts entries that are as young as the index itself.
    """

    def fill(file: BinaryIO) -> None:
        with open(source, "rb") as original:
            while chunk := original.read(_CHUNK_BYTES):
                file.write(chunk)
            info = os.fstat(original.fileno())
        file.flush()
        os.utime(file.fileno(), ns=(info.st_atime_ns, info.st_mtime_ns))

    _replace(path, unfinished(path), fill)


def forget(path: str) -> None:
    """Removes a file, or the link at the path, if there is one."""
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def place_new(temporary: str, path: str, folder_fd: int | None = None) -> None:
    """Gives a finished file its name unless that is taken (FileExistsError).

    `path` is relative to `folder_fd` if that is given. `temporary` goes away in any case.
    """
    try:
        os.link(temporary, path, dst_dir_fd=folder_fd, follow_symlinks=False)
    finally:
        os.unlink(temporary)


def _replace(
    path: str, temporary: str, fill: Callable[[BinaryIO], None], folder_fd: int | None = None
) -> None:
    forget(temporary)
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with open(os.open(temporary, flags, 0o666), "wb") as file:
        fill(file)
        file.flush()
        os.fsync(file.fileno())
    os.rename(temporary, path, dst_dir_fd=folder_fd)

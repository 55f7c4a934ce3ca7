"""Owns whose a lock file of git's may be, and how a person is told.

Git's locks do not say who made them. A live process may hold one if it has the file open, or is a
git that works on this repository and is no mere reader. Where there is no /proc nobody can tell.
"""

from __future__ import annotations

import os
import time

from spec_kitty.adapters.git.location import locate
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

# So long a lock of somebody else's is waited for before it is told.
PATIENCE_SECONDS = 2.0
_PAUSE_SECONDS = 0.02
_PROCESSES = "/proc"
_SHOWN_CHARACTERS = 80
# Git commands that take no lock on refs or on an index, however long they run.
_READERS = frozenset(
    b"blame cat-file diff diff-tree fsck log ls-files merge-tree pack-objects rev-list "
    b"rev-parse show status".split()
)


class Owner(Record):
    """Is a process that may hold a lock."""

    process: int
    command: str


def is_released(path: str, seconds: float) -> bool:
    """Waits for a lock to go, or to be another one; says whether it did."""
    deadline = time.monotonic() + seconds
    seen = _identity(path)
    while seen is not None and _identity(path) == seen:
        if time.monotonic() >= deadline:
            return False
        time.sleep(_PAUSE_SECONDS)
    return True


def possible_owner(common_dir: str, path: str) -> int | None:
    """Returns the id of a live process that may hold the lock."""
    owner = owner_of(common_dir, path)
    return None if owner is None else owner.process


def owner_of(common_dir: str, path: str) -> Owner | None:
    for entry in _processes():
        words = _words(entry)
        if _has_open(entry, path) or _works_here(entry, words, common_dir):
            return Owner(int(entry), _shown(words))
    return None


def _shown(words: list[bytes]) -> str:
    command = b" ".join(words).decode(errors="replace")
    return "".join(each if each.isprintable() else "?" for each in command)[:_SHOWN_CHARACTERS]


def worker_of(common_dir: str, command: bytes) -> Owner | None:
    """Returns a live git that does this on the repository."""
    for entry in _processes():
        words = _words(entry)
        if command in words and _works_here(entry, words, common_dir):
            return Owner(int(entry), _shown(words))
    return None


def busy(common_dir: str, path: str) -> Refusal:
    """Returns the refusal that names a lock and whose it is."""
    owner = owner_of(common_dir, path)
    return Refusal(
        ErrorCode.BUSY,
        f"A git lock is in the way: {path}. {_whose(path, owner)}",
        lock=path,
        process=None if owner is None else owner.process,
        retryable=True,
    )


def _whose(path: str, owner: Owner | None) -> str:
    if owner is not None:
        return (
            f"Process {owner.process} ({owner.command}) may hold it: try again when that has ended."
        )
    advice = "If no git is at work here from anywhere else, delete that file and try again."
    try:
        left = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(os.lstat(path).st_mtime))
    except OSError:
        return "It is gone by now: try again."
    if os.path.isdir(f"{_PROCESSES}/self"):
        return f"No process holds it; it was left at {left}. {advice}"
    return f"It is there since {left}; whose it is cannot be told on this system. {advice}"


def _identity(path: str) -> tuple[int, int] | None:
    try:
        seen = os.lstat(path)
    except OSError:
        return None
    return seen.st_ino, seen.st_mtime_ns


def _processes() -> Iterator[str]:
    for entry in os.listdir(_PROCESSES) if os.path.isdir(_PROCESSES) else ():
        if entry.isdigit() and int(entry) != os.getpid():
            yield entry


def _words(process: str) -> list[bytes]:
    try:
        with open(f"{_PROCESSES}/{process}/cmdline", "rb") as file:
            return file.read().rstrip(b"\0").split(b"\0")
    except OSError:
        return [b""]


def _has_open(process: str, path: str) -> bool:
    folder = f"{_PROCESSES}/{process}/fd"
    try:
        descriptors = os.listdir(folder)
    except OSError:
        return False
    for descriptor in descriptors:
        try:
            if os.readlink(f"{folder}/{descriptor}") == path:
                return True
        except OSError:
            continue
    return False


def _works_here(process: str, words: list[bytes], common_dir: str) -> bool:
    """Says whether a process is a git at work on the repository, from whichever folder."""
    if not os.path.basename(words[0]).startswith(b"git") or _READERS.intersection(words):
        return False
    if any(os.fsencode(common_dir) in word for word in words):
        return True
    try:
        folder = os.readlink(f"{_PROCESSES}/{process}/cwd")
        return locate(folder).common_dir == os.path.realpath(common_dir)
    except PermissionError:  # another person's git: nobody can say where it works
        return True
    except (OSError, Refusal):
        return False

"""Owns that what is stored of a file is the file's own, also while somebody changes it.

Git looks at a path and then opens it. A link that takes the file's place between the two would
bring what lies outside into a commit. A file that was touched meanwhile is stored once more,
through a descriptor that no link leads to.
"""

from __future__ import annotations

import os
import stat

from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from spec_kitty.adapters.work_trees.work_tree import WorkTree
    from spec_kitty.adapters.workspaces.held import Held

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_AT_MOST = 50


class Steadiness:
    """Remembers how the files look that are about to be stored; none may be over the limit."""

    def __init__(
        self, work_tree: WorkTree, held: Held, paths: Sequence[str], limit_bytes: int
    ) -> None:
        self._work_tree = work_tree
        self._held = held
        self._paths = paths
        self._limit_bytes = limit_bytes
        self._before = _marks(held, paths)

    def store_again(self) -> None:
        """Stores what was touched since. Raises Refusal (WORKSPACE_FAILED) where it cannot."""
        now = _marks(self._held, self._paths)
        touched = {path for path in now if now[path] != self._before.get(path)}
        again = [path for path in self._paths if _with_folders(path) & touched]
        if len(again) > _AT_MOST:
            raise _restless(self._held, again)
        entries = b"".join(self._entry(path) for path in again if now[path])
        gone = b"".join(os.fsencode(path) + b"\0" for path in again if not now[path])
        if gone:
            self._work_tree.run("update-index", "-z", "--force-remove", "--stdin", stdin=gone)
        if entries:
            self._work_tree.run("update-index", "-z", "--index-info", stdin=entries)

    def _entry(self, path: str) -> bytes:
        mode, content = _read(self._held, path, self._limit_bytes)
        words = ("hash-object", "-w", "--stdin", f"--path={path}")
        oid = self._work_tree.run(*words, stdin=content).stdout.strip()
        return b"%s %s 0\t%s\0" % (mode, oid, os.fsencode(path))


def _marks(held: Held, paths: Sequence[str]) -> Mapping[str, tuple[int, ...]]:
    """Returns what differs of each path, or of a folder above it, once somebody touched it."""
    found: dict[str, tuple[int, ...]] = {}
    for path in paths:
        for each in _with_folders(path) - found.keys():
            info = _info(held, each)
            found[each] = () if info is None else _mark(info)
    return found


def _read(held: Held, path: str, limit_bytes: int) -> tuple[bytes, bytes]:
    """Returns mode and content of a file of the workspace itself."""
    above, _, name = path.rpartition("/")
    opened = [os.dup(held.folder)]
    try:
        for part in above.split("/") if above else ():
            opened.append(os.open(part, _FOLDER, dir_fd=opened[-1]))
        opened.append(os.open(name, _FILE, dir_fd=opened[-1]))
        info = os.fstat(opened[-1])
        if not stat.S_ISREG(info.st_mode) or info.st_size > limit_bytes:
            raise _restless(held, [path])
        with open(os.dup(opened[-1]), "rb") as file:
            content = file.read(limit_bytes)
    except OSError:
        raise _restless(held, [path]) from None
    finally:
        for descriptor in opened:
            os.close(descriptor)
    return (b"100755" if info.st_mode & stat.S_IXUSR else b"100644"), content


def _info(held: Held, path: str) -> os.stat_result | None:
    try:
        return os.stat(path, dir_fd=held.folder, follow_symlinks=False)
    except OSError:
        return None


def _mark(info: os.stat_result) -> tuple[int, ...]:
    # What comes and goes in a folder does not matter: only whether it is the same one.
    if stat.S_ISDIR(info.st_mode):
        return (info.st_mode, info.st_ino)
    return (info.st_mode, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)


def _with_folders(path: str) -> set[str]:
    parts = path.split("/")
    return {"/".join(parts[:depth]) for depth in range(1, len(parts) + 1)}


def _restless(held: Held, paths: Sequence[str]) -> Refusal:
    return Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"Files of {held.place.folder} change while they are stored: {', '.join(paths[:5])}. End "
        "what still runs in the workspace, then submit again.",
        reason="restless",
        paths=tuple(paths[:_AT_MOST]),
    )

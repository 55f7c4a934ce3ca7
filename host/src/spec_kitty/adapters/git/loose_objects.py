"""Owns the writing of git objects on the contract path: loose, fsynced, without starting git.

Three or four small objects a change would cost as many git children. Git reads what is written
here as its own; the hash is the one that the repository was made with.
"""

from __future__ import annotations

import os
import zlib
from stat import S_IMODE, S_IWGRP

from spec_kitty.adapters.files import sync_folder
from spec_kitty.adapters.git.repository_format import read_format
from spec_kitty.application.ports import ObjectsVanished

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

# How often an object is written again when its file goes away meanwhile.
_TRIES = 10


def is_object_id(text: str) -> bool:
    """Says whether a name of a commit is its id, not a ref or an expression that may move."""
    return len(text) in (40, 64) and text.isalnum()


class LooseObjects:
    """Writes objects into one repository's store."""

    def __init__(self, common_dir: str) -> None:
        self._folder = os.path.join(common_dir, "objects")
        self._hash = _hash_of(common_dir)
        self._unsettled: set[str] = set()

    def id_of(self, kind: str, content: bytes) -> str:
        """Returns the id that an object has or would have; writes nothing."""
        return self._hash(_framed(kind, content))

    def tree_of(self, commit: str) -> str | None:
        """Returns a commit's tree, None where git must be asked: it is packed or not there."""
        try:
            with open(os.path.join(self._folder, commit[:2], commit[2:]), "rb") as file:
                data = zlib.decompress(file.read())
        except (OSError, ValueError, zlib.error):
            return None
        header, _, content = data.partition(b"\0")
        first = content.partition(b"\n")[0].decode(errors="replace")
        is_commit = header.startswith(b"commit ") and first.startswith("tree ")
        return first.removeprefix("tree ") if is_commit else None

    def has(self, oid: str) -> bool:
        """Says whether there is a loose object of this id; a packed one does not count."""
        return os.path.exists(os.path.join(self._folder, oid[:2], oid[2:]))

    def write(self, kind: str, content: bytes) -> str:
        """Writes one object and returns its id; its content is durable, its name once settled.

        Raises OSError when the disk is full.
        """
        data = _framed(kind, content)
        oid = self._hash(data)
        for _ in range(_TRIES):
            try:
                self._store(oid, data)
                return oid
            except FileNotFoundError:  # a `git prune` took the file, or the empty folder
                continue
        raise ObjectsVanished(f"the new {kind} {oid} disappears while it is written")

    def settle(self) -> None:
        """Makes the names of all that was written survive a power cut."""
        while self._unsettled:
            sync_folder(self._unsettled.pop())

    def _store(self, oid: str, data: bytes) -> None:
        folder = os.path.join(self._folder, oid[:2])
        temporary = os.path.join(folder, f"tmp_obj_{os.urandom(8).hex()}")
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        try:
            descriptor = os.open(temporary, flags, 0o444)
        except FileNotFoundError:
            self._make_folder(folder)
            self._unsettled.add(self._folder)
            descriptor = os.open(temporary, flags, 0o444)
        try:
            try:
                if self._is_shared:
                    os.fchmod(descriptor, 0o444)
                _write_all(descriptor, zlib.compress(data, 1))
                os.fsync(descriptor)
            finally:
                os.close(descriptor)
            os.rename(temporary, os.path.join(folder, oid[2:]))
            self._unsettled.add(folder)
        except BaseException:
            if os.path.exists(temporary):
                os.unlink(temporary)
            raise

    def _make_folder(self, folder: str) -> None:
        try:
            os.mkdir(folder)
        except FileExistsError:
            return
        if self._is_shared:
            os.chmod(folder, S_IMODE(os.stat(self._folder).st_mode))

    @property
    def _is_shared(self) -> bool:
        """Whether others write here too: `core.sharedRepository`, whatever this umask is."""
        return bool(os.stat(self._folder).st_mode & S_IWGRP)


def _framed(kind: str, content: bytes) -> bytes:
    return b"%s %d\0%s" % (kind.encode(), len(content), content)


def _write_all(descriptor: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(descriptor, view) :]


def _hash_of(common_dir: str) -> Callable[[bytes], str]:
    if read_format(common_dir).is_sha256:
        from hashlib import sha256

        return lambda data: sha256(data).hexdigest()
    try:
        # The C module alone: `hashlib` also loads OpenSSL, which costs more than the hashing.
        from _sha1 import sha1  # type: ignore[import-not-found]  # typeshed leaves it out
    except ImportError:
        from hashlib import sha1
    return lambda data: sha1(data).hexdigest()

"""Owns how a checkout's files are compared with what commits hold at the same paths."""

from __future__ import annotations

import os

from spec_kitty.adapters.landing.places import FILE, FOLDER, LINK, MISSING, Places

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from spec_kitty.adapters.landing.index_copy import IndexCopy

    State = tuple[str, str]

_LINK_MODE = "120000"
_REGULAR_MODES = ("100644", "100755")
# What is neither file nor link has no content to compare; these stand for it.
IS_FOLDER = ("040000", "")
IS_OTHER = ("other", "")


class FileStates:
    """Tells mode and object of files as git would store them; None stands for nothing there."""

    def __init__(self, copy: IndexCopy, object_id_length: int) -> None:
        self._copy = copy
        self._places = Places(copy.folder)
        self._hash_name = "sha1" if object_id_length == 40 else "sha256"
        asked = copy.run("config", "--type=bool", "--get", "core.filemode", ok=(0, 1))
        self._modes_count = asked.stdout.strip() != b"false"

    def read(self, paths: Iterable[str]) -> dict[str, State | None]:
        """Returns the state of each path."""
        kinds = {path: self._places.kind(path) for path in paths}
        hashes = self._hashes([path for path, kind in kinds.items() if kind == FILE])
        return {path: self._state(path, kind, hashes) for path, kind in kinds.items()}

    def same(self, one: State | None, other: State | None) -> bool:
        """Says whether two states are equal, as far as this file system keeps modes."""
        if one is None or other is None or self._modes_count:
            return one == other
        regular = one[0] in _REGULAR_MODES and other[0] in _REGULAR_MODES
        return one[1] == other[1] and (regular or one[0] == other[0])

    def is_cut_off(self, path: str, commits: Iterable[str]) -> bool:
        """Says whether a file is the beginning of what one of the commits has there."""
        if self._places.kind(path) != FILE:
            return False
        with open(self._places.absolute(path), "rb") as file:
            content = file.read()
        for commit in commits:
            whole = self._copy.run("cat-file", "--filters", f"{commit}:{path}", ok=(0, 128))
            if whole.returncode == 0 and whole.stdout.startswith(content):
                return True
        return False

    def _state(self, path: str, kind: str, hashes: dict[str, str]) -> State | None:
        if kind == MISSING:
            return None
        if kind == FILE:
            executable = os.lstat(self._places.absolute(path)).st_mode & 0o100
            return (_REGULAR_MODES[bool(executable)], hashes[path])
        if kind == LINK:
            return (_LINK_MODE, self._hash_of_link(path))
        return IS_FOLDER if kind == FOLDER else IS_OTHER

    def _hashes(self, paths: list[str]) -> dict[str, str]:
        # One git hashes all; it would read a name with a line break or a quote as another name.
        plain = [path for path in paths if "\n" not in path and not path.startswith('"')]
        lines = os.fsencode("".join(f"{path}\n" for path in plain))
        printed = (
            self._copy.run("hash-object", "--stdin-paths", stdin=lines).stdout if plain else b""
        )
        hashes = dict(zip(plain, printed.decode().split(), strict=True))
        for path in set(paths) - set(plain):
            hashes[path] = self._copy.run("hash-object", "--", path).stdout.decode().strip()
        return hashes

    def _hash_of_link(self, path: str) -> str:
        import hashlib

        target = os.fsencode(os.readlink(self._places.absolute(path)))
        return hashlib.new(self._hash_name, b"blob %d\0%s" % (len(target), target)).hexdigest()

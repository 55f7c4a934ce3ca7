"""Owns the files in the git common dir that spare reading the same committed object twice.

An entry is named by the object id of what it was made from, so it can never be out of date,
only missing or damaged; then it is made anew. A cache that cannot be written is no reason for
a command to fail. `FORMAT` grows with every change of what the codec writes or the parser finds.
"""

from __future__ import annotations

import json
import os
import zlib

from spec_kitty.adapters.files import write_memory

FORMAT = 2
# Far more than a project has features: a list of all of them must not push its own entries out.
MAX_ENTRIES = 2_000
# So many are left, so that not every further one has to look for the oldest.
_KEPT_ENTRIES = 1_500


class Cache:
    """Keeps JSON values by object id in one folder."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def get(self, oid: str) -> object:
        """Returns the value, None if there is none that can be read."""
        try:
            with open(self._path(oid), "rb") as file:
                checksum, _, text = file.read().partition(b"\n")
            return json.loads(text) if checksum == _checksum(text) else None
        except (OSError, ValueError, RecursionError):
            return None

    def put(self, oid: str, value: object) -> None:
        """Keeps the value if that is possible; readers see all of it or nothing."""
        path = self._path(oid)
        text = json.dumps(value, separators=(",", ":")).encode()
        write_memory(path, _checksum(text) + b"\n" + text)
        try:
            self._forget_oldest()
        except OSError:
            return

    def _path(self, oid: str) -> str:
        return os.path.join(self._folder, f"{oid}-{FORMAT}.json")

    def _forget_oldest(self) -> None:
        if len(os.listdir(self._folder)) <= MAX_ENTRIES:
            return
        with os.scandir(self._folder) as found:
            ages = sorted((entry.stat().st_mtime, entry.path) for entry in found)
        for _, path in ages[:-_KEPT_ENTRIES]:
            _remove(path)


def _checksum(text: bytes) -> bytes:
    return b"%08x" % zlib.crc32(text)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return

"""Owns packs of the host's own: making one of given objects, and reading which one holds.

A pack is made in a folder of its own and then moved to where git looks, its index last, so that
git sees a whole pack or none and what a kill left behind is known to be ours.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.files import sync_folder
from spec_kitty.adapters.scratch_folder import ScratchFolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from spec_kitty.adapters.git.runner import Git

_IDX_HEADER_BYTES = 8
_FANOUT_BYTES = 256 * 4
_PREFIX = "packing-"
_SUFFIXES = (".pack", ".rev", ".idx")


class Packs:
    """Makes, reads and removes packs in one repository."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._objects = os.path.join(git.common_dir, "objects")
        self._folder = os.path.join(self._objects, "pack")

    def make(self, listed: bytes, announce: Callable[[str], None]) -> str:
        """Makes a durable pack of the objects in a list as `git rev-list --objects` prints it.

        `announce` is told the pack's name before it is there.
        """
        with ScratchFolder(self._git.common_dir, _PREFIX) as making:
            made = os.path.join(making, "pack")
            os.mkdir(made)
            said = self._git.run(
                *("-c", "pack.threads=1", "-c", "pack.packSizeLimit=0"),
                *("pack-objects", "-q", os.path.join(made, "pack")),
                stdin=listed,
                env={
                    "GIT_OBJECT_DIRECTORY": making,
                    "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted(self._objects),
                },
            )
            name = f"pack-{said.stdout.decode().strip()}"
            announce(name)
            self._install(made, name)
        return name

    def _install(self, made: str, name: str) -> None:
        os.makedirs(self._folder, exist_ok=True)
        for suffix in _SUFFIXES:
            source = os.path.join(made, name + suffix)
            if os.path.exists(source):
                os.rename(source, os.path.join(self._folder, name + suffix))
        sync_folder(self._folder)

    def keep(self, name: str, reason: str) -> None:
        """Tells git to leave a pack alone, which need not be there yet."""
        os.makedirs(self._folder, exist_ok=True)
        with open(self._keeper(name), "w", encoding="ascii") as file:
            file.write(f"{reason}\n")

    def let_go(self, name: str) -> None:
        """Takes back what `keep` told."""
        try:
            os.unlink(self._keeper(name))
        except FileNotFoundError:
            return

    def _keeper(self, name: str) -> str:
        return os.path.join(self._folder, f"{name}.keep")

    def count(self, name: str) -> int | None:
        """Returns how many objects a pack has, None when it is not there any more."""
        head = self._index(name, _IDX_HEADER_BYTES + _FANOUT_BYTES)
        return None if head is None else int.from_bytes(head[-4:], "big")

    def oids(self, name: str) -> list[str]:
        """Returns the objects of a pack, in order; none when it is not there any more."""
        count = self.count(name) or 0
        digest = (len(name) - len("pack-")) // 2
        start = _IDX_HEADER_BYTES + _FANOUT_BYTES
        table = (self._index(name, start + count * digest) or b"")[start:].hex()
        return [table[at : at + 2 * digest] for at in range(0, len(table), 2 * digest)]

    def remove(self, name: str) -> None:
        """Removes a pack whose objects are in another one; its index first."""
        for suffix in reversed(_SUFFIXES):
            try:
                os.unlink(os.path.join(self._folder, name + suffix))
            except FileNotFoundError:
                continue

    @property
    def is_indexed_together(self) -> bool:
        """Whether git keeps an index over all packs, which would miss one that is removed."""
        return os.path.exists(os.path.join(self._folder, "multi-pack-index"))

    def _index(self, name: str, size_bytes: int) -> bytes | None:
        try:
            with open(os.path.join(self._folder, f"{name}.idx"), "rb") as file:
                return file.read(size_bytes)
        except FileNotFoundError:
            return None


def quoted(path: str) -> str:
    """Returns a path as git reads it in a list of object directories."""
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'

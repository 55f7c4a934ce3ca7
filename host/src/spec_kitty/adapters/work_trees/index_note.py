"""Owns the note of what the host's index of a workspace holds, so that git is not asked again.

Only the host writes that index. The note counts while the index is the very file that it was
made about; what carries a bit that hides changes is looked for in the index itself.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.configuration import signature
from spec_kitty.adapters.git.loose_objects import LooseObjects, is_object_id
from spec_kitty.adapters.workspaces.durable import forget, read_bytes


class IndexNote:
    """Remembers the tree, and if known the commit, that an index holds with its files compared."""

    def __init__(self, common_dir: str, index: str) -> None:
        self._common_dir = common_dir
        self._index = index
        self._path = f"{index}.holds"

    def says(self, commit: str) -> bool:
        """Says whether the index is known to hold exactly this commit, given by its object id."""
        kind, _, rest = (read_bytes(self._path) or b"").decode(errors="replace").partition(" ")
        oid, _, about = rest.partition(" ")
        if not oid or about != self._about():
            return False
        if kind == "commit":
            return oid == commit
        return LooseObjects(self._common_dir).tree_of(commit) == oid

    def holds(self, kind: str, oid: str) -> None:
        """Notes that the index holds this `commit` or `tree`; names that may move do not count."""
        if not is_object_id(oid):
            self.forget()
            return
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
        descriptor = os.open(self._path, flags, 0o666)
        try:
            os.write(descriptor, f"{kind} {oid} {self._about()}".encode())
        finally:
            os.close(descriptor)

    def forget(self) -> None:
        forget(self._path)

    def _about(self) -> str:
        return repr(signature(self._index))

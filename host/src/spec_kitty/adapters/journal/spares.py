"""Owns which of a journal's objects have second names: all that are not in a pack yet.

So whatever a prune takes of a journal comes back, however long ago it was written.
"""

from __future__ import annotations

import os
import time

from spec_kitty.adapters.refs import spares

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# An object that no journal holds after so long belongs to an event that never came to be.
_FORGOTTEN_SECONDS = 3600.0


class Spares(spares.Spares):
    """Keeps the spares of one feature's journal."""

    def drop(self, packed: Iterable[str]) -> None:
        """Removes the loose objects and the spares of what is in a pack now, and forgotten ones."""
        for oid in packed:
            for path in (self._loose(oid), self._spare(oid)):
                try:
                    os.unlink(path)
                except FileNotFoundError:
                    continue
        for spare in map(self._spare, self.oids()):
            if time.time() - os.stat(spare).st_mtime > _FORGOTTEN_SECONDS:
                os.unlink(spare)

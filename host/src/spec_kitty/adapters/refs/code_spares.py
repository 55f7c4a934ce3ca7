"""Owns that the objects of code outlive a `git prune` that looked before a ref was moved to them.

Whoever moves a branch gives what is new on it second names first, and brings back what a prune
took meanwhile. What it takes after the command has ended is brought back by the next one, whoever
calls it: the guards of the watch say that there is a need. After an hour no prune can be left.
"""

from __future__ import annotations

import os
import time

from spec_kitty.adapters.git.runner import GitLacksObjects
from spec_kitty.adapters.refs.prune_watch import LONGEST_SECONDS, PruneWatch
from spec_kitty.adapters.refs.spares import Spares
from spec_kitty.application.ports import ObjectsPruned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from spec_kitty.adapters.git.runner import Git

_PURPOSE = "~code"


class CodeSpares(Spares):
    """Keeps the spares of what branches moved to lately."""

    def __init__(self, git: Git, longest_seconds: float = LONGEST_SECONDS) -> None:
        super().__init__(git.common_dir, _PURPOSE)
        self._git = git
        self._longest_seconds = longest_seconds
        self._watch = PruneWatch(git.common_dir, longest_seconds)

    def protect(self, list_objects: Callable[[], Sequence[str]]) -> None:
        """Gives objects their second names. Raises ObjectsPruned when one is gone for good."""
        self._set_guards()
        try:
            oids = list_objects()
        except GitLacksObjects:
            self.restore()
            oids = self._listed(list_objects)
        # What holds others comes last: after a kill nothing comes back without what it holds.
        absent = [oid for oid in reversed(oids) if not self.keep(oid)]
        if absent:
            self.restore()
            self._require_packed([oid for oid in absent if not self.keep(oid)])

    def heal(self) -> None:
        """Brings back what a prune took, if there was one; never fails."""
        if not self._watch.saw_one:
            return
        try:
            self.restore()
        except OSError:  # no room, or nothing may be written here: the next command tries again
            return
        self._watch.set()

    def _set_guards(self) -> None:
        if not self._watch.is_set:
            self._watch.set()
        elif self._watch.is_old:
            self._forget()
            self._watch.set()

    def _forget(self) -> None:
        now = time.time()
        for path in (self._spare(oid) for oid in self.oids()):
            try:
                # Its time is that of the last name that it got or lost, be it as old as it may.
                if now - os.stat(path).st_ctime > self._longest_seconds:
                    os.unlink(path)
            except FileNotFoundError:  # another process forgot it
                continue

    def _listed(self, list_objects: Callable[[], Sequence[str]]) -> Sequence[str]:
        try:
            return list_objects()
        except GitLacksObjects as error:
            raise ObjectsPruned(str(error)) from None

    def _require_packed(self, oids: Sequence[str]) -> None:
        """Raises ObjectsPruned when something is nowhere: what has no file of its own is packed.

        In a partial clone something always is.
        """
        if not oids or self._git.configuration.value("extensions.partialclone") is not None:
            return
        listed = "".join(f"{oid}\n" for oid in oids).encode()
        said = self._git.run("cat-file", "--batch-check=%(objectname)", stdin=listed).stdout
        missing = [line for line in said.splitlines() if line.endswith(b" missing")]
        if missing:
            raise ObjectsPruned(f"the new object {missing[0].split()[0].decode()} was deleted")

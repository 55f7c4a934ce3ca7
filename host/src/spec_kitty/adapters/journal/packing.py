"""Owns when and how a journal's loose objects are brought into packs. Nothing is ever pruned.

Every change writes some loose objects of 4 KB on disk; git itself packs them only when a person's
command happens to start a gc. Packs are made of what the newest packs do not have, and small ones
of the host's own are put together as they grow, so that there are few. Whatever goes wrong here is
tried again at the next time: nothing depends on it (docs/adr/0011-the-host-packs-its-journals.md).
"""

from __future__ import annotations

import os

from spec_kitty.adapters.files import own_path, write_durably
from spec_kitty.adapters.git.runner import GitFailed, GitLacksObjects
from spec_kitty.adapters.journal.spares import Spares
from spec_kitty.adapters.locks import WriterLock
from spec_kitty.adapters.refs.packs import Packs
from spec_kitty.domain.names import journal_ref
from spec_kitty.domain.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.runner import Git

# A pack is put together with the ones that have at most so many times what it has itself.
_GROWTH = 2
# Larger ones stay as they are, so that no call waits for long.
_MAX_OBJECTS = 30_000


def pack(git: Git, slug: str, commits: int) -> None:
    """Packs what is loose of a journal, at least of its newest commits; skipped where it cannot."""
    try:
        with WriterLock(git.common_dir, "packing", 0.0):
            Packing(git, slug, commits).run()
    except (Refusal, GitFailed, OSError):
        return


class Packing:
    """Packs one feature's journal. The caller sees to it that nobody else packs."""

    def __init__(self, git: Git, slug: str, commits: int) -> None:
        self._git = git
        self._ref = journal_ref(slug)
        self._commits = commits
        self._packs = Packs(git)
        self._spares = Spares(git.common_dir, slug)
        self._known = own_path(git.common_dir, "packs")

    def run(self) -> None:
        if self._git.configuration.value("extensions.partialclone") is not None:
            return
        try:
            listed = self._listed()
        except GitLacksObjects:
            self._spares.restore()
            listed = self._listed()
        fresh = [line.partition(b" ")[0].decode() for line in listed.splitlines()]
        if not fresh:
            return
        known = [name for name in self._read_known() if self._packs.count(name) is not None]
        small = self._to_join(known, len(fresh))
        joined = {oid for name in small for oid in self._packs.oids(name)}.difference(fresh)
        lines = listed + "".join(f"{oid}\n" for oid in sorted(joined)).encode()
        made = self._packs.make(lines, lambda name: self._write_known([*known, name]))
        self._remove(small, made)
        # Commits come last: those that keep their spares tell the next one what is left to do.
        self._spares.drop(reversed(fresh))

    def _listed(self) -> bytes:
        """Lists the objects that are not packed yet, with their paths."""
        count = str(max(len(self._spares.oids()), self._commits) + 1)
        words = ("rev-list", "--first-parent", f"--max-count={count}", self._ref)
        newest = self._git.line(*words).split()
        # Listed after the tip is known: whoever records an event meanwhile adds to them.
        base = self._base(newest, set(self._spares.oids()))
        without = () if base is None else (f"^{base}",)
        return self._git.run("rev-list", "--objects", newest[0], *without).stdout

    def _base(self, newest: list[str], spares: set[str]) -> str | None:
        """Returns the newest commit that is packed; without spares nobody knows, so the oldest."""
        known = newest if spares else newest[self._commits :]
        return next((commit for commit in known if commit not in spares), None)

    def _to_join(self, known: list[str], fresh: int) -> list[str]:
        if self._packs.is_indexed_together or self._is_maintained():
            return []
        total, small = fresh, []
        for count, name in sorted((self._packs.count(name) or 0, name) for name in known):
            if count > _GROWTH * total or total + count > _MAX_OBJECTS:
                break
            small.append(name)
            total += count
        return small

    def _is_maintained(self) -> bool:
        """Says whether git is at work on the packs itself."""
        names = ("gc.pid", os.path.join("objects", "maintenance.lock"))
        return any(os.path.exists(os.path.join(self._git.common_dir, name)) for name in names)

    def _remove(self, small: list[str], made: str) -> None:
        """Removes packs that the new one holds entirely, which is looked at once more."""
        held = set(self._packs.oids(made))
        for name in small:
            if name != made and held.issuperset(self._packs.oids(name)):
                self._packs.remove(name)
        self._write_known([name for name in self._read_known() if self._packs.count(name)])

    def _read_known(self) -> list[str]:
        try:
            with open(self._known, encoding="ascii") as file:
                return [name for name in file.read().split() if name.startswith("pack-")]
        except (FileNotFoundError, UnicodeDecodeError):
            return []

    def _write_known(self, names: list[str]) -> None:
        write_durably(self._known, "".join(f"{name}\n" for name in names).encode())

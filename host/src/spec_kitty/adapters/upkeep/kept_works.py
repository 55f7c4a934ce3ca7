"""Owns reading what `adapters/salvage.py` kept: refs that may name anything by now."""

from __future__ import annotations

import os

from spec_kitty.adapters.git.objects import ObjectMissing, ObjectTooLarge
from spec_kitty.adapters.salvage import is_keeper
from spec_kitty.adapters.upkeep.ref_lists import broken_refs, listed_refs
from spec_kitty.application.ports import Salvage as SalvagePort
from spec_kitty.domain.names import SALVAGE_PREFIX
from spec_kitty.domain.upkeep import KeptWork

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.objects import GitObjects
    from spec_kitty.adapters.git.runner import Git


class KeptWorks(SalvagePort):
    """Reads the salvage of one repository."""

    def __init__(self, git: Git, objects: GitObjects) -> None:
        self._git = git
        self._objects = objects

    def kept(self) -> tuple[KeptWork, ...]:
        """Returns all kept work in order; refs below the prefix that name no work package too."""
        listed: dict[str, str | None] = {**listed_refs(self._git, SALVAGE_PREFIX)}
        listed.update(dict.fromkeys(broken_refs(self._git, SALVAGE_PREFIX)))
        found = [self._kept(ref, oid) for ref, oid in listed.items()]
        return tuple(sorted(found, key=lambda each: (each.feature, each.package, each.number)))

    def _kept(self, ref: str, oid: str | None) -> KeptWork:
        slug, _, rest = ref.removeprefix(SALVAGE_PREFIX).partition("/")
        package, _, digits = rest.partition("/")
        number = int(digits) if digits.isascii() and digits.isdecimal() else 0
        unread = KeptWork(ref, slug, package, number, None)
        content = self._commit(oid) if oid else None
        if content is None:
            return unread
        head, _, message = content.partition("\n\n")
        committer = next(line for line in head.split("\n") if line.startswith("committer "))
        who, _, stamp = committer.removeprefix("committer ").rpartition("> ")
        return unread.replace(
            commit=oid,
            at=int(stamp.split()[0]),
            subject=message.split("\n")[0],
            uncommitted=is_keeper(f"{who}>"),
        )

    def _commit(self, oid: str) -> str | None:
        """Returns the text of a commit, None if it is not one or cannot be read whole."""
        try:
            found = self._objects.find(oid)
            if found is None or found[1] != "commit":
                return None
            self._objects.read(f"{oid}^{{tree}}")
            return self._objects.read(oid).decode(errors="replace")
        except (ObjectMissing, ObjectTooLarge, RuntimeError):
            return None

    def containing(self, commit: str) -> tuple[str, ...]:
        """Returns the branches, remote ones too, that hold a commit."""
        words = ("for-each-ref", "--contains", commit, "--format=%(refname:short)")
        listed = self._git.run(*words, "refs/heads", "refs/remotes").stdout
        return tuple(os.fsdecode(listed).split())

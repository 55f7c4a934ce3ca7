"""Owns looking at a journal as git has it: the chain, its objects, and what was left behind.

Nothing here trusts the journal, and nothing is written. What the events should have led to is
`application/audit.py`'s business.
"""

from __future__ import annotations

import os
from contextlib import nullcontext

from spec_kitty.adapters.git.loose_objects import LooseObjects
from spec_kitty.adapters.git.objects import ObjectMissing, ObjectTooLarge
from spec_kitty.adapters.git.runner import GitFailed
from spec_kitty.adapters.journal.chain import Chain
from spec_kitty.adapters.journal.commit import read_commit
from spec_kitty.adapters.journal.reader import JournalReader
from spec_kitty.adapters.journal.state_trees import StateTrees
from spec_kitty.adapters.locks import PATIENCE_SECONDS, WriterLock
from spec_kitty.application.machine import MachineStopped
from spec_kitty.application.ports import JournalAudit as JournalAuditPort
from spec_kitty.application.ports import JournalCommit
from spec_kitty.domain.names import journal_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager

    from spec_kitty.adapters.git.objects import GitObjects
    from spec_kitty.adapters.git.runner import Git

_TOGETHER = 200
# A commit-graph file would answer for commits that are not there any more.
_REV_LIST = ("-c", "core.commitGraph=false", "rev-list")


class JournalAudit(JournalAuditPort):
    """Looks at the journals of one repository."""

    def __init__(self, git: Git, objects: GitObjects) -> None:
        self._git = git
        self._objects = objects
        self._id_of = LooseObjects(git.common_dir).id_of

    def is_cut(self, slug: str) -> bool:
        """Says whether this clone is shallow where the journal is: its beginning is missing."""
        try:
            with open(os.path.join(self._git.common_dir, "shallow"), encoding="ascii") as file:
                ends = set(file.read().split())
        except FileNotFoundError:
            return False
        return bool(ends.intersection(self.chain(slug, None)[0]))

    def chain(self, slug: str, after: str | None) -> tuple[Sequence[str], str | None]:
        """Returns the commits after one, oldest first, and what keeps others from being found."""
        found = self._objects.find(journal_ref(slug))
        if found is None:
            return (), None
        span = [found[0]] if after is None else [found[0], f"^{after}"]
        try:
            listed = self._git.run(*_REV_LIST, "--first-parent", "--reverse", *span).stdout
        except GitFailed:
            return self._chain_to_gap(found[0], after)
        return Chain(listed), None

    def _chain_to_gap(self, tip: str, after: str | None) -> tuple[tuple[str, ...], str | None]:
        """Walks back from the tip, as far as there are commits."""
        oids: list[str] = []
        oid: str | None = tip
        while oid is not None and oid != after:
            content = self._content(oid)
            if content is None:
                child = f", which {oids[-1][:12]} follows," if oids else ""
                return tuple(reversed(oids)), f"The commit {oid}{child} cannot be read."
            oids.append(oid)
            words = content.split(b"\n", 2)[1].split()
            oid = words[1].decode() if words[:1] == [b"parent"] else None
        return tuple(reversed(oids)), None

    def commits(self, oids: Sequence[str], parent: str | None) -> Iterator[JournalCommit]:
        """Reads the commits of a chain, which should follow `parent`."""
        for start in range(0, len(oids), _TOGETHER):
            some = oids[start : start + _TOGETHER]
            for oid, content in zip(some, self._contents(some), strict=True):
                if content is None or self._id_of("commit", content) != oid:
                    yield JournalCommit(oid, "", "", None, ("Git cannot read this commit.",))
                else:
                    yield read_commit(oid, content, parent)
                parent = oid

    def _contents(self, oids: Sequence[str]) -> list[bytes | None]:
        try:
            return list(self._objects.read_many(oids))
        except (ObjectMissing, ObjectTooLarge, GitFailed):
            return [self._content(oid) for oid in oids]

    def _content(self, oid: str) -> bytes | None:
        try:
            return self._objects.read(oid)
        except MachineStopped:
            raise
        except (ObjectMissing, ObjectTooLarge, GitFailed):
            return None

    def trees(self) -> StateTrees:
        return StateTrees(self._id_of, JournalReader(self._git, self._objects))

    def missing_objects(self, slug: str) -> tuple[str, ...]:
        """Returns the files and folders of all states that the repository does not have."""
        words = (*_REV_LIST, "--objects", "--quiet", "--missing=print", journal_ref(slug))
        said = self._git.run(*words, ok=(0, 128)).stdout.decode()
        return tuple(line[1:] for line in said.split() if line.startswith("?"))

    def still(self, slug: str) -> AbstractContextManager[object]:
        """Keeps writers out of a feature; a repository that is read-only does so by itself."""
        if not os.access(self._git.common_dir, os.W_OK):
            return nullcontext()
        return WriterLock(self._git.common_dir, slug, PATIENCE_SECONDS)

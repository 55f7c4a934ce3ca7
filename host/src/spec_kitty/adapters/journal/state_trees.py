"""Owns computing the trees of a journal's states, to be held against the stored ones.

The bytes and ids are made by the very code that writes them, with a writer that only hashes.
"""

from __future__ import annotations

from spec_kitty.adapters.journal import tree as journal_tree
from spec_kitty.application.ports import StateTrees as StateTreesPort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping

    from spec_kitty.adapters.journal.reader import JournalReader
    from spec_kitty.adapters.journal.tree import Layout
    from spec_kitty.domain.feature import Feature


class StateTrees(StateTreesPort):
    """Follows one journal; each state builds on the one before."""

    def __init__(self, id_of: Callable[[str, bytes], str], reader: JournalReader) -> None:
        self._id_of = id_of
        self._reader = reader
        self._layout = journal_tree.Layout()

    def after(self, before: Feature | None, after: Feature) -> str:
        """Returns the id of the tree that the state after an event has."""
        changed = journal_tree.write_changes(self._id_of, self._layout, before, after)
        self._layout = journal_tree.write_trees(self._id_of, changed)
        return self._layout.tree

    def paths_of(self, oids: Collection[str]) -> Mapping[str, str]:
        """Returns the object ids of the current state that are among these, with their paths."""
        return {oid: path for path, oid in journal_tree.files_in(self._layout) if oid in oids}

    def differing(self, commit: str) -> tuple[str, ...]:
        """Returns the files in which the commit's tree is not the current state."""
        return _different(self._layout, self._reader.layout_at(commit))

    def differing_from(self, feature: Feature) -> tuple[str, ...]:
        """Returns the files in which a whole state, written afresh, is not the current one."""
        files = journal_tree.files_of(feature)
        parts = {
            folder: {name: self._id_of("blob", content) for name, content in held.items()}
            for folder, held in files.items()
        }
        whole = journal_tree.Layout(parts[""], parts["answers"], parts["policy"], parts["wp"])
        return _different(self._layout, whole)


def _different(one: Layout, other: Layout) -> tuple[str, ...]:
    ours, theirs = dict(journal_tree.files_in(one)), dict(journal_tree.files_in(other))
    paths = {*ours, *theirs}
    return tuple(sorted(path for path in paths if ours.get(path) != theirs.get(path)))

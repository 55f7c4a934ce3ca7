"""Owns how the files and the index of a half-landed checkout are put right, path by path.

What is as it was before or as it will be afterwards, or missing, or cut off in the middle, is
the landing's own work. Anything else is somebody's edit: it stays, and is reported.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.landing.file_states import IS_FOLDER, FileStates
from spec_kitty.adapters.landing.index_copy import SPARSE
from spec_kitty.adapters.landing.places import Places
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from spec_kitty.adapters.landing.file_states import State
    from spec_kitty.adapters.landing.index_copy import IndexCopy, IndexEntry
    from spec_kitty.domain.submission.changes import Change

_NOTHING = "000000"
_SUBMODULE = "160000"


class _Sides(Record):
    """Is one path of the landing: what it is to be, and what it was to be otherwise."""

    path: str
    wanted: State | None
    other: State | None


class Mending:
    """Brings one checkout to the commit `new` if it has landed, back to `old` otherwise."""

    def __init__(self, copy: IndexCopy, old: str, new: str, landed: bool) -> None:
        self._copy = copy
        self._commits = (old, new)
        self._landed = landed
        self._places = Places(copy.folder)
        self._states = FileStates(copy, len(old))
        self._index_lines: list[str] = []
        self._to_remove: list[str] = []
        self._to_write: list[str] = []
        self._warnings: list[str] = []

    def finish_index(self) -> tuple[str, ...]:
        """Puts all right under the landing's own lock; nobody can have changed the index.

        The index that was prepared is whole if the target has moved, for it was made before.
        """
        if not self._landed or not os.path.exists(self._copy.path):
            self._copy.begin()
        self._sort(self._sides(), missing_is_ours=True)
        return self._apply()

    def look_again(self) -> tuple[str, ...]:
        """Puts right what is left to do after the landing's lock went away.

        An index that is where it should be was put in place at the end of the landing; what the
        person did since then is none of our business. Nor is a file that was deleted since.
        """
        self._copy.begin()
        entries = self._copy.entries()
        sides = self._sides()
        if self._landed and not any(_indexed(entries, each) == each.other for each in sides):
            self._copy.discard()
            return ()
        self._sort(sides, missing_is_ours=not self._landed)
        return self._apply()

    def _sides(self) -> list[_Sides]:
        found = []
        for change in self._copy.changes(*self._commits):
            before, after = _states_of(change)
            wanted, other = (after, before) if self._landed else (before, after)
            found.append(_Sides(change.path, wanted, other))
        return found

    def _sort(self, paths: Iterable[_Sides], missing_is_ours: bool) -> None:
        """Decides about each path what is to be done with its index entry and its file."""
        entries = self._copy.entries()
        paths = list(paths)
        states = self._states.read(each.path for each in paths)
        for each in paths:
            indexed = _indexed(entries, each)
            if indexed not in (each.wanted, each.other):
                self._warn(each.path, "was staged")
                continue
            if indexed != each.wanted:
                self._index_lines.append(self._index_line(each))
            entry = entries.get(each.path)
            is_outside = entry is not None and entry.flag.upper() == SPARSE
            if not is_outside and not _is_submodule(each.wanted):
                self._sort_file(each, states[each.path], missing_is_ours)

    def _sort_file(self, each: _Sides, found: State | None, missing_is_ours: bool) -> None:
        if self._states.same(found, each.wanted):
            return
        if found is None:
            if missing_is_ours:
                self._to_write.append(each.path)
        elif found == IS_FOLDER:
            if each.wanted is not None:
                self._to_write.append(each.path)
        elif self._states.same(found, each.other) or self._states.is_cut_off(
            each.path, self._commits
        ):
            (self._to_remove if each.wanted is None else self._to_write).append(each.path)
        else:
            self._warn(each.path, "was changed")

    def _apply(self) -> tuple[str, ...]:
        for path in self._to_remove:
            self._places.remove(path)
        if self._index_lines:
            # Removals first: a file may have to go before a folder of its name can come.
            lines = os.fsencode("".join(sorted(self._index_lines)))
            self._copy.run("update-index", "-z", "--index-info", stdin=lines)
        clear = [path for path in self._to_write if self._places.make_clear(path)]
        for path in sorted(set(self._to_write) - set(clear)):
            self._warn(path, "is where something else stands and")
        if clear:
            names = os.fsencode("".join(f"{path}\0" for path in clear))
            self._copy.run("checkout-index", "-f", "-u", "-q", "-z", "--stdin", stdin=names)
        self._copy.refresh()
        self._copy.sync_files(*self._commits)
        self._copy.publish()
        return tuple(self._warnings)

    def _index_line(self, each: _Sides) -> str:
        mode, oid = each.wanted or ("0", "0" * len(self._commits[0]))
        return f"{mode} {oid}\t{each.path}\0"

    def _warn(self, path: str, what: str) -> None:
        self._warnings.append(f"{path} in {self._copy.folder} {what} meanwhile; it was left alone.")


def _states_of(change: Change) -> tuple[State | None, State | None]:
    before = None if change.old_mode == _NOTHING else (change.old_mode, change.old_oid)
    after = None if change.new_mode == _NOTHING else (change.new_mode, change.new_oid)
    return before, after


def _indexed(entries: dict[str, IndexEntry], each: _Sides) -> State | None:
    entry = entries.get(each.path)
    return (entry.mode, entry.oid) if entry else None


def _is_submodule(state: State | None) -> bool:
    return state is not None and state[0] == _SUBMODULE

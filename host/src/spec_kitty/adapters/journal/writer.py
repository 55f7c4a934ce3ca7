"""Owns writing the journal: one commit a change, durably, and only on the tip that was read.

Refs that move with the event move in the same transaction, after the journal's own, and are
named in an intent file first so that a crash can be mended.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.loose_objects import LooseObjects
from spec_kitty.adapters.journal import tree as journal_tree
from spec_kitty.adapters.journal.event_codec import encode_event
from spec_kitty.adapters.journal.intents import Intents
from spec_kitty.adapters.journal.lone_moves import move_alone
from spec_kitty.adapters.journal.reader import JournalReader
from spec_kitty.adapters.journal.spares import Spares
from spec_kitty.adapters.journal.writing_lock import WritingLock, is_packing_due
from spec_kitty.adapters.locks import BRIEFLY_SECONDS, PATIENCE_SECONDS, WriterLock
from spec_kitty.adapters.refs.refs import RefsMoved, clear_stale_lock, lock_files, move_refs
from spec_kitty.adapters.refs.shelter import Shelter
from spec_kitty.application.ports import Intent, ObjectsVanished, Overtaken, Snapshot
from spec_kitty.application.ports import Journal as JournalPort
from spec_kitty.domain.events import Event, RefMove
from spec_kitty.domain.names import journal_ref
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.adapters.git.objects import GitObjects
    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.application.ports import LayOut
    from spec_kitty.domain.feature import Feature

IDENTITY = "spec-kitty <journal@spec-kitty.invalid>"


class GitJournal(JournalReader, JournalPort):
    """Keeps journals as refs of a git repository."""

    def __init__(
        self, git: Git, objects: GitObjects, patience_seconds: float = PATIENCE_SECONDS
    ) -> None:
        super().__init__(git, objects)
        self._store = LooseObjects(git.common_dir)
        self._intents = Intents(git.common_dir)
        self._patience_seconds = patience_seconds
        self._lock: WritingLock | None = None
        self._spares: Spares
        self._written: dict[str, tuple[str, bytes]] = {}

    def lock(self, slug: str) -> WriterLock:
        """Returns the writer lock of a feature, for a `with` block.

        When it is free again the journal is packed, if that has become due in the block.
        """
        self._lock = WritingLock(self._git, slug, self._patience_seconds)
        return self._lock

    def look_again(self) -> None:
        """Forgets what was read: git may take refs for unchanged that were packed twice."""
        self._objects.close()
        self._layouts = {}

    def side_lock(self, slug: str, purpose: str, wait: bool) -> WriterLock:
        """Returns a lock for work that lasts (a merge, a set-up), beside the writer lock."""
        patience = self._patience_seconds if wait else BRIEFLY_SECONDS
        return WriterLock(self._git.common_dir, f"{slug}.{purpose}", patience)

    def append(
        self, before: Snapshot, event: Event, after: Feature, lay_out: LayOut | None = None
    ) -> Snapshot:
        """Adds an event to the tip that was read, with the refs that move with it.

        Raises Refusal: REF_DIVERGED when a branch is not where it was, BUSY when a lock of
        somebody else's is in the way. What an intent file names is done when this returns; the
        caller forgets the intent when the files are brought along too.
        """
        self._written = {}
        self._spares = Spares(self._git.common_dir, after.slug)
        layout = self._layouts.get(before.tip or "") or self._layout_before(before)
        changed = journal_tree.write_changes(self._write, layout, before.feature, after)
        changed = journal_tree.write_trees(self._write, changed)
        commit = self._commit(changed.tree, before, event)
        self._store.settle()
        own_move = RefMove(journal_ref(after.slug), before.tip, commit)
        moves = (own_move, *event.refs)
        if event.refs:
            named = lock_files(self._git.common_dir, moves)
            self._intents.write(after.slug, Intent(before.tip, commit, event.refs, named, lay_out))
        self._move(after.slug, moves, event)
        self._layouts = {commit: changed}
        if self._lock is not None and is_packing_due(event):
            self._lock.packs = True
        return Snapshot(commit, after)

    def _layout_before(self, before: Snapshot) -> journal_tree.Layout:
        return journal_tree.Layout() if before.tip is None else self.layout_at(before.tip)

    def _commit(self, tree: str, before: Snapshot, event: Event) -> str:
        parent = f"parent {before.tip}\n" if before.tip else ""
        stamp = f"{IDENTITY} {epoch_of(event.at)} +0000"
        head = f"tree {tree}\n{parent}author {stamp}\ncommitter {stamp}\n\n{subject(event)}\n\n"
        return self._write("commit", head.encode() + encode_event(event) + b"\n")

    def _write(self, kind: str, content: bytes) -> str:
        oid = self._store.write(kind, content)
        self._written[oid] = (kind, content)
        if not self._spares.keep(oid):
            self._store.write(kind, content)
            self._spares.keep(oid)
        return oid

    def _write_again(self) -> bool:
        """Writes those of the last event's objects that somebody deleted; says whether any was."""
        loose = [oid for oid in self._written if not self._store.has(oid)]
        gone = [oid for oid in loose if self._objects.find(oid) is None]
        for oid in gone:
            self._store.write(*self._written[oid])
        self._store.settle()
        return bool(gone)

    def _move(self, slug: str, moves: tuple[RefMove, ...], event: Event) -> None:
        """Moves the refs; a lock on a branch that is there before cannot be a killed host's."""
        lock = self._lock.descriptor if self._lock is not None else None
        try:
            with Shelter(self._git, moves, self._write_again, self._spares.restore) as shelter:
                shelter.try_often(
                    lambda: move_refs(self._git, moves, f"spec-kitty: {subject(event)}", lock)
                )
        except (RefsMoved, Refusal, ObjectsVanished) as error:
            # Git can fail after its first rename, so the journal's tip says what happened.
            found = self._objects.find(moves[0].ref)
            happened = found is not None and found[0] == moves[0].new
            if happened and not isinstance(error, ObjectsVanished):
                return
            self._intents.remove(slug)
            if isinstance(error, RefsMoved):
                raise overtaken(str(error), event.refs) from None
            raise

    def forget_intent(self, slug: str) -> None:
        """Removes the intent file: everything that it names has happened."""
        self._intents.remove(slug)

    def intend_landing(self, slug: str, landing: Mapping[str, object]) -> None:
        """Writes down what a landing is about to do to the target and its checkout."""
        found = self._objects.find(journal_ref(slug))
        self._intents.write(slug, Intent(None, found[0] if found else "", landing=landing))

    def delete_branch(self, slug: str, ref: str, old: str) -> None:
        """Deletes a branch if it is where it was last seen; else leaves it.

        Raises Refusal (BUSY), also while something is to be mended.
        """
        with self.lock(slug) as lock:
            try:
                move = RefMove(ref, old, None)
                move_alone(self._git, slug, move, "spec-kitty: merged", lock.descriptor)
            except RefsMoved:
                return

    def roll_forward(self, slug: str, intent: Intent) -> tuple[RefMove, ...] | None:
        """Moves the refs of an intent whose event is in the journal; returns the foreign ones.

        A ref moves only from its recorded old value, to a commit that is there. If the event is
        not in the journal nothing moves, and None is returned.
        """
        for name in intent.locks:
            path = os.path.join(self._git.common_dir, name)
            if os.path.lexists(path):
                clear_stale_lock(self._git.common_dir, path, intent.locks)
        found = self._objects.find(journal_ref(slug))
        if found is None or found[0] != intent.journal_new:
            return None
        foreign: list[RefMove] = []
        behind: list[RefMove] = []
        for move in intent.refs:
            now = self._objects.find(move.ref)
            value = now[0] if now else None
            if value == move.old:
                behind.append(move)
            elif value != move.new:
                foreign.append(move)
        for move in behind:
            lock = self._lock.descriptor if self._lock is not None else None
            try:
                move_refs(self._git, [move], "spec-kitty: recovered", lock, intent.locks)
            except (RefsMoved, ObjectsVanished):
                foreign.append(move)
        return tuple(foreign)

    def intent(self, slug: str) -> Intent | None:
        """Returns what a killed command had begun, None if there is nothing to mend."""
        return self._intents.read(slug)


def subject(event: Event) -> str:
    """Returns the event as a sentence of one printable line, for people who read the ref."""
    from spec_kitty.application.telling.sentences import sentence

    return sentence(event)


def epoch_of(at: str) -> int:
    """Returns seconds since 1970 of a timestamp as the host writes it (`…T…Z` or `+00:00`)."""
    year, month, day = int(at[0:4]), int(at[5:7]), int(at[8:10])
    years = year - (month <= 2)
    era_day = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days = years * 365 + years // 4 - years // 100 + years // 400 + era_day - 719468
    return days * 86400 + int(at[11:13]) * 3600 + int(at[14:16]) * 60 + int(at[17:19])


def overtaken(said: str, refs: tuple[RefMove, ...]) -> Overtaken:
    names = ", ".join(move.ref.removeprefix("refs/heads/") for move in refs) or "the journal"
    return Overtaken(
        ErrorCode.REF_DIVERGED,
        f"A branch was moved by somebody else meanwhile ({names}); nothing was changed. "
        f"Look at it and try again. Git says: {said}",
        refs=[move.as_fact() for move in refs],
    )

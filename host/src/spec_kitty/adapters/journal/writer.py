"""Owns writing the journal: one commit a change, durably, and only on the tip that was read.

Refs that move with the event move in the same transaction, after the journal's own, and are
named in an intent file first so that a crash can be mended.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.loose_objects import LooseObjects
from spec_kitty.adapters.git.refs import RefsMoved, clear_stale_lock, lock_files, move_refs
from spec_kitty.adapters.journal import tree as journal_tree
from spec_kitty.adapters.journal.event_codec import encode_event
from spec_kitty.adapters.journal.intents import Intents
from spec_kitty.adapters.journal.reader import JournalReader
from spec_kitty.adapters.locks import PATIENCE_SECONDS, WriterLock
from spec_kitty.application.ports import Intent, Snapshot
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
        self._lock: WriterLock | None = None

    def lock(self, slug: str) -> WriterLock:
        """Returns the writer lock of a feature, for a `with` block."""
        self._lock = WriterLock(self._git.common_dir, slug, self._patience_seconds)
        return self._lock

    def side_lock(self, slug: str, purpose: str, wait: bool) -> WriterLock:
        """Returns a lock for work that lasts (a merge, a set-up), beside the writer lock."""
        patience = self._patience_seconds if wait else 0.0
        return WriterLock(self._git.common_dir, f"{slug}.{purpose}", patience)

    def append(
        self, before: Snapshot, event: Event, after: Feature, lay_out: LayOut | None = None
    ) -> Snapshot:
        """Adds an event to the tip that was read, with the refs that move with it.

        Raises Refusal: REF_DIVERGED when a branch is not where it was, BUSY when a lock of
        somebody else's is in the way. What an intent file names is done when this returns; the
        caller forgets the intent when the files are brought along too.
        """
        layout = self._layouts.get(before.tip or "") or self._layout_before(before)
        changed = journal_tree.write_changes(self._store.write, layout, before.feature, after)
        commit = self._commit(journal_tree.write_tree(self._store.write, changed), before, event)
        own_move = RefMove(journal_ref(after.slug), before.tip, commit)
        moves = (own_move, *event.refs)
        if event.refs:
            named = lock_files(self._git.common_dir, moves)
            self._intents.write(after.slug, Intent(before.tip, commit, event.refs, named, lay_out))
        self._move(after.slug, moves, event)
        self._layouts = {commit: changed}
        return Snapshot(commit, after)

    def _layout_before(self, before: Snapshot) -> journal_tree.Layout:
        return journal_tree.Layout() if before.tip is None else self.layout_at(before.tip)

    def _commit(self, tree: str, before: Snapshot, event: Event) -> str:
        parent = f"parent {before.tip}\n" if before.tip else ""
        stamp = f"{IDENTITY} {epoch_of(event.at)} +0000"
        head = f"tree {tree}\n{parent}author {stamp}\ncommitter {stamp}\n\n{subject(event)}\n\n"
        return self._store.write("commit", head.encode() + encode_event(event) + b"\n")

    def _move(self, slug: str, moves: tuple[RefMove, ...], event: Event) -> None:
        """Moves the refs; a lock on a branch that is there before cannot be a killed host's."""
        lock = self._lock.descriptor if self._lock is not None else None
        try:
            move_refs(self._git, moves, f"spec-kitty: {subject(event)}", lock)
        except (RefsMoved, Refusal) as error:
            # Git can fail after its first rename, so the journal's tip says what happened.
            found = self._objects.find(moves[0].ref)
            if found is not None and found[0] == moves[0].new:
                return
            self._intents.remove(slug)
            if isinstance(error, Refusal):
                raise
            raise diverged(str(error), event.refs) from None

    def forget_intent(self, slug: str) -> None:
        """Removes the intent file: everything that it names has happened."""
        self._intents.remove(slug)

    def intend_landing(self, slug: str, landing: Mapping[str, object]) -> None:
        """Writes down what a landing is about to do to the target and its checkout."""
        found = self._objects.find(journal_ref(slug))
        self._intents.write(slug, Intent(None, found[0] if found else "", landing=landing))

    def roll_forward(self, slug: str, intent: Intent) -> tuple[RefMove, ...]:
        """Moves the refs of an intent whose event is in the journal; returns the foreign ones.

        A ref moves only from its recorded old value. If the event is not in the journal
        nothing moves.
        """
        for name in intent.locks:
            path = os.path.join(self._git.common_dir, name)
            if os.path.lexists(path):
                clear_stale_lock(self._git.common_dir, path, intent.locks)
        found = self._objects.find(journal_ref(slug))
        if found is None or found[0] != intent.journal_new:
            return ()
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
            except RefsMoved:
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


def diverged(said: str, refs: tuple[RefMove, ...]) -> Refusal:
    names = ", ".join(move.ref.removeprefix("refs/heads/") for move in refs) or "the journal"
    return Refusal(
        ErrorCode.REF_DIVERGED,
        f"A branch was moved by somebody else meanwhile ({names}); nothing was changed. "
        f"Look at it and try again. Git says: {said}",
        refs=[move.as_fact() for move in refs],
    )

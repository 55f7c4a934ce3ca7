"""Gives tests a journal to write to without a use case around it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.objects import GitObjects
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.journal.writer import GitJournal
from spec_kitty.application.ports import Intent, LayOut, Snapshot
from spec_kitty.domain.events import Event, Fact, NoteAdded, PackageReleased, RefMove
from spec_kitty.domain.feature import Caller
from spec_kitty.domain.names import journal_ref
from spec_kitty.domain.replay import replay

SLUG = "034-cats"
REF = journal_ref(SLUG)


@dataclass(frozen=True)
class Journal:
    """A journal as one process sees it."""

    repo: Repo
    git: Git
    objects: GitObjects
    writer: GitJournal

    def note(self, text: str) -> Snapshot:
        """Adds an event that changes nothing but the history."""
        return self.add(NoteAdded("WP01", text, "hist-1"))

    def release(self, *refs: RefMove, lay_out: LayOut | None = None) -> Snapshot:
        """Adds an event that changes a work package, with refs that move along."""
        return self.add(PackageReleased("WP01", "For a test."), *refs, lay_out=lay_out)

    def add(self, fact: Fact, *refs: RefMove, lay_out: LayOut | None = None) -> Snapshot:
        with self.writer.lock(SLUG):
            return self.add_after(self.writer.read(SLUG), fact, *refs, lay_out=lay_out)

    def add_after(
        self, before: Snapshot, fact: Fact, *refs: RefMove, lay_out: LayOut | None = None
    ) -> Snapshot:
        sequence = before.feature.sequence + 1 if before.feature else 1
        at = "2026-01-02T03:04:05.000006+00:00"
        event = Event(sequence, at, Caller("bot"), fact, refs, None if before.tip else "main")
        after = replay(before.feature, SLUG, event)
        return self.writer.append(before, event, after, lay_out)

    def roll_forward(self, intent: Intent) -> tuple[RefMove, ...] | None:
        with self.writer.lock(SLUG):
            return self.writer.roll_forward(SLUG, intent)

    def sequence(self) -> int:
        feature = self.writer.read(SLUG).feature
        return feature.sequence if feature else 0


@contextmanager
def journal_of(repo: Repo, patience_seconds: float = 30.0) -> Iterator[Journal]:
    git = Git(locate(str(repo.path)))
    objects = GitObjects(git)
    try:
        yield Journal(repo, git, objects, GitJournal(git, objects, patience_seconds))
    finally:
        objects.close()

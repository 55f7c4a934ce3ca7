"""Owns looking at a feature: without a lock, and without anything that a change needs."""

from __future__ import annotations

from spec_kitty.application.desk import Desk
from spec_kitty.domain.feature import Feature
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.ports import JournalReader
    from spec_kitty.application.project import Project


class Reading(Record):
    """Is a feature as it stands: with the journal's cursor, and what was odd about its target."""

    desk: Desk
    cursor: str | None
    warnings: tuple[str, ...] = ()


class Reader:
    """Looks at the features of one project."""

    def __init__(self, journal: JournalReader, project: Project) -> None:
        self._journal = journal
        self._project = project

    def desk(self, slug: str) -> Desk:
        """Returns the feature as it stands. Raises Refusal (FEATURE_NOT_FOUND and others)."""
        return self.look(slug).desk

    def look(self, slug: str) -> Reading:
        """Returns the feature as it stands with the cursor of its newest event."""
        snapshot = self._journal.read(slug)
        if snapshot.feature is not None:
            return Reading(self._desk(snapshot.feature), snapshot.tip)
        target = self._project.target_of(slug)
        return Reading(self._desk(Feature(slug, target.branch)), None, target.warnings)

    def _desk(self, feature: Feature) -> Desk:
        return Desk(feature, self._project)

"""Owns what the host says of a feature at one moment.

These are copies for reading: lanes are moved by the host alone, and every field means what the
contract's `feature-state` says. Nothing here knows of runs, agents or processes.
"""

from dataclasses import dataclass, replace
from enum import StrEnum


class Lane(StrEnum):
    PLANNED = "planned"
    IN_PROGRESS = "in_progress"
    FOR_REVIEW = "for_review"
    DONE = "done"
    BLOCKED = "blocked"
    CANCELED = "canceled"


SETTLED = (Lane.DONE, Lane.CANCELED)


@dataclass(frozen=True, slots=True)
class Finding:
    """Is one thing that a reviewer, or a check, wants changed."""

    id: str
    message: str
    severity: str = "major"
    path: str | None = None
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Conflict:
    """Is a file laid out for solving; without markers it must be decided as a whole."""

    path: str
    kind: str
    has_markers: bool


@dataclass(frozen=True, slots=True)
class Package:
    """Is a work package as the host shows it; times of plans are in minutes."""

    id: str
    title: str = ""
    lane: Lane = Lane.PLANNED
    dependencies: tuple[str, ...] = ()
    ready: bool = False
    problems: tuple[str, ...] = ()
    estimate_minutes: int | None = None
    remaining_minutes: int = 0
    attempt: int = 0
    claimed_by: str | None = None
    run_id: str | None = None
    agent: str | None = None
    reviewer: str | None = None
    reviewed_head: str | None = None
    verdict_head: str | None = None
    findings: tuple[Finding, ...] = ()
    review_rounds: int = 0
    rework: str | None = None
    rework_note: str | None = None
    conflicts: tuple[Conflict, ...] = ()
    base_commit: str | None = None
    head_commit: str | None = None
    reason: str | None = None

    def is_held_by(self, actor: str, run_id: str) -> bool:
        return self.claimed_by == actor and self.run_id == run_id


@dataclass(frozen=True, slots=True)
class Feature:
    """Is the feature at `cursor`, the newest event that this knows of.

    `merging` says that a merge was begun and broke off: asking for it again ends it.
    """

    slug: str
    target_branch: str = "main"
    packages: tuple[Package, ...] = ()
    accepted: bool = False
    merged: bool = False
    merging: bool = False
    merge_commit: str | None = None
    cursor: str | None = None
    warnings: tuple[str, ...] = ()

    def package(self, package_id: str) -> Package:
        """Returns a work package. Raises KeyError if the feature has none of that id."""
        for package in self.packages:
            if package.id == package_id:
                return package
        raise KeyError(package_id)

    def knows(self, package_id: str) -> bool:
        return any(package.id == package_id for package in self.packages)

    def with_package(self, changed: Package) -> "Feature":
        packages = tuple(changed if each.id == changed.id else each for each in self.packages)
        return replace(self, packages=packages)

    @property
    def is_settled(self) -> bool:
        """Says whether nothing is left to do but deliver: all done or canceled, one done."""
        lanes = [package.lane for package in self.packages]
        return Lane.DONE in lanes and all(lane in SETTLED for lane in lanes)


@dataclass(frozen=True, slots=True)
class Overlap:
    """Says that two work packages declare files that may be the same."""

    first: str
    second: str

"""Owns what can have happened to a feature: past-tense facts, one record each.

A fact says what an event changed; the `Event` around it says when, by whom and in which order,
which branches moved with it (name, old and new value), and what the caller was told if the call
carried an idempotency key. `replay` alone turns facts into state.
"""

from __future__ import annotations

from spec_kitty.domain.feature import (
    Acceptance,
    Answer,
    Caller,
    CheckRun,
    Merge,
    Pinned,
    Rework,
    Verdict,
)
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.record import Record

FORMAT = 1


class RefMove(Record):
    """Is one ref's recorded change; None stands for a ref that does not exist."""

    ref: str
    old: str | None
    new: str | None

    def as_fact(self) -> dict[str, str | None]:
        """Returns the move as histories and refusals name it."""
        return {"ref": self.ref, "old": self.old, "new": self.new}


class PackageClaimed(Record):
    package: str
    attempt: int
    pinned: Pinned
    base_commit: str
    feature_tip: str
    implementer: str


class WorkspacePrepared(Record):
    package: str
    copied: tuple[str, ...] = ()
    setup: CheckRun | None = None


class ClaimAbandoned(Record):
    """The workspace of a fresh claim could not be made: all is as if it had not been claimed."""

    package: str
    reason: str
    feature_tip: str | None
    setup: CheckRun | None = None


class PackageSubmitted(Record):
    package: str
    head_commit: str
    base_commit: str
    note: str | None = None


class ReviewClaimed(Record):
    package: str
    head: str
    review_ref: str | None = None


class PackageIntegrated(Record):
    """The review approved, and the feature branch holds the work since this commit."""

    package: str
    verdict: Verdict
    commit: str


class ReworkRequested(Record):
    """The work goes back to its holder; `head_commit` is where its branch stands now."""

    package: str
    attempt: int
    rework: Rework
    verdict: Verdict | None = None
    branch_tip: str | None = None


class PackageReleased(Record):
    package: str
    reason: str


class PackageBlocked(Record):
    package: str
    reason: str


class PackageUnblocked(Record):
    package: str
    to: Lane
    note: str | None = None


class PackageCanceled(Record):
    package: str
    reason: str
    salvage: str | None = None


class PackageRestored(Record):
    package: str
    reason: str


class NoteAdded(Record):
    package: str
    note: str
    id: str


class VerificationFailed(Record):
    """The project's checks failed on the tree that would land; no lane moves."""

    feature_tip: str
    target_tip: str
    tree: str
    verify: CheckRun


class FeatureAccepted(Record):
    acceptance: Acceptance


class MergeIntended(Record):
    merge: Merge


class MergeCompleted(Record):
    merge: Merge


class MergeAbandoned(Record):
    reason: str


Fact = (
    PackageClaimed
    | WorkspacePrepared
    | ClaimAbandoned
    | PackageSubmitted
    | ReviewClaimed
    | PackageIntegrated
    | ReworkRequested
    | PackageReleased
    | PackageBlocked
    | PackageUnblocked
    | PackageCanceled
    | PackageRestored
    | NoteAdded
    | VerificationFailed
    | FeatureAccepted
    | MergeIntended
    | MergeCompleted
    | MergeAbandoned
)


class Event(Record):
    """Is one entry of the journal. `policy_text` is given where the policy is first used."""

    sequence: int
    at: str
    caller: Caller
    fact: Fact
    refs: tuple[RefMove, ...] = ()
    target_branch: str | None = None
    policy_text: str | None = None
    answer: Answer | None = None


def package_of(fact: Fact) -> str | None:
    """Returns the work package that a fact is about, None for facts about the feature."""
    return getattr(fact, "package", None)

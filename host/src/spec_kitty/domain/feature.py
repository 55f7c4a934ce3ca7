"""Owns what is known about a feature after its events: the state that `replay` builds.

Nothing here changes: an event makes a new state. Plans are not part of it (they are files that
people commit); neither are absolute paths, which differ from clone to clone.
"""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.domain.checks import CheckOutcome


class Decision(StrEnum):
    """Is what a reviewer says about one commit."""

    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"


class ReworkCause(StrEnum):
    """Says why a work package went back to its implementer."""

    REVIEW = "review"
    CONFLICT = "conflict"
    REOPENED = "reopened"
    TARGET_CONFLICT = "target_conflict"


class MergePhase(StrEnum):
    """Says how far the merge of a feature has come."""

    INTENDED = "intended"
    COMPLETED = "completed"


class Caller(Record):
    """Is who asks: the actor, whether a person at the keyboard, and for which agent and run."""

    actor: str
    person: bool = False
    agent: str | None = None
    run_id: str | None = None
    policy: str | None = None


class Claim(Record):
    """Is an actor's hold on a work package."""

    actor: str
    run_id: str | None
    agent: str | None
    person: bool
    at: str


class ReviewClaim(Record):
    """Is an actor's hold on the review of one submitted head."""

    actor: str
    run_id: str | None
    agent: str | None
    person: bool
    head: str
    review_ref: str | None
    at: str


class ReviewedHead(Record):
    """Remembers which head an actor last claimed for review."""

    actor: str
    head: str


class Finding(Record):
    """Is one thing that a reviewer wants changed."""

    id: str
    message: str
    severity: str = "major"
    path: str | None = None
    line: int | None = None


class Verdict(Record):
    """Is a reviewer's structured answer about exactly one commit."""

    decision: Decision
    reviewer: str
    head: str
    at: str
    agent: str | None = None
    review_ref: str | None = None
    findings: tuple[Finding, ...] = ()
    note: str | None = None


class ConflictedPath(Record):
    """Is one path that a merge could not settle, as it was laid out in the workspace.

    `blocks` are hashes of the conflict blocks laid out; without markers it is empty, and `mode`
    and `blob` say what was laid out (None: nothing).
    """

    path: str
    kind: str
    blocks: tuple[str, ...] = ()
    mode: str | None = None
    blob: str | None = None


class Conflict(Record):
    """Is a merge that the implementer has to finish: with what, and where it does not agree."""

    theirs: str
    other_package: str | None
    paths: tuple[ConflictedPath, ...]


class Rework(Record):
    """Is what the implementer has to answer before the next submission."""

    cause: ReworkCause
    note: str | None = None
    reference: str | None = None
    conflict: Conflict | None = None


class Integration(Record):
    """Is one commit on the feature branch that brought a work package in, in order."""

    number: int
    commit: str
    head: str


class Pinned(Record):
    """Is what the plan said about a work package when it was claimed; it is judged by that."""

    plan_commit: str
    blob: str
    title: str
    changes_none: bool = False


class CheckRun(Record):
    """Is how one of the project's own commands ran."""

    command: str
    exit_code: int | None
    timed_out: bool
    seconds: float
    sandbox: str
    output_tail: str = ""

    @classmethod
    def of(cls, command: str, outcome: CheckOutcome) -> CheckRun:
        """Returns the record of a run that has ended."""
        return cls(
            command,
            outcome.exit_code,
            outcome.timed_out,
            round(outcome.seconds, 3),
            outcome.sandbox,
            outcome.output_tail,
        )

    @property
    def passed(self) -> bool:
        return self.exit_code == 0 and not self.timed_out

    @property
    def ended(self) -> str:
        """Says how it ended, for a sentence."""
        return "ran out of time" if self.timed_out else f"ended with status {self.exit_code}"


class Package(Record):
    """Is where one work package stands. Commits are full object ids.

    `taken_back` is the last attempt whose workspace could not be made.
    """

    id: str
    lane: Lane = Lane.PLANNED
    came_from: Lane | None = None
    reason: str | None = None
    attempt: int = 0
    taken_back: int | None = None
    claim: Claim | None = None
    pinned: Pinned | None = None
    workspace_ready: bool = False
    copied: tuple[str, ...] = ()
    start_afresh: bool = False
    base_commit: str | None = None
    head_commit: str | None = None
    implementers: tuple[str, ...] = ()
    review: ReviewClaim | None = None
    reviewed_heads: tuple[ReviewedHead, ...] = ()
    verdict: Verdict | None = None
    review_rounds: int = 0
    rework: Rework | None = None
    integrations: tuple[Integration, ...] = ()
    last_actor: str | None = None
    changed_at: str | None = None

    @property
    def has_work(self) -> bool:
        """Says whether there may be work to keep: a workspace stood, or something was submitted."""
        return self.workspace_ready or self.head_commit is not None

    @property
    def integrated_commit(self) -> str | None:
        return self.integrations[-1].commit if self.integrations else None


@lru_cache(maxsize=4096)
def _untouched(package_id: str) -> Package:
    """Returns the work package without events, which every reading asks for several times."""
    return Package(package_id)


class Acceptance(Record):
    """Is the promise that exactly this tree may land on exactly this target tip."""

    actor: str
    at: str
    feature_tip: str
    target_tip: str
    tree: str
    policy: str | None = None
    verify: CheckRun | None = None


class Merge(Record):
    """Is the landing of the feature, from the intent on."""

    phase: MergePhase
    actor: str
    at: str
    strategy: str
    old_target: str
    commit: str
    remote: str | None = None
    recorded: bool = False


class Answer(Record):
    """Is what a call with an idempotency key was told, to be told again."""

    key: str
    arguments: str
    data: str
    error_code: str | None = None
    message: str | None = None


class Feature(Record):
    """Is everything that the journal says about a feature."""

    slug: str
    target_branch: str
    sequence: int = 0
    feature_tip: str | None = None
    acceptance: Acceptance | None = None
    merge: Merge | None = None
    answer_count: int = 0
    actor_policies: Mapping[str, str] = {}
    packages: Mapping[str, Package] = {}
    policies: Mapping[str, str] = {}
    answers: Mapping[int, tuple[Answer, ...]] = {}

    def package(self, package_id: str) -> Package:
        """Returns the work package; one without events stands in `planned`."""
        return self.packages.get(package_id) or _untouched(package_id)

    @property
    def merged(self) -> bool:
        return self.merge is not None and self.merge.phase is MergePhase.COMPLETED

    @property
    def merging(self) -> bool:
        return self.merge is not None and self.merge.phase is MergePhase.INTENDED

    @property
    def seen_target(self) -> str | None:
        """Returns a commit that the target had, as far as the journal speaks of one."""
        if self.acceptance is not None:
            return self.acceptance.target_tip
        pinned = [each.pinned.plan_commit for each in self.packages.values() if each.pinned]
        return pinned[-1] if pinned else None

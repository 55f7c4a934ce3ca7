"""Owns what can be asked of a feature: imperative commands, one record each.

A command carries everything that `decide` may not find out itself: who asks, what git says
about branches, how a merge or a check came out. The application gathers it; see `decisions/`.
"""

from __future__ import annotations

from spec_kitty.domain.feature import Acceptance, Caller, CheckRun, Finding, Merge, Rework
from spec_kitty.domain.feature import Decision as ReviewDecision
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.record import Record


class BranchFacts(Record):
    """Says where branches stand. `*_behind_target`: the target's tip contains all of it."""

    target: str
    feature: str | None = None
    package: str | None = None
    feature_behind_target: bool = False
    package_behind_target: bool = False


class ClaimPackage(Record):
    package: str
    caller: Caller
    branches: BranchFacts
    implementer: str
    attempt: int | None = None


class ConfirmWorkspace(Record):
    package: str
    attempt: int
    copied: tuple[str, ...] = ()
    setup: CheckRun | None = None


class AbandonClaim(Record):
    package: str
    attempt: int
    reason: str
    branches: BranchFacts
    setup: CheckRun | None = None


class SubmitPackage(Record):
    """`head` is the commit to submit, `branch` where the package's branch stands before."""

    package: str
    caller: Caller
    head: str
    base: str
    branch: str
    changed: bool
    attempt: int | None = None
    force: bool = False
    note: str | None = None


class ClaimReview(Record):
    package: str
    caller: Caller
    review_ref: str | None = None


class GiveVerdict(Record):
    """Is a reviewer's word. `head` None: the head this actor claimed, else the submitted one."""

    package: str
    caller: Caller
    decision: ReviewDecision
    head: str | None = None
    review_ref: str | None = None
    findings: tuple[Finding, ...] = ()
    note: str | None = None
    at: str = ""
    attempt: int | None = None
    force: bool = False


class IntegratePackage(Record):
    """The approved head merged cleanly: `commit` becomes the feature branch's tip."""

    verdict: GiveVerdict
    commit: str
    branch: str


class ReturnConflict(Record):
    """The approved head conflicts: `layout` becomes the tip of the package's branch."""

    verdict: GiveVerdict
    rework: Rework
    branch: str
    layout: str


class ReopenPackage(Record):
    """A finding after `done`: the branch goes on from `tip`, with a conflict to solve if any."""

    package: str
    caller: Caller
    rework: Rework
    branch: str | None
    tip: str
    attempt: int | None = None


class MovePackage(Record):
    """Is every other move: release, block, unblock, cancel, restore.

    `about_work` says that the call carries a verdict, or which conflicts were solved.
    """

    package: str
    caller: Caller
    to: Lane
    note: str | None = None
    attempt: int | None = None
    force: bool = False
    branch: str | None = None
    salvage: str | None = None
    about_work: bool = False


class AddNote(Record):
    package: str
    note: str
    id: str


class AcceptFeature(Record):
    acceptance: Acceptance


class RecordVerification(Record):
    feature_tip: str
    target_tip: str
    tree: str
    verify: CheckRun


class IntendMerge(Record):
    merge: Merge
    target_tip: str
    feature_tip: str | None


class CompleteMerge(Record):
    merge: Merge


class AbandonMerge(Record):
    reason: str


Command = (
    ClaimPackage
    | ConfirmWorkspace
    | AbandonClaim
    | SubmitPackage
    | ClaimReview
    | IntegratePackage
    | ReturnConflict
    | GiveVerdict
    | ReopenPackage
    | MovePackage
    | AddNote
    | AcceptFeature
    | RecordVerification
    | IntendMerge
    | CompleteMerge
    | AbandonMerge
)

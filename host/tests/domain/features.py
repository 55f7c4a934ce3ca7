"""Builds features by commands, so that each state in these tests is one that can come about."""

import pytest

from spec_kitty.domain.commands import (
    AcceptFeature,
    BranchFacts,
    ClaimPackage,
    ClaimReview,
    Command,
    CompleteMerge,
    ConfirmWorkspace,
    GiveVerdict,
    IntegratePackage,
    IntendMerge,
    MovePackage,
    ReopenPackage,
    ReturnConflict,
    SubmitPackage,
)
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.events import Event
from spec_kitty.domain.feature import (
    Acceptance,
    Caller,
    Decision,
    Feature,
    Merge,
    MergePhase,
    Rework,
    ReworkCause,
)
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.plan import FeaturePlan, PlannedPackage, Problem
from spec_kitty.domain.refusals import Refusal
from spec_kitty.domain.replay import replay


def oid(name: str) -> str:
    """Returns an object id that a failing test shows the name of, in hexadecimal."""
    return name.encode().hex().ljust(40, "0")[:40]


SLUG, WP, AT = "034-search", "WP01", "2026-01-01T00:00:00Z"
TARGET, HEAD, NEW_HEAD, INTEGRATED = oid("target"), oid("head"), oid("new head"), oid("integrated")
FEATURE_REF, PACKAGE_REF = f"refs/heads/{SLUG}", f"refs/heads/{SLUG}-{WP}"

HOLDER = Caller("provider", agent="claude", run_id="run-1")
PROGRAM = Caller("other-provider", agent="codex", run_id="run-2")
REVIEWER = Caller("reviewer", agent="gemini", run_id="run-3")
PERSON = Caller("alice", person=True)


def plan_of(
    dependencies: dict[str, tuple[str, ...]],
    problems: tuple[Problem, ...] = (),
    changes_none: bool = False,
) -> FeaturePlan:
    packages = tuple(
        PlannedPackage(
            each,
            f"Title of {each}",
            f"kitty-specs/{SLUG}/tasks/{each}.md",
            needed,
            (),
            (),
            None,
            changes_none,
            oid(f"blob {each}"),
        )
        for each, needed in dependencies.items()
    )
    return FeaturePlan(SLUG, oid("tree"), "Search", packages, problems, None)


PLAN = plan_of({WP: ()})
TWO = plan_of({WP: (), "WP02": (WP,)})


def after(feature: Feature, *commands: Command, plan: FeaturePlan = PLAN) -> Feature:
    """Returns the feature after the commands, each of which must change it."""
    for command in commands:
        decided = decide(feature, plan, command)
        assert decided is not None, command
        feature = happened(feature, decided, caller_of(command))
    return feature


def happened(feature: Feature, decided: Decided, caller: Caller) -> Feature:
    event = Event(feature.sequence + 1, AT, caller, decided.fact, decided.refs)
    return replay(feature, feature.slug, event)


def caller_of(command: Command) -> Caller:
    asked = getattr(command, "verdict", command)
    caller: Caller = getattr(asked, "caller", HOLDER)
    return caller


def refusal_of(feature: Feature, command: Command, plan: FeaturePlan = PLAN) -> Refusal:
    """Returns the refusal, after a look that nothing has changed."""
    before = repr(feature)
    with pytest.raises(Refusal) as caught:
        decide(feature, plan, command)
    assert repr(feature) == before
    return caught.value


def claim(feature: Feature, caller: Caller = HOLDER, package: str = WP) -> ClaimPackage:
    branches = BranchFacts(TARGET, feature.feature_tip)
    return ClaimPackage(package, caller, branches, caller.agent or caller.actor)


def move(to: Lane, caller: Caller = PERSON, **more: object) -> MovePackage:
    return MovePackage(WP, caller, to, "A reason.").replace(**more)


SUBMIT = SubmitPackage(WP, HOLDER, HEAD, TARGET, TARGET, changed=True)
CLAIM_REVIEW = ClaimReview(WP, REVIEWER, "review-1")
APPROVAL = GiveVerdict(WP, REVIEWER, Decision.APPROVED, review_ref="review-1", at=AT)
APPROVE = IntegratePackage(APPROVAL, INTEGRATED, HEAD)
REQUEST_CHANGES = APPROVAL.replace(decision=Decision.CHANGES_REQUESTED)
CONFLICT = ReturnConflict(APPROVAL, Rework(ReworkCause.CONFLICT), HEAD, oid("layout"))
REOPEN = ReopenPackage(
    WP, PROGRAM, Rework(ReworkCause.REOPENED, "It fails.", "verify-1"), HEAD, INTEGRATED
)
ACCEPTANCE = Acceptance("alice", AT, INTEGRATED, TARGET, oid("landing tree"))
MERGE = Merge(MergePhase.INTENDED, "alice", AT, "merge", TARGET, oid("landed"))
INTEND = IntendMerge(MERGE, TARGET, INTEGRATED)

PLANNED = Feature(SLUG, "main")
IN_PROGRESS = after(PLANNED, claim(PLANNED), ConfirmWorkspace(WP, 1))
FOR_REVIEW = after(IN_PROGRESS, SUBMIT)
IN_REVIEW = after(FOR_REVIEW, CLAIM_REVIEW)
DONE = after(IN_REVIEW, APPROVE)
BLOCKED = after(IN_PROGRESS, move(Lane.BLOCKED))
CANCELED = after(IN_PROGRESS, move(Lane.CANCELED))
ACCEPTED = after(DONE, AcceptFeature(ACCEPTANCE))
MERGING = after(ACCEPTED, INTEND)
MERGED = after(MERGING, CompleteMerge(MERGE))

STANDING = {
    Lane.PLANNED: PLANNED,
    Lane.IN_PROGRESS: IN_PROGRESS,
    Lane.FOR_REVIEW: IN_REVIEW,
    Lane.DONE: DONE,
    Lane.BLOCKED: BLOCKED,
    Lane.CANCELED: CANCELED,
}

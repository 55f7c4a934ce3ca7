"""Owns what a review is: who holds it, which commit a verdict is about, and what follows."""

from __future__ import annotations

from spec_kitty.domain.commands import (
    ClaimReview,
    GiveVerdict,
    IntegratePackage,
    ReopenPackage,
    ReturnConflict,
)
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.decisions.rules import (
    already_claimed,
    put_back,
    rejected,
    require_move,
    require_open,
    require_reason,
    require_turn,
    says_something,
)
from spec_kitty.domain.events import (
    PackageIntegrated,
    RefMove,
    ReviewClaimed,
    ReworkRequested,
)
from spec_kitty.domain.feature import (
    Decision,
    Feature,
    Package,
    Rework,
    ReworkCause,
    Verdict,
)
from spec_kitty.domain.lanes import Lane, MoveKind
from spec_kitty.domain.names import feature_branch, package_branch
from spec_kitty.domain.refusals import ErrorCode, Refusal

_ASKED = {
    Decision.APPROVED: (Lane.DONE, MoveKind.APPROVE),
    Decision.CHANGES_REQUESTED: (Lane.IN_PROGRESS, MoveKind.REQUEST_CHANGES),
}


def claim_review(feature: Feature, command: ClaimReview) -> Decided | None:
    """Decides a review claim; None when this caller holds it already."""
    require_open(feature)
    package, caller = feature.package(command.package), command.caller
    if package.lane is not Lane.FOR_REVIEW or package.head_commit is None:
        raise rejected(
            f"{package.id} is {package.lane.public}, and only submitted work can be reviewed. "
            "Its holder submits it with "
            f"'spec-kitty agent tasks move-task {package.id} --to for_review'.",
            from_lane=package.lane.public,
        )
    if package.review is not None:
        held = (package.review.actor, package.review.run_id)
        if held != (caller.actor, caller.run_id):
            raise already_claimed(package, package.review.actor, caller, "is being reviewed by")
        return None
    return Decided(ReviewClaimed(package.id, package.head_commit, command.review_ref))


def check_verdict(feature: Feature, command: GiveVerdict) -> str:
    """Returns the head that the verdict is about: the submitted one, or the verdict is refused."""
    require_open(feature)
    package = feature.package(command.package)
    move = require_move(package, *_ASKED[command.decision])
    require_turn(package, command.caller, command.attempt, move, command.force)
    if command.force:
        require_reason(package, move.kind, command.note)
    submitted = package.head_commit
    head = command.head or _claimed_head(package, command.caller.actor) or submitted
    if submitted is None or head != submitted:
        raise rejected(
            f"The verdict is about {(head or '?')[:12]}, but {(submitted or '?')[:12]} is what "
            f"{package.id} has submitted now. Review that one.",
            reason="stale_verdict",
            head_commit=submitted,
            verdict_head=head,
        )
    if command.decision is Decision.APPROVED:
        _require_reference(package, command)
    else:
        _require_feedback(package, command)
    return submitted


def _claimed_head(package: Package, actor: str) -> str | None:
    for seen in package.reviewed_heads:
        if seen.actor == actor:
            return seen.head
    return None


def _require_reference(package: Package, command: GiveVerdict) -> None:
    """A person's own word is the review; a program names the one it made."""
    if command.caller.person or says_something(command.review_ref):
        return
    raise Refusal(
        ErrorCode.WORKFLOW_EVIDENCE_REQUIRED,
        f"To approve {package.id}, name the review with --review-ref.",
        reason="no_review",
    )


def _require_feedback(package: Package, command: GiveVerdict) -> None:
    if says_something(command.review_ref) or command.findings:
        return
    if command.caller.person and says_something(command.note):
        return
    raise Refusal(
        ErrorCode.WORKFLOW_EVIDENCE_REQUIRED,
        f"To send {package.id} back, say what is to be changed: name the review with "
        "--review-ref (people may give --note or --feedback-file instead).",
        reason="no_feedback",
    )


def verdict_of(package: Package, command: GiveVerdict, head: str) -> Verdict:
    """Returns the verdict as it is recorded: bound to its head, with the agent that reviewed."""
    agent, review = command.caller.agent, package.review
    if agent is None and review is not None and review.actor == command.caller.actor:
        agent = review.agent
    return Verdict(
        command.decision,
        command.caller.actor,
        head,
        command.at,
        agent,
        command.review_ref,
        command.findings,
        command.note,
    )


def request_changes(feature: Feature, command: GiveVerdict) -> Decided:
    """Decides a review that sends the work back to its holder, in the same workspace."""
    head = check_verdict(feature, command)
    package = feature.package(command.package)
    rework = Rework(ReworkCause.REVIEW, command.note, command.review_ref)
    fact = ReworkRequested(
        package.id, package.attempt + 1, rework, verdict_of(package, command, head), head
    )
    return Decided(fact)


def check_approval(feature: Feature, command: GiveVerdict, branch: str | None) -> str:
    """Returns the head to integrate. `branch` is where the package's branch stands now."""
    assert command.decision is Decision.APPROVED
    head = check_verdict(feature, command)
    if branch != head:
        ref = package_branch(feature.slug, command.package)
        now = "is gone" if branch is None else f"is at {branch[:12]}"
        again = "submit again, so that the review is about what is integrated, or "
        raise rejected(
            f"The branch of {command.package} {now}, and {head[:12]} was submitted. To go on, "
            f"{again if branch else ''}put it back: {put_back(ref, head, branch)}",
            reason="branch_moved",
            head_commit=head,
            branch_head=branch,
        )
    return head


def integrate(feature: Feature, command: IntegratePackage) -> Decided:
    """Decides that the approved head is part of the feature from now on."""
    head = check_approval(feature, command.verdict, command.branch)
    package = feature.package(command.verdict.package)
    fact = PackageIntegrated(package.id, verdict_of(package, command.verdict, head), command.commit)
    ref = feature_branch(feature.slug)
    moved = command.commit != feature.feature_tip
    refs = (RefMove(ref, feature.feature_tip, command.commit),) if moved else ()
    return Decided(fact, refs)


def return_conflict(feature: Feature, command: ReturnConflict) -> Decided:
    """Decides that the approved head must first be brought together with the feature."""
    head = check_approval(feature, command.verdict, command.branch)
    package = feature.package(command.verdict.package)
    fact = ReworkRequested(
        package.id,
        package.attempt + 1,
        command.rework,
        verdict_of(package, command.verdict, head),
        command.layout,
    )
    ref = package_branch(feature.slug, package.id)
    return Decided(fact, (RefMove(ref, command.branch, command.layout),))


def check_reopening(feature: Feature, command: ReopenPackage) -> None:
    """Refuses to reopen without a reason and a reference, or what is not done."""
    require_open(feature)
    package = feature.package(command.package)
    move = require_move(package, Lane.IN_PROGRESS, MoveKind.REOPEN)
    require_turn(package, command.caller, command.attempt, move)
    require_reason(package, MoveKind.REOPEN, command.rework.note)
    if not says_something(command.rework.reference):
        raise Refusal(
            ErrorCode.WORKFLOW_EVIDENCE_REQUIRED,
            f"To reopen {package.id}, name what was found with --review-ref "
            "(a failed check, a conflict, a late finding).",
            reason="no_reference",
        )


def reopen(feature: Feature, command: ReopenPackage) -> Decided:
    """Decides that a done work package goes on, from the feature branch, with its holder."""
    check_reopening(feature, command)
    package = feature.package(command.package)
    fact = ReworkRequested(package.id, package.attempt + 1, command.rework, branch_tip=command.tip)
    ref = package_branch(feature.slug, package.id)
    moved = command.branch != command.tip
    refs = (RefMove(ref, command.branch, command.tip),) if moved else ()
    return Decided(fact, refs)

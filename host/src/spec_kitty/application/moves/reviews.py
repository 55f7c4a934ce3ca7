"""Owns reviewing: claiming a review, sending work back, and integrating what is approved.

An approval integrates exactly the approved commit into the feature branch. If the two do not
agree, the merge is laid out in the workspace for the one who did the work, and recorded.
"""

from __future__ import annotations

from spec_kitty.application.moves.messages import integration_message
from spec_kitty.application.moves.starts import require_free
from spec_kitty.application.moves.told import moved
from spec_kitty.application.workflow import Call, Step
from spec_kitty.domain.commands import (
    ClaimReview,
    GiveVerdict,
    IntegratePackage,
    ReturnConflict,
)
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.claims import require_feature_branch
from spec_kitty.domain.decisions.reviews import check_approval
from spec_kitty.domain.decisions.rules import rejected
from spec_kitty.domain.feature import Caller, Decision, Feature, Finding, ReworkCause
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import feature_branch
from spec_kitty.domain.project_policy import check_force, check_reviewer
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.merging import Conflicted, Unrelated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from spec_kitty.application.desk import Desk
    from spec_kitty.application.workflow import Data, Workflow


class Review(Record):
    """Is what a reviewer says, as the doors take it."""

    package: str
    decision: Decision
    head: str | None = None
    review_ref: str | None = None
    findings: tuple[Finding, ...] = ()
    note: str | None = None
    attempt: int | None = None
    force: bool = False


class Reviews:
    """Claims reviews and records verdicts."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._ports = workflow.ports

    def claim(self, slug: str, package: str, review_ref: str | None, call: Call) -> Data:
        """Claims the review of the submitted head; the lane stays.

        Raises Refusal: WP_ALREADY_CLAIMED, TRANSITION_REJECTED, POLICY_DENIED.
        """

        def step(desk: Desk, caller: Caller) -> Step:
            desk.require_known(package)
            decided = decide(desk.feature, desk.plan, ClaimReview(package, caller, review_ref))
            _require_independent(desk, package, caller)

            def tell(feature: Feature) -> Data:
                now = feature.package(package)
                return moved(
                    desk.feature,
                    feature,
                    package,
                    decided is None,
                    head_commit=now.head_commit,
                    base_commit=now.base_commit,
                )

            return Step(decided, tell)

        return dict(self._workflow.change(slug, call, step).data)

    def give(self, slug: str, review: Review, call: Call) -> Data:
        """Records a verdict: approved work is integrated, other work goes back.

        Raises Refusal: TRANSITION_REJECTED, WORKFLOW_EVIDENCE_REQUIRED, WP_ALREADY_CLAIMED,
        POLICY_DENIED, REF_DIVERGED, PREFLIGHT_FAILED; INTEGRATION_CONFLICT with the rework
        recorded.
        """
        told = self._workflow.change(
            slug, call, lambda desk, caller: self._step(desk, review, caller)
        )
        return dict(told.data)

    def _step(self, desk: Desk, review: Review, caller: Caller) -> Step:
        desk.require_known(review.package)
        if review.force and not caller.person:
            check_force(desk.settings.policy)
        command = GiveVerdict(
            review.package,
            caller,
            review.decision,
            review.head,
            review.review_ref,
            review.findings,
            review.note,
            self._ports.system.now(),
            review.attempt,
            review.force,
        )
        if review.decision is Decision.APPROVED:
            return self._approve(desk, command)
        decided = decide(desk.feature, desk.plan, command)
        return Step(decided, _told(desk.feature, review.package))

    def _approve(self, desk: Desk, command: GiveVerdict) -> Step:
        ports, package = self._ports, command.package
        head = check_approval(desk.feature, command, desk.package_tip(package))
        _require_independent(desk, package, command.caller)
        tip = desk.feature_tip
        require_feature_branch(desk.feature, tip)
        assert tip is not None
        require_free(ports.workspaces, desk.slug, None, feature_branch(desk.slug))
        labels = (feature_branch(desk.slug), head)
        outcome = ports.integration.merge(tip, head, labels)
        if isinstance(outcome, Unrelated):
            raise rejected(
                f"{package} has no commit in common with the feature branch.",
                reason="unrelated_history",
            )
        if isinstance(outcome, Conflicted):
            return self._return(desk, command, head)
        # Only work that changes nothing can be in the feature branch already.
        same = outcome.tree == ports.commits.tree_of(tip)
        if same and ports.commits.is_ancestor(head, tip):
            return self._integrate(desk, command, (head, tip))
        message = integration_message(desk.feature.package(package))
        commit = ports.commits.commit(outcome.tree, (tip, head), message)
        return self._integrate(desk, command, (head, commit))

    def _integrate(self, desk: Desk, command: GiveVerdict, span: tuple[str, str]) -> Step:
        head, commit = span
        decided = decide(desk.feature, desk.plan, IntegratePackage(command, commit, head))
        told = _told(desk.feature, command.package)
        left = self._ports.workspaces.uncommitted(desk.slug, command.package)

        def tell(feature: Feature) -> Data:
            return {**told(feature), "warnings": [_left_behind(left)] if left else []}

        return Step(decided, tell)

    def _return(self, desk: Desk, command: GiveVerdict, head: str) -> Step:
        """Lays the conflict out as rework. The refusal that says so carries what was recorded."""
        from spec_kitty.application.moves.reworking import Reworking

        package, branch = command.package, feature_branch(desk.slug)
        reworking = Reworking(self._workflow)
        laid = reworking.bring_together(desk, package, head, (branch,), ReworkCause.CONFLICT)
        rework = laid.rework(command.note, command.review_ref)
        returned = ReturnConflict(command, rework, head, laid.commit)
        decided = decide(desk.feature, desk.plan, returned)
        files = laid.files
        other = laid.conflict.other_package if laid.conflict else None
        attempt = desk.feature.package(package).attempt + 1
        refusal = Refusal(
            ErrorCode.INTEGRATION_CONFLICT,
            f"{package} conflicts with {other or 'the feature branch'} in "
            f"{', '.join(files[:5])}. It is back in progress as attempt {attempt}, with the "
            "conflict laid out in its workspace: solve it there and submit again.",
            feature_slug=desk.slug,
            wp_id=package,
            from_lane=Lane.FOR_REVIEW.public,
            to_lane=Lane.IN_PROGRESS.public,
            files=files,
            other_wp=other,
            attempt=attempt,
        )
        return Step(decided, _told(desk.feature, package), laid.lay_out, refusal)


def _require_independent(desk: Desk, package: str, caller: Caller) -> None:
    """Holds a review to the project's rule, by the agents that the journal recorded."""
    settings = desk.settings.policy
    if not settings.independent_review:
        return
    held = desk.feature.package(package)
    agent = caller.agent
    if agent is None and held.review is not None and held.review.actor == caller.actor:
        agent = held.review.agent
    holder = held.claim.actor if held.claim else None
    check_reviewer(settings, set(held.implementers), agent, holder, caller.actor)


def _left_behind(paths: tuple[str, ...]) -> str:
    return (
        f"The workspace holds uncommitted changes that were not reviewed and are not part of "
        f"this: {', '.join(paths[:5])}."
    )


def _told(before: Feature, package: str) -> Callable[[Feature], Data]:
    def tell(feature: Feature) -> Data:
        now = feature.package(package)
        return moved(
            before,
            feature,
            package,
            False,
            head_commit=now.head_commit,
            integrated_commit=now.integrated_commit,
        )

    return tell

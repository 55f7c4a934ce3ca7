"""Owns when a feature may be accepted and what may land."""

from __future__ import annotations

from spec_kitty.domain.commands import (
    AbandonMerge,
    AcceptFeature,
    CompleteMerge,
    IntendMerge,
    RecordVerification,
)
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.decisions.rules import rejected, require_open
from spec_kitty.domain.events import (
    FeatureAccepted,
    MergeAbandoned,
    MergeCompleted,
    MergeIntended,
    VerificationFailed,
)
from spec_kitty.domain.feature import Acceptance, Feature
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.plan import known_ids
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.domain.planning.plan import FeaturePlan


def not_ready(message: str, **facts: object) -> Refusal:
    return Refusal(ErrorCode.FEATURE_NOT_READY, message, **facts)


def check_acceptable(feature: Feature, plan: FeaturePlan) -> None:
    """Refuses while a work package is open, or when none is done."""
    require_open(feature)
    ids = known_ids(plan, feature)
    lanes = {package_id: feature.package(package_id).lane for package_id in ids}
    wanting = {name: lane for name, lane in lanes.items() if lane not in (Lane.DONE, Lane.CANCELED)}
    if wanting:
        told = ", ".join(f"{name} ({lane.public})" for name, lane in wanting.items())
        raise not_ready(
            f"{feature.slug} is not ready: {told}. 'spec-kitty why' says what each waits for.",
            incomplete_wps=list(wanting),
        )
    if Lane.DONE not in lanes.values():
        raise not_ready(
            f"{feature.slug} has no work package that is done, so there is nothing to accept.",
            incomplete_wps=[],
        )


def accept(feature: Feature, plan: FeaturePlan, command: AcceptFeature) -> Decided | None:
    """Decides the acceptance; None when exactly this tree is accepted already."""
    check_acceptable(feature, plan)
    if same_promise(feature.acceptance, command.acceptance):
        return None
    return Decided(FeatureAccepted(command.acceptance))


def same_promise(one: Acceptance | None, other: Acceptance) -> bool:
    """Says whether two acceptances are about the same tree on the same tips."""
    if one is None:
        return False
    return (one.feature_tip, one.target_tip, one.tree) == (
        other.feature_tip,
        other.target_tip,
        other.tree,
    )


def record_verification(feature: Feature, command: RecordVerification) -> Decided:
    """Records checks that failed; no lane moves."""
    require_open(feature)
    return Decided(
        VerificationFailed(command.feature_tip, command.target_tip, command.tree, command.verify)
    )


def check_mergeable(
    feature: Feature, plan: FeaturePlan, target_tip: str | None, feature_tip: str | None
) -> Acceptance:
    """Returns the acceptance that still holds, or says what withdrew it."""
    require_open(feature)
    acceptance = feature.acceptance
    again = f"Accept it (again): spec-kitty accept --feature {feature.slug}"
    if acceptance is None:
        raise not_ready(f"{feature.slug} is not accepted. {again}", reason="not_accepted")
    if target_tip != acceptance.target_tip:
        raise not_ready(
            f"{feature.target_branch} has moved since {feature.slug} was accepted. {again}",
            reason="target_moved",
            accepted_target=acceptance.target_tip,
            target=target_tip,
        )
    if feature_tip != acceptance.feature_tip:
        raise Refusal(
            ErrorCode.REF_DIVERGED,
            f"The branch {feature.slug} is not where it was accepted. Put it back: "
            f"git update-ref refs/heads/{feature.slug} {acceptance.feature_tip}",
            recorded=acceptance.feature_tip,
            actual=feature_tip,
        )
    check_acceptable(feature, plan)
    return acceptance


def intend_merge(feature: Feature, plan: FeaturePlan, command: IntendMerge) -> Decided:
    """Decides that the accepted tree is about to land; nothing else may move until it has."""
    check_mergeable(feature, plan, command.target_tip, command.feature_tip)
    return Decided(MergeIntended(command.merge))


def complete_merge(feature: Feature, plan: FeaturePlan, command: CompleteMerge) -> Decided | None:
    """Records that the target holds the feature; None when that is recorded already."""
    intended, merge = feature.merge, command.merge
    if intended is None and merge.recorded:
        check_acceptable(feature, plan)
    elif intended is None or intended.commit != merge.commit:
        raise rejected("Another merge was begun meanwhile. Read the state again.", reason="merge")
    return None if feature.merged else Decided(MergeCompleted(merge))


def abandon_merge(feature: Feature, command: AbandonMerge) -> Decided:
    """Records that nothing landed; the acceptance holds as it did."""
    if feature.merge is None or feature.merged:
        raise rejected("There is no merge under way to give up.", reason="merge")
    return Decided(MergeAbandoned(command.reason))

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
from spec_kitty.domain.decisions.rules import put_back, rejected, require_open
from spec_kitty.domain.events import (
    FeatureAccepted,
    MergeAbandoned,
    MergeCompleted,
    MergeIntended,
    VerificationFailed,
)
from spec_kitty.domain.feature import Acceptance, Feature
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import feature_branch
from spec_kitty.domain.planning.plan import known_ids, told_gone
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.domain.planning.plan import FeaturePlan


def not_ready(message: str, **facts: object) -> Refusal:
    return Refusal(ErrorCode.FEATURE_NOT_READY, message, **facts)


def check_known(feature: Feature, plan: FeaturePlan) -> None:
    """Refuses while the plan is not there: what was never begun would pass as done."""
    require_open(feature)
    if plan.is_gone:
        raise not_ready(told_gone(feature), reason="plan_gone")


def check_acceptable(feature: Feature, plan: FeaturePlan) -> None:
    """Refuses while a work package is open, or when none is done."""
    require_open(feature)
    wanting = _unfinished(feature, plan)
    if wanting:
        raise not_ready(
            f"{feature.slug} is not ready: {_listed(wanting)}. "
            "'spec-kitty why' says what each waits for.",
            incomplete_wps=list(wanting),
        )
    if all(package.lane is not Lane.DONE for package in feature.packages.values()):
        raise not_ready(
            f"{feature.slug} has no work package that is done, so there is nothing to accept.",
            incomplete_wps=[],
        )


def _unfinished(feature: Feature, plan: FeaturePlan) -> dict[str, Lane]:
    """Returns where each work package stands that is neither done nor canceled."""
    lanes = {each: feature.package(each).lane for each in known_ids(plan, feature)}
    return {each: lane for each, lane in lanes.items() if lane not in (Lane.DONE, Lane.CANCELED)}


def _listed(lanes: Mapping[str, Lane]) -> str:
    return ", ".join(f"{package_id} ({lane.public})" for package_id, lane in lanes.items())


def accept(feature: Feature, plan: FeaturePlan, command: AcceptFeature) -> Decided | None:
    """Decides the acceptance; None when exactly this tree is accepted already."""
    check_known(feature, plan)
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
    if acceptance is None:
        raise not_ready(
            f"{feature.slug} is not accepted. {_accept_again(feature)}", reason="not_accepted"
        )
    if target_tip != acceptance.target_tip:
        raise _target_moved(feature, plan, acceptance, target_tip)
    if feature_tip != acceptance.feature_tip:
        raise Refusal(
            ErrorCode.REF_DIVERGED,
            f"The branch {feature.slug} is not where it was accepted. Put it back: "
            + put_back(feature_branch(feature.slug), acceptance.feature_tip, feature_tip),
            recorded=acceptance.feature_tip,
            actual=feature_tip,
        )
    check_acceptable(feature, plan)
    return acceptance


def _accept_again(feature: Feature) -> str:
    return f"Accept it (again): spec-kitty accept --feature {feature.slug}"


def _target_moved(
    feature: Feature, plan: FeaturePlan, acceptance: Acceptance, target_tip: str | None
) -> Refusal:
    """Says what withdrew the acceptance; a plan that grew meanwhile asks for work first."""
    told = f"{feature.target_branch} has moved since {feature.slug} was accepted"
    facts = {"accepted_target": acceptance.target_tip, "target": target_tip}
    wanting = _unfinished(feature, plan)
    if not wanting:
        return not_ready(f"{told}. {_accept_again(feature)}", reason="target_moved", **facts)
    return not_ready(
        f"{told}, and its plan has more to do now: {_listed(wanting)}. Finish that, then accept "
        f"it again: spec-kitty accept --feature {feature.slug}",
        reason="target_moved",
        incomplete_wps=list(wanting),
        **facts,
    )


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

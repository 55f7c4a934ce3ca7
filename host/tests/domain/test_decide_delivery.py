import pytest

from domain.features import (
    ACCEPTANCE,
    ACCEPTED,
    AT,
    BLOCKED,
    CANCELED,
    CLAIM_REVIEW,
    DONE,
    FOR_REVIEW,
    IN_PROGRESS,
    INTEGRATED,
    INTEND,
    MERGE,
    MERGED,
    MERGING,
    PLAN,
    PLANNED,
    PROGRAM,
    REOPEN,
    TARGET,
    TWO,
    WP,
    after,
    claim,
    move,
    oid,
    refusal_of,
)
from spec_kitty.domain.commands import (
    AbandonMerge,
    AcceptFeature,
    AddNote,
    CompleteMerge,
    RecordVerification,
)
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.events import (
    FeatureAccepted,
    MergeAbandoned,
    MergeCompleted,
    MergeIntended,
    VerificationFailed,
)
from spec_kitty.domain.feature import CheckRun, Feature, Merge, MergePhase
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.plan import FeaturePlan
from spec_kitty.domain.refusals import ErrorCode

ACCEPT = AcceptFeature(ACCEPTANCE)
RUN = CheckRun("make test", 1, False, 2.5, "none")
FAILED = RecordVerification(INTEGRATED, TARGET, oid("landing tree"), RUN)
RECORDED = Merge(MergePhase.COMPLETED, "alice", AT, "recorded", TARGET, TARGET, recorded=True)
NOTE = AddNote(WP, "Seen.", "hist-1")


def with_second(lane: Lane) -> Feature:
    """Returns a feature whose first package is done and whose second stands in the lane."""
    feature = after(DONE, claim(DONE, PROGRAM, "WP02"), plan=TWO)
    second = feature.package("WP02").replace(lane=lane)
    return feature.replace(packages={**feature.packages, "WP02": second})


def test_a_feature_is_accepted_when_every_package_is_done() -> None:
    assert decide(DONE, PLAN, ACCEPT) == Decided(FeatureAccepted(ACCEPTANCE))


@pytest.mark.parametrize("feature", [PLANNED, IN_PROGRESS, FOR_REVIEW, BLOCKED])
def test_a_feature_with_an_open_package_is_not_accepted(feature: Feature) -> None:
    refusal = refusal_of(feature, ACCEPT)

    assert (refusal.code, refusal.facts) == (
        ErrorCode.FEATURE_NOT_READY,
        {"incomplete_wps": [WP]},
    )


@pytest.mark.parametrize("lane", list(Lane))
def test_each_package_must_be_done_or_canceled(lane: Lane) -> None:
    feature = with_second(lane)

    if lane in (Lane.DONE, Lane.CANCELED):
        assert decide(feature, TWO, ACCEPT) is not None
    else:
        assert refusal_of(feature, ACCEPT, TWO).facts == {"incomplete_wps": ["WP02"]}


def test_at_least_one_package_must_be_done() -> None:
    refusal = refusal_of(CANCELED, ACCEPT)

    assert (refusal.code, refusal.facts) == (ErrorCode.FEATURE_NOT_READY, {"incomplete_wps": []})


def test_a_package_that_the_plan_dropped_still_counts() -> None:
    refusal = refusal_of(with_second(Lane.PLANNED), ACCEPT, PLAN)

    assert refusal.facts == {"incomplete_wps": ["WP02"]}


def test_accepting_the_same_tree_again_changes_nothing() -> None:
    assert decide(ACCEPTED, PLAN, AcceptFeature(ACCEPTANCE.replace(at="later"))) is None


@pytest.mark.parametrize("changed", ["feature_tip", "target_tip", "tree"])
def test_another_tree_or_tip_is_a_new_acceptance(changed: str) -> None:
    acceptance = ACCEPTANCE.replace(**{changed: oid("other")})

    assert decide(ACCEPTED, PLAN, AcceptFeature(acceptance)) == Decided(FeatureAccepted(acceptance))


def test_failed_checks_are_recorded_and_move_no_lane() -> None:
    assert decide(DONE, PLAN, FAILED) == Decided(
        VerificationFailed(INTEGRATED, TARGET, oid("landing tree"), RUN)
    )
    feature = after(ACCEPTED, FAILED)
    assert feature == DONE.replace(sequence=feature.sequence)


def test_what_changes_a_package_withdraws_the_acceptance() -> None:
    two = after(with_second(Lane.CANCELED), ACCEPT, plan=TWO)
    restore = move(Lane.PLANNED, force=True).replace(package="WP02")

    assert after(ACCEPTED, REOPEN).acceptance is None
    assert after(two, restore).acceptance is None


def test_notes_and_the_events_of_the_merge_do_not_withdraw_the_acceptance() -> None:
    for feature in (
        after(ACCEPTED, NOTE),
        MERGING,
        MERGED,
        after(MERGING, AbandonMerge("The push was refused.")),
    ):
        assert feature.acceptance == ACCEPTANCE


def test_the_accepted_tree_may_land() -> None:
    assert decide(ACCEPTED, PLAN, INTEND) == Decided(MergeIntended(MERGE))


def test_a_feature_that_is_not_accepted_does_not_land() -> None:
    refusal = refusal_of(after(ACCEPTED, REOPEN), INTEND)

    assert refusal.code is ErrorCode.FEATURE_NOT_READY
    assert refusal.facts == {"reason": "not_accepted"}


def test_a_target_that_moved_withdraws_the_acceptance() -> None:
    refusal = refusal_of(ACCEPTED, INTEND.replace(target_tip=oid("moved")))

    assert refusal.code is ErrorCode.FEATURE_NOT_READY
    assert refusal.facts == {
        "reason": "target_moved",
        "accepted_target": TARGET,
        "target": oid("moved"),
    }


def test_a_target_that_moved_with_more_to_do_names_what_is_to_do() -> None:
    refusal = refusal_of(ACCEPTED, INTEND.replace(target_tip=oid("moved")), TWO)

    assert refusal.code is ErrorCode.FEATURE_NOT_READY
    assert refusal.facts == {
        "reason": "target_moved",
        "incomplete_wps": ["WP02"],
        "accepted_target": TARGET,
        "target": oid("moved"),
    }
    assert "WP02 (planned)" in refusal.message


@pytest.mark.parametrize("plan", [PLAN, TWO])
def test_a_merge_that_has_landed_is_completed_whatever_the_plan_says_now(plan: FeaturePlan) -> None:
    assert decide(MERGING, plan, CompleteMerge(MERGE)) == Decided(MergeCompleted(MERGE))


def test_a_package_new_in_the_plan_withdraws_the_acceptance() -> None:
    refusal = refusal_of(ACCEPTED, INTEND, TWO)

    assert refusal.code is ErrorCode.FEATURE_NOT_READY
    assert refusal.facts == {"incomplete_wps": ["WP02"]}


@pytest.mark.parametrize("tip", [None, oid("moved")])
def test_a_feature_branch_that_somebody_moved_does_not_land(tip: str | None) -> None:
    refusal = refusal_of(ACCEPTED, INTEND.replace(feature_tip=tip))

    assert refusal.code is ErrorCode.REF_DIVERGED
    assert refusal.facts == {"recorded": INTEGRATED, "actual": tip}


def test_nothing_else_is_delivered_while_a_merge_is_under_way() -> None:
    for command in (ACCEPT, FAILED, INTEND):
        assert refusal_of(MERGING, command).code is ErrorCode.BUSY


def test_nothing_is_delivered_after_the_merge() -> None:
    for command in (ACCEPT, FAILED, INTEND, CLAIM_REVIEW):
        assert refusal_of(MERGED, command).facts == {"reason": "merged"}


def test_the_merge_that_was_intended_is_completed_once() -> None:
    assert decide(MERGING, PLAN, CompleteMerge(MERGE)) == Decided(MergeCompleted(MERGE))
    assert decide(MERGED, PLAN, CompleteMerge(MERGE)) is None
    assert MERGED.merge == MERGE.replace(phase=MergePhase.COMPLETED)


@pytest.mark.parametrize("feature", [ACCEPTED, MERGING, MERGED])
def test_a_merge_that_was_not_intended_is_not_completed(feature: Feature) -> None:
    refusal = refusal_of(feature, CompleteMerge(MERGE.replace(commit=oid("other"))))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED


def test_a_merge_that_did_not_land_leaves_the_feature_as_it_was_accepted() -> None:
    decided = decide(MERGING, PLAN, AbandonMerge("The push was refused."))

    assert decided == Decided(MergeAbandoned("The push was refused."))
    feature = after(MERGING, AbandonMerge("The push was refused."))
    assert feature == ACCEPTED.replace(sequence=feature.sequence)


@pytest.mark.parametrize("feature", [DONE, ACCEPTED, MERGED])
def test_no_merge_is_given_up_where_none_is_under_way(feature: Feature) -> None:
    refusal = refusal_of(feature, AbandonMerge("No reason."))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED


@pytest.mark.parametrize("feature", [DONE, ACCEPTED])
def test_a_merge_made_elsewhere_is_recorded_without_an_acceptance(feature: Feature) -> None:
    assert decide(feature, PLAN, CompleteMerge(RECORDED)) == Decided(MergeCompleted(RECORDED))


def test_a_merge_made_elsewhere_is_not_recorded_while_a_package_is_open() -> None:
    refusal = refusal_of(after(DONE, REOPEN), CompleteMerge(RECORDED))

    assert refusal.code is ErrorCode.FEATURE_NOT_READY


def test_a_merge_made_elsewhere_is_not_recorded_over_one_that_is_under_way() -> None:
    assert refusal_of(MERGING, CompleteMerge(RECORDED)).code is ErrorCode.TRANSITION_REJECTED

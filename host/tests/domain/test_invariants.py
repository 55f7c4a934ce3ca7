import pytest

from domain.features import (
    ACCEPTED,
    AT,
    BLOCKED,
    CANCELED,
    DONE,
    FOR_REVIEW,
    HEAD,
    IN_PROGRESS,
    IN_REVIEW,
    INTEGRATED,
    MERGE,
    MERGED,
    MERGING,
    NEW_HEAD,
    PLANNED,
    REOPEN,
    REQUEST_CHANGES,
    SUBMIT,
    TARGET,
    WP,
    after,
    move,
    oid,
)
from spec_kitty.domain.feature import (
    Decision,
    Feature,
    Integration,
    ReviewedHead,
    Rework,
    ReworkCause,
    Verdict,
)
from spec_kitty.domain.invariants import violations
from spec_kitty.domain.lanes import Lane

CLAIM = IN_PROGRESS.package(WP).claim
REVIEW = IN_REVIEW.package(WP).review
VERDICT = Verdict(Decision.APPROVED, "reviewer", HEAD, AT)
REWORK = Rework(ReworkCause.REVIEW)
TWICE = (ReviewedHead("reviewer", HEAD), ReviewedHead("reviewer", NEW_HEAD))
OTHER_TIP = Integration(1, oid("other"), HEAD)


def but(feature: Feature, **changes: object) -> Feature:
    package = feature.package(WP).replace(**changes)
    return feature.replace(packages={WP: package})


@pytest.mark.parametrize(
    "feature",
    [
        PLANNED,
        IN_PROGRESS,
        FOR_REVIEW,
        IN_REVIEW,
        DONE,
        BLOCKED,
        CANCELED,
        ACCEPTED,
        MERGING,
        MERGED,
        after(IN_PROGRESS, move(Lane.PLANNED)),
        after(BLOCKED, move(Lane.PLANNED)),
        after(IN_REVIEW, move(Lane.BLOCKED)),
        after(IN_REVIEW, REQUEST_CHANGES),
        after(DONE, REOPEN, SUBMIT),
        after(CANCELED, move(Lane.PLANNED, force=True)),
    ],
)
def test_a_state_that_can_come_about_breaks_no_rule(feature: Feature) -> None:
    assert violations(feature) == ()


BROKEN = {
    "WP01 has a negative attempt.": but(CANCELED, attempt=-1),
    "WP01 stands where work is held, but nobody holds it.": but(IN_PROGRESS, claim=None),
    "WP01 is canceled, but somebody holds it.": but(CANCELED, claim=CLAIM, start_afresh=False),
    "WP01 is held without an attempt.": but(IN_PROGRESS, attempt=0),
    "WP01 is held without a pinned plan.": but(IN_PROGRESS, pinned=None),
    "WP01 is held without a base.": but(IN_PROGRESS, base_commit=None, workspace_ready=False),
    "WP01 has a workspace without a base.": but(
        CANCELED, workspace_ready=True, base_commit=None, start_afresh=False
    ),
    "WP01 starts afresh, but is held or has a workspace.": but(IN_PROGRESS, start_afresh=True),
    "WP01 does not come from where a blocked package can come from.": but(
        IN_PROGRESS, came_from=Lane.PLANNED
    ),
    "WP01 was submitted without a head.": but(FOR_REVIEW, head_commit=None),
    "WP01 has a review claim that is not about what is submitted.": but(
        IN_REVIEW, head_commit=NEW_HEAD
    ),
    "WP01 waits for a verdict that it has.": but(FOR_REVIEW, verdict=VERDICT),
    "WP01 was submitted with rework open.": but(FOR_REVIEW, rework=REWORK),
    "WP01 is done without an approving verdict on what is integrated.": but(
        DONE, verdict=VERDICT.replace(decision=Decision.CHANGES_REQUESTED)
    ),
    "WP01 is canceled, but integrated.": but(
        CANCELED, integrations=(Integration(1, TARGET, HEAD),)
    ),
    "WP01 has two reviewed heads of one actor.": but(IN_PROGRESS, reviewed_heads=TWICE),
    "WP01 is filed under WP02.": DONE.replace(packages={"WP02": DONE.package(WP)}),
    "The sequence is negative.": PLANNED.replace(sequence=-1),
    "The integrations are not numbered, or the tip is not the newest.": but(
        DONE, integrations=(OTHER_TIP,)
    ),
    "There is work, but no feature branch.": IN_PROGRESS.replace(feature_tip=None),
    "The feature is accepted or merged with open packages.": after(DONE, REOPEN).replace(
        merge=MERGED.merge and MERGED.merge.replace(recorded=True)
    ),
    "What was accepted is not the feature's tip.": ACCEPTED.replace(
        acceptance=ACCEPTED.acceptance and ACCEPTED.acceptance.replace(feature_tip=oid("old"))
    ),
    "The merge is neither of what was accepted nor recorded.": DONE.replace(merge=MERGE),
}


@pytest.mark.parametrize(("sentence", "feature"), BROKEN.items(), ids=BROKEN)
def test_a_broken_rule_is_told(sentence: str, feature: Feature) -> None:
    assert violations(feature) == (sentence,)


@pytest.mark.parametrize(
    "feature",
    [
        but(BLOCKED, came_from=None),
        but(BLOCKED, came_from=Lane.DONE),
        but(after(IN_REVIEW, move(Lane.BLOCKED)), claim=None),
        but(after(IN_REVIEW, move(Lane.BLOCKED)), head_commit=None),
        but(IN_PROGRESS, review=REVIEW),
        but(DONE, claim=None),
        but(DONE, verdict=None),
        but(DONE, verdict=VERDICT.replace(head=NEW_HEAD)),
        but(DONE, integrations=()),
        but(DONE, integrations=(Integration(1, INTEGRATED, NEW_HEAD),)),
        but(DONE, integrations=(Integration(2, INTEGRATED, HEAD),)),
        but(CANCELED, workspace_ready=True),
        ACCEPTED.replace(packages={}),
        MERGING.replace(acceptance=None),
        MERGING.replace(merge=MERGE.replace(old_target=oid("old"))),
        MERGING.replace(merge=MERGE.replace(recorded=True)),
    ],
)
def test_no_other_way_of_breaking_a_rule_is_missed(feature: Feature) -> None:
    assert violations(feature) != ()


def test_several_broken_rules_are_all_told() -> None:
    feature = but(IN_PROGRESS, attempt=-1, pinned=None).replace(sequence=-1)

    assert violations(feature) == (
        "WP01 has a negative attempt.",
        "WP01 is held without an attempt.",
        "WP01 is held without a pinned plan.",
        "The sequence is negative.",
    )

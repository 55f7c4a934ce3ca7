import pytest

from domain.features import (
    CLAIM_REVIEW,
    FOR_REVIEW,
    HEAD,
    HOLDER,
    IN_PROGRESS,
    IN_REVIEW,
    MERGED,
    MERGING,
    NEW_HEAD,
    PACKAGE_REF,
    PERSON,
    PLAN,
    PLANNED,
    PROGRAM,
    REQUEST_CHANGES,
    SUBMIT,
    TARGET,
    WP,
    after,
    claim,
    move,
    plan_of,
    refusal_of,
)
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.events import PackageSubmitted, RefMove
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.refusals import ErrorCode

AGAIN = SUBMIT.replace(head=NEW_HEAD, branch=HEAD)
FORCED = SUBMIT.replace(caller=PERSON, force=True, note="Its run is gone.")


def test_a_submission_moves_the_branch_with_the_event() -> None:
    decided = decide(IN_PROGRESS, PLAN, SUBMIT.replace(note="Ready."))

    fact = PackageSubmitted(WP, HEAD, TARGET, "Ready.")
    assert decided == Decided(fact, (RefMove(PACKAGE_REF, TARGET, HEAD),))


def test_a_submission_of_what_the_branch_holds_moves_nothing() -> None:
    decided = decide(IN_PROGRESS, PLAN, SUBMIT.replace(branch=HEAD))

    assert decided == Decided(PackageSubmitted(WP, HEAD, TARGET))


def test_submitting_the_same_head_again_changes_nothing() -> None:
    assert decide(FOR_REVIEW, PLAN, SUBMIT.replace(branch=HEAD)) is None


def test_submitting_a_new_head_ends_the_review_of_the_old_one() -> None:
    package = after(IN_REVIEW, AGAIN).package(WP)

    assert (package.lane, package.head_commit) == (Lane.FOR_REVIEW, NEW_HEAD)
    assert (package.review, package.verdict) == (None, None)


def test_a_new_submission_answers_the_rework() -> None:
    package = after(FOR_REVIEW, REQUEST_CHANGES, AGAIN).package(WP)

    assert (package.rework, package.verdict, package.attempt) == (None, None, 2)


def test_work_without_a_change_is_refused() -> None:
    refusal = refusal_of(IN_PROGRESS, SUBMIT.replace(changed=False))

    assert refusal.code is ErrorCode.WORKFLOW_EVIDENCE_REQUIRED
    assert refusal.facts == {"reason": "no_change"}


def test_no_change_is_fine_where_the_plan_expects_none() -> None:
    claimed = after(PLANNED, claim(PLANNED), plan=plan_of({WP: ()}, changes_none=True))

    # What was pinned counts, not what the plan says by now.
    assert decide(claimed, PLAN, SUBMIT.replace(changed=False)) is not None


@pytest.mark.parametrize(("given", "accepted"), [(None, True), (2, True), (1, False), (3, False)])
def test_only_the_current_attempt_submits(given: int | None, accepted: bool) -> None:
    feature = after(FOR_REVIEW, REQUEST_CHANGES)
    command = AGAIN.replace(attempt=given)

    if accepted:
        assert decide(feature, PLAN, command) is not None
        return
    refusal = refusal_of(feature, command)
    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {"reason": "stale_attempt", "attempt": 2, "given_attempt": given}


def test_force_submits_for_the_holder_and_the_holder_stays() -> None:
    package = after(IN_PROGRESS, FORCED).package(WP)

    assert package.lane is Lane.FOR_REVIEW
    assert package.claim == IN_PROGRESS.package(WP).claim


@pytest.mark.parametrize("note", [None, "", "  \n"])
def test_force_without_a_reason_is_refused(note: str | None) -> None:
    refusal = refusal_of(IN_PROGRESS, FORCED.replace(note=note))

    assert refusal.code is ErrorCode.WORKFLOW_EVIDENCE_REQUIRED
    assert refusal.facts == {"reason": "no_reason"}


def test_force_does_not_pass_over_the_attempt_or_missing_work() -> None:
    stale, empty = FORCED.replace(attempt=9), FORCED.replace(changed=False)

    assert refusal_of(IN_PROGRESS, stale).code is ErrorCode.TRANSITION_REJECTED
    assert refusal_of(IN_PROGRESS, empty).code is ErrorCode.WORKFLOW_EVIDENCE_REQUIRED


def test_the_holder_in_another_run_may_submit() -> None:
    command = SUBMIT.replace(caller=HOLDER.replace(run_id="run-9"))

    assert decide(IN_PROGRESS, PLAN, command) is not None


def test_work_that_was_blocked_in_review_is_unblocked_and_not_submitted() -> None:
    blocked = after(FOR_REVIEW, move(Lane.BLOCKED))

    assert refusal_of(blocked, AGAIN).code is ErrorCode.TRANSITION_REJECTED


def test_nothing_is_submitted_while_or_after_the_feature_is_merged() -> None:
    assert refusal_of(MERGING, SUBMIT).code is ErrorCode.BUSY
    assert refusal_of(MERGED, SUBMIT).code is ErrorCode.TRANSITION_REJECTED
    assert refusal_of(MERGED, CLAIM_REVIEW).facts == {"reason": "merged"}
    assert refusal_of(MERGED, claim(MERGED, PROGRAM)).facts == {"reason": "merged"}

import pytest

from domain.features import (
    APPROVE,
    BLOCKED,
    CANCELED,
    DONE,
    FOR_REVIEW,
    HEAD,
    HOLDER,
    IN_PROGRESS,
    IN_REVIEW,
    MERGED,
    MERGING,
    PACKAGE_REF,
    PERSON,
    PLAN,
    PLANNED,
    PROGRAM,
    REOPEN,
    WP,
    after,
    move,
    refusal_of,
)
from spec_kitty.domain.commands import AddNote, MovePackage
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.events import (
    Fact,
    NoteAdded,
    PackageBlocked,
    PackageCanceled,
    PackageReleased,
    PackageRestored,
    PackageUnblocked,
    RefMove,
)
from spec_kitty.domain.feature import Caller, Feature
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.refusals import ErrorCode

BLOCKED_IN_REVIEW = after(IN_REVIEW, move(Lane.BLOCKED))
BLOCKED_PLANNED = after(PLANNED, move(Lane.BLOCKED))
HELD_PLANNED = after(BLOCKED, move(Lane.PLANNED))


@pytest.mark.parametrize(
    ("feature", "command", "fact"),
    [
        (IN_PROGRESS, move(Lane.PLANNED), PackageReleased(WP, "A reason.")),
        (IN_PROGRESS, move(Lane.BLOCKED), PackageBlocked(WP, "A reason.")),
        (BLOCKED, move(Lane.IN_PROGRESS), PackageUnblocked(WP, Lane.IN_PROGRESS, "A reason.")),
        (BLOCKED, move(Lane.PLANNED, note=None), PackageUnblocked(WP, Lane.PLANNED)),
        (IN_PROGRESS, move(Lane.CANCELED), PackageCanceled(WP, "A reason.")),
        (CANCELED, move(Lane.PLANNED, force=True), PackageRestored(WP, "A reason.")),
    ],
)
def test_a_move_by_name_records_what_happened(
    feature: Feature, command: MovePackage, fact: Fact
) -> None:
    assert decide(feature, PLAN, command) == Decided(fact)


def test_canceling_takes_the_branch_away_and_says_where_the_work_is_kept() -> None:
    ref = "refs/spec-kitty-salvage/034-search/WP01/1"

    decided = decide(FOR_REVIEW, PLAN, move(Lane.CANCELED, branch=HEAD, salvage=ref))

    fact = PackageCanceled(WP, "A reason.", ref)
    assert decided == Decided(fact, (RefMove(PACKAGE_REF, HEAD, None),))


@pytest.mark.parametrize("note", [None, "", " \n"])
@pytest.mark.parametrize(
    ("feature", "to"),
    [
        (IN_PROGRESS, Lane.PLANNED),
        (IN_PROGRESS, Lane.BLOCKED),
        (IN_PROGRESS, Lane.CANCELED),
        (CANCELED, Lane.PLANNED),
    ],
)
def test_a_move_that_needs_a_reason_is_refused_without_one(
    feature: Feature, to: Lane, note: str | None
) -> None:
    refusal = refusal_of(feature, move(to, force=True, note=note))

    assert refusal.code is ErrorCode.WORKFLOW_EVIDENCE_REQUIRED
    assert refusal.facts == {"reason": "no_reason"}


@pytest.mark.parametrize(
    ("feature", "allowed"),
    [
        (BLOCKED_PLANNED, {Lane.PLANNED}),
        (BLOCKED, {Lane.PLANNED, Lane.IN_PROGRESS}),
        (BLOCKED_IN_REVIEW, {Lane.PLANNED, Lane.FOR_REVIEW}),
    ],
)
def test_a_blocked_package_goes_back_where_it_came_from_or_to_planned(
    feature: Feature, allowed: set[Lane]
) -> None:
    for to in (Lane.PLANNED, Lane.IN_PROGRESS, Lane.FOR_REVIEW):
        if to in allowed:
            package = after(feature, move(to, PROGRAM)).package(WP)
            assert (package.lane, package.came_from) == (to, None)
            assert package.claim == feature.package(WP).claim
        else:
            assert refusal_of(feature, move(to)).code is ErrorCode.TRANSITION_REJECTED


def test_work_unblocked_to_review_is_reviewed_as_it_was_submitted() -> None:
    feature = after(BLOCKED_IN_REVIEW, move(Lane.FOR_REVIEW))

    assert after(feature, APPROVE).package(WP).lane is Lane.DONE


@pytest.mark.parametrize("meant_for_work", [{"attempt": 1}, {"about_work": True}])
@pytest.mark.parametrize("to", [Lane.PLANNED, Lane.IN_PROGRESS, Lane.FOR_REVIEW])
@pytest.mark.parametrize("feature", [BLOCKED, BLOCKED_IN_REVIEW])
@pytest.mark.parametrize("caller", [HOLDER, PERSON])
def test_a_call_that_goes_on_with_work_does_not_unblock(
    feature: Feature, to: Lane, caller: Caller, meant_for_work: dict[str, object]
) -> None:
    refusal = refusal_of(feature, move(to, caller, **meant_for_work))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {"reason": "blocked", "from_lane": "blocked", "to_lane": to.public}


def test_what_is_blocked_is_canceled_by_a_call_about_its_attempt() -> None:
    assert decide(BLOCKED, PLAN, move(Lane.CANCELED, HOLDER, attempt=1)) is not None


def test_a_stale_attempt_is_named_as_such_where_the_package_is_blocked() -> None:
    refusal = refusal_of(BLOCKED, move(Lane.IN_PROGRESS, HOLDER, attempt=3))

    assert refusal.facts == {"reason": "stale_attempt", "attempt": 1, "given_attempt": 3}


@pytest.mark.parametrize("caller", [PERSON, HOLDER])
def test_a_held_package_in_planned_is_released_with_a_reason(caller: Caller) -> None:
    feature = after(HELD_PLANNED, move(Lane.PLANNED, caller))

    assert (feature.package(WP).lane, feature.package(WP).claim) == (Lane.PLANNED, None)


def test_a_held_package_in_planned_is_not_released_by_another_program() -> None:
    refusal = refusal_of(HELD_PLANNED, move(Lane.PLANNED, PROGRAM))

    assert refusal.code is ErrorCode.WP_ALREADY_CLAIMED


@pytest.mark.parametrize("to", [Lane.BLOCKED, Lane.CANCELED])
def test_force_passes_over_a_holder_and_not_over_the_right_of_people(to: Lane) -> None:
    forced = move(to, PROGRAM, force=True)

    assert decide(IN_PROGRESS, PLAN, forced) is not None
    assert refusal_of(PLANNED, forced).code is ErrorCode.TRANSITION_REJECTED


def test_only_a_person_brings_a_canceled_package_back() -> None:
    refusal = refusal_of(CANCELED, move(Lane.PLANNED, PROGRAM, force=True))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED


@pytest.mark.parametrize("to", [Lane.PLANNED, Lane.BLOCKED, Lane.CANCELED, Lane.IN_PROGRESS])
def test_a_stale_attempt_moves_nothing(to: Lane) -> None:
    refusal = refusal_of(IN_PROGRESS, move(to, HOLDER, attempt=0))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {"reason": "stale_attempt", "attempt": 1, "given_attempt": 0}


def test_what_is_integrated_cannot_be_canceled() -> None:
    reopened = after(DONE, REOPEN)

    for feature in (reopened, after(reopened, move(Lane.BLOCKED))):
        refusal = refusal_of(feature, move(Lane.CANCELED))
        assert refusal.code is ErrorCode.TRANSITION_REJECTED
        assert refusal.facts == {"reason": "integrated"}


def test_an_impossible_move_names_the_possible_ones() -> None:
    refusal = refusal_of(DONE, move(Lane.PLANNED))

    assert refusal.facts == {
        "from_lane": "done",
        "to_lane": "planned",
        "allowed": ["in_progress"],
    }


@pytest.mark.parametrize("to", list(Lane))
@pytest.mark.parametrize("caller", [PERSON, HOLDER])
def test_nothing_moves_once_the_feature_is_merged(to: Lane, caller: Caller) -> None:
    refusal = refusal_of(MERGED, move(to, caller, force=True))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {"reason": "merged"}


def test_nothing_moves_while_the_merge_is_under_way_and_it_can_be_tried_again() -> None:
    refusal = refusal_of(MERGING, move(Lane.IN_PROGRESS))

    assert refusal.code is ErrorCode.BUSY
    assert refusal.facts == {"retryable": True}


@pytest.mark.parametrize("feature", [PLANNED, IN_PROGRESS, MERGING, MERGED])
def test_a_note_can_be_made_at_any_time(feature: Feature) -> None:
    note = AddNote(WP, "Seen.", "hist-1")

    assert decide(feature, PLAN, note) == Decided(NoteAdded(WP, "Seen.", "hist-1"))
    assert after(feature, note) == feature.replace(sequence=feature.sequence + 1)


def test_a_restored_package_starts_afresh_but_keeps_its_attempt_and_who_worked_on_it() -> None:
    package = after(CANCELED, move(Lane.PLANNED, force=True)).package(WP)

    assert (package.attempt, package.start_afresh, package.claim) == (1, True, None)
    assert (package.base_commit, package.head_commit, package.implementers) == (
        None,
        None,
        ("claude",),
    )

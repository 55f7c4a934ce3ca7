"""What is due for one work package: the next step, a wait, or a person."""

from dataclasses import replace

import pytest

from domain.moments import (
    ACTOR,
    NOW,
    RUN,
    RUN_ID,
    agent,
    ended,
    held,
    in_review,
    planned,
    refused,
    reviewed,
    roster,
    started,
    step_done,
    submitted,
    view,
    whole,
)
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import Finding, Lane, Package
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import Record, Step
from spec_kitty_orchestrator.domain.scheduling.actions import (
    Block,
    ClaimReview,
    EndAttempt,
    GiveVerdict,
    Launch,
    Start,
    Submit,
)
from spec_kitty_orchestrator.domain.scheduling.stages import (
    MAX_PAUSES,
    MAX_REPLAYS,
    NeedsPerson,
    Settled,
    Stage,
    Waiting,
    stage,
)
from spec_kitty_orchestrator.domain.verdict import Decision, Verdict, unstructured

APPROVAL = Verdict(Decision.APPROVED)
REJECTION = Verdict(Decision.CHANGES_REQUESTED, "", (Finding("F1", "Louder."),))


def due(package: Package, *after: Record, **more: object) -> Stage:
    """Returns what is due for the only work package."""
    return stage(view(package, after=after, **more), package)  # type: ignore[arg-type]


def failures(failure: Failure, times: int, role: Role = Role.IMPLEMENT) -> list[Record]:
    """Returns attempts that failed one after the other, the last long ago."""
    row: list[Record] = []
    for number in range(1, times + 1):
        row += whole("WP01", role, failure, number, at=NOW - 5000)
    return row


@pytest.mark.parametrize("lane", [Lane.DONE, Lane.CANCELED])
def test_what_is_settled_needs_nothing(lane: Lane) -> None:
    assert due(held("WP01", lane)) == Settled()


def test_a_ready_package_is_started() -> None:
    assert due(planned("WP01")) == Start("WP01", "ada")


def test_a_package_waits_for_what_it_depends_on() -> None:
    waiting = planned("WP03", "WP01", "WP02")
    moment = view(held("WP01"), held("WP02", Lane.DONE), waiting)

    assert stage(moment, waiting) == Waiting("WP03 waits for WP01")


def test_a_canceled_dependency_needs_a_person() -> None:
    waiting = planned("WP02", "WP01")
    moment = view(held("WP01", Lane.CANCELED), waiting)

    assert stage(moment, waiting) == NeedsPerson(
        "WP02 depends on WP01, which is canceled. Restore that, or change the plan."
    )


def test_what_the_host_offers_to_nobody_says_where_to_look() -> None:
    assert due(planned("WP01", ready=False)) == Waiting(
        "WP01 cannot start: spec-kitty why WP01 says what it waits for."
    )


def test_a_broken_plan_needs_a_person() -> None:
    assert due(planned("WP01", problems=("tasks/WP01.md:3: error: No.",))) == NeedsPerson(
        "The plan of WP01 is broken: tasks/WP01.md:3: error: No."
    )


def test_a_package_that_was_unblocked_to_planned_is_started_again_by_its_holder() -> None:
    assert due(held("WP01", Lane.PLANNED)) == Start("WP01", "ada")


@pytest.mark.parametrize(
    ("lane", "why"),
    [
        (Lane.PLANNED, "WP01 is held by alice, not by this run."),
        (Lane.IN_PROGRESS, "WP01 is in_progress and held by alice, not by this run."),
        (Lane.FOR_REVIEW, "WP01 is for_review and held by alice, not by this run."),
    ],
)
def test_what_somebody_else_holds_is_left_alone(lane: Lane, why: str) -> None:
    assert due(held("WP01", lane, claimed_by="alice", run_id=None)) == NeedsPerson(why)


def test_what_another_run_of_the_same_actor_holds_is_left_alone() -> None:
    assert due(held("WP01", run_id="run-0")) == NeedsPerson(
        "WP01 is in_progress and held by orchestrator, not by this run."
    )


@pytest.mark.parametrize(
    ("reason", "why"),
    [("The API is gone.", "The API is gone."), (None, "no reason was given")],
)
def test_a_blocked_package_says_why(reason: str | None, why: str) -> None:
    assert due(held("WP01", Lane.BLOCKED, reason=reason)) == NeedsPerson(f"WP01 is blocked: {why}")


def test_a_claimed_package_is_worked_on() -> None:
    assert due(held("WP01")) == Launch("WP01", Role.IMPLEMENT, "ada")


def test_a_running_attempt_is_waited_for() -> None:
    assert due(held("WP01"), started("WP01")) == Waiting("ada works on it")


@pytest.mark.parametrize(
    "package",
    [
        held("WP01", claimed_by="alice", run_id=None),
        held("WP01", attempt=2),
        held("WP01", Lane.BLOCKED),
        held("WP01", Lane.PLANNED),
        held("WP01", Lane.CANCELED, claimed_by=None),
        submitted("WP01"),
    ],
    ids=lambda package: f"{package.lane}-{package.attempt}-{package.claimed_by}",
)
def test_an_attempt_ends_when_its_package_goes_on_without_it(package: Package) -> None:
    assert due(package, started("WP01")) == EndAttempt(
        "WP01-1-implement-1", "WP01 was taken over by somebody else; its work is kept."
    )


def test_finished_work_is_submitted() -> None:
    assert due(held("WP01"), *whole("WP01")) == Submit("WP01", "ada")


def test_work_of_an_earlier_attempt_is_not_submitted_for_this_one() -> None:
    assert due(held("WP01", attempt=2), *whole("WP01")) == Launch("WP01", Role.IMPLEMENT, "ada")


def test_a_submission_is_claimed_for_review_by_another_agent() -> None:
    assert due(submitted("WP01"), *whole("WP01")) == ClaimReview("WP01", "ben")


def test_a_new_head_is_claimed_anew() -> None:
    assert due(in_review("WP01", reviewed_head="h0")) == ClaimReview("WP01", "ben")


def test_a_review_by_a_person_is_left_alone() -> None:
    assert due(submitted("WP01", reviewer="alice")) == NeedsPerson(
        "WP01 is being reviewed by alice."
    )


def test_a_claimed_review_is_made() -> None:
    assert due(in_review("WP01")) == Launch("WP01", Role.REVIEW, "ben")


@pytest.mark.parametrize("verdict", [APPROVAL, REJECTION])
def test_a_verdict_is_given_on_the_head_that_was_reviewed(verdict: Verdict) -> None:
    assert due(in_review("WP01"), *reviewed("WP01", verdict)) == GiveVerdict(
        "WP01", "ben", verdict, "h1"
    )


def test_a_verdict_on_another_head_is_not_given() -> None:
    assert due(in_review("WP01", head="h2"), *reviewed("WP01", APPROVAL)) == Launch(
        "WP01", Role.REVIEW, "ben"
    )


def test_a_reviewer_without_a_verdict_is_asked_once_more() -> None:
    assert due(in_review("WP01"), *reviewed("WP01", None)) == Launch(
        "WP01", Role.REVIEW, "ben", asks_again=True
    )


def asked_twice(by: str, number: int = 1, answer: str = "Hm.") -> list[Record]:
    first = whole("WP01", Role.REVIEW, Failure.NO_VERDICT, number, by)
    again = started("WP01", Role.REVIEW, by, number + 1, asks_again=True)
    return [*first, again, ended(again, Failure.NO_VERDICT, answer=answer)]


def test_a_reviewer_without_a_verdict_twice_gives_way_to_the_next() -> None:
    agents = roster(agent("ada"), agent("ben"), agent("eve"), reviewers=("ben", "eve"))

    assert due(in_review("WP01"), *asked_twice("ben"), agents=agents) == Launch(
        "WP01", Role.REVIEW, "eve"
    )


def test_what_nobody_gave_a_verdict_on_goes_back_and_is_never_approved() -> None:
    assert due(in_review("WP01"), *asked_twice("ben", answer="LGTM!")) == GiveVerdict(
        "WP01", "ben", unstructured("LGTM!"), "h1"
    )


def test_work_that_moved_on_during_its_review_is_submitted_again() -> None:
    moved = refused(
        "WP01", Step.VERDICT, f"{RUN_ID}/WP01/1/verdict-1", "TRANSITION_REJECTED",
        reason="branch_moved",
    )  # fmt: skip
    after = (*reviewed("WP01", APPROVAL), moved)

    assert due(in_review("WP01"), *after) == Submit("WP01", "ada")
    again = step_done("WP01", Step.SUBMIT, f"{RUN_ID}/WP01/1/submit-0-h1")
    assert due(submitted("WP01", "h2"), *after, again) == ClaimReview("WP01", "ben")


COUNTED = (
    Failure.OVERLOAD,
    Failure.TIMEOUT,
    Failure.STALL,
    Failure.CRASH,
    Failure.NO_CHANGE,
    Failure.GUARD,
)


@pytest.mark.parametrize("failure", COUNTED)
@pytest.mark.parametrize("role", Role)
def test_failures_in_a_row_are_bounded_and_then_block(failure: Failure, role: Role) -> None:
    package = held("WP01") if role is Role.IMPLEMENT else in_review("WP01")
    how = str(failure).replace("_", " ")

    assert isinstance(due(package, *failures(failure, 2, role)), Launch)
    assert due(package, *failures(failure, 3, role)) == Block(
        "WP01", f"ada failed ({how}), and not for the first time: It failed."
    )


def test_a_single_failure_may_be_the_last() -> None:
    found = due(held("WP01"), *failures(Failure.CRASH, 1), limits=Limits(max_failures=1))

    assert found == Block("WP01", "ada failed (crash): It failed.")


@pytest.mark.parametrize("failure", [Failure.ENDED, Failure.LOST])
def test_what_is_nobodys_fault_blocks_nothing(failure: Failure) -> None:
    assert isinstance(due(held("WP01"), *failures(failure, 50)), Launch)


@pytest.mark.parametrize("failure", [Failure.AUTH, Failure.LAUNCH])
def test_an_agent_that_cannot_work_is_not_used_again(failure: Failure) -> None:
    agents = roster(agent("ada", fallbacks=("eve",)), agent("ben"), agent("eve"))

    assert due(held("WP01"), *whole("WP01", failure=failure)) == NeedsPerson(
        "No agent is left to implement: ada: It failed."
    )
    assert due(held("WP01"), *whole("WP01", failure=failure), agents=agents) == Launch(
        "WP01", Role.IMPLEMENT, "eve"
    )


def test_a_success_ends_a_row_of_failures() -> None:
    last = whole("WP01", failure=Failure.CRASH, number=4)
    after = [*failures(Failure.CRASH, 2), *whole("WP01", number=3), *last]

    assert isinstance(due(held("WP01"), *after, now=NOW + 600), Launch)


def test_a_resume_forgives_the_failures_before_it() -> None:
    crashed = failures(Failure.CRASH, 3)

    assert isinstance(due(held("WP01"), *crashed), Block)
    assert due(held("WP01"), *crashed, replace(RUN, resumed=True)) == Launch(
        "WP01", Role.IMPLEMENT, "ada"
    )


def test_a_rate_limit_is_waited_for_and_bounded() -> None:
    limited = whole("WP01", failure=Failure.RATE_LIMIT, resets_at=NOW + 60)
    over = [
        each
        for number in range(1, MAX_PAUSES + 1)
        for each in whole("WP01", failure=Failure.RATE_LIMIT, number=number, resets_at=NOW - 1)
    ]

    assert due(held("WP01"), *limited) == Waiting("ada-corp limits the rate of ada", NOW + 60)
    assert isinstance(due(held("WP01"), *over[:-2]), Launch)
    assert isinstance(due(held("WP01"), *over), Block)


def test_an_overload_is_waited_for_with_a_delay_that_is_spread() -> None:
    found = due(held("WP01"), *whole("WP01", failure=Failure.OVERLOAD, at=NOW))

    assert isinstance(found, Waiting)
    assert found.why == "WP01 is tried again after: It failed."
    assert NOW + 15 <= (found.until or 0) <= NOW + 22.5


@pytest.mark.parametrize(
    ("package", "words"),
    [
        (held("WP01", rework="review", review_rounds=3), "3 rounds of review"),
        (held("WP01", rework="review", review_rounds=1), "1 round of review"),
    ],
)
def test_rounds_of_review_are_bounded_and_what_is_open_is_told(
    package: Package, words: str
) -> None:
    limits = Limits(max_review_rounds=package.review_rounds)
    open_still = replace(package, findings=(Finding("F1", "Louder."),))
    before = replace(package, review_rounds=package.review_rounds - 1)

    assert due(open_still, limits=limits) == Block(
        "WP01", f"WP01 is not done after {words}. Still open: F1: Louder."
    )
    assert isinstance(due(before, limits=limits), Launch)


def test_conflicts_are_bounded() -> None:
    met = refused("WP01", Step.VERDICT, "k", "INTEGRATION_CONFLICT")
    package = held("WP01", rework="conflict")

    assert due(package, *[met] * 3) == Block(
        "WP01", "WP01 is not done after 3 conflicts. Still open: see its history"
    )
    assert isinstance(due(package, *[met] * 2), Launch)


def test_the_last_reopening_may_still_be_worked_on() -> None:
    package = held("WP01", rework="reopened", rework_note="The checks fail.")
    reopened = [step_done("WP01", Step.REOPEN, f"k{number}") for number in range(4)]

    assert isinstance(due(package, *reopened[:3]), Launch)
    assert due(package, *reopened) == Block(
        "WP01", "WP01 is not done after 4 reopenings. Still open: The checks fail."
    )


def test_a_person_who_unblocks_gives_every_bound_anew() -> None:
    package = held("WP01", rework="review", review_rounds=3)
    blocked = step_done("WP01", Step.BLOCK, f"{RUN_ID}/WP01/1/block-3", rounds=3)

    assert isinstance(due(package, *failures(Failure.CRASH, 3), blocked), Launch)
    assert isinstance(
        due(replace(package, review_rounds=6), *failures(Failure.CRASH, 3), blocked), Block
    )


@pytest.mark.parametrize(
    ("code", "again"),
    [("BUSY", True), ("WP_ALREADY_CLAIMED", True), ("HOST_FAILED", True), ("PLAN_INVALID", False)],
)
def test_a_refused_step_is_repeated_or_needs_a_person(code: str, again: bool) -> None:
    key = f"{RUN_ID}/WP01/1/start"
    refusal = refused("WP01", Step.START, key, code, at=NOW)
    later = view(planned("WP01"), after=(refusal,), now=NOW + 1)

    if again:
        assert due(planned("WP01"), refusal) == Waiting("No.", NOW + 0.5)
        assert stage(later, planned("WP01")) == Start("WP01", "ada")
    else:
        assert due(planned("WP01"), refusal) == NeedsPerson("WP01: No.")


def test_a_step_is_not_repeated_for_ever() -> None:
    refusal = refused("WP01", Step.START, f"{RUN_ID}/WP01/1/start", at=NOW - 900)

    assert due(planned("WP01"), *[refusal] * 5) == Start("WP01", "ada")
    assert due(planned("WP01"), *[refusal] * 6) == NeedsPerson("WP01: No.")


def test_a_refusal_of_an_earlier_attempt_is_forgotten() -> None:
    refusal = refused("WP01", Step.START, f"{RUN_ID}/WP01/1/start", "PLAN_INVALID")

    assert due(planned("WP01", attempt=1), refusal) == Start("WP01", "ada")


def test_a_step_that_shows_no_effect_is_not_repeated_for_ever() -> None:
    key = f"{RUN_ID}/WP01/1/start"
    effects = [
        step_done("WP01", Step.START, f"{key}~{number}" if number else key)
        for number in range(MAX_REPLAYS)
    ]

    assert due(planned("WP01"), *effects[1:]) == Start("WP01", "ada")
    assert due(planned("WP01"), *effects) == NeedsPerson(
        "The host says that WP01 had its start, but shows no change."
    )


def test_a_package_is_ours_only_under_our_run() -> None:
    moment = view(held("WP01"))

    assert moment.is_ours(held("WP01"))
    assert not moment.is_ours(held("WP01", run_id=None))
    assert not moment.is_ours(held("WP01", claimed_by=f"{ACTOR}-2"))


def test_a_reviewer_that_is_not_configured_any_more_is_not_asked_again() -> None:
    silent = started("WP01", Role.REVIEW, "zoe")
    package = in_review("WP01")

    assert due(package, silent, ended(silent, Failure.NO_VERDICT)) == Launch(
        "WP01", Role.REVIEW, "ben"
    )


@pytest.mark.parametrize("changed", [{"head_commit": "h2"}, {"reviewer": "alice"}])
def test_a_review_that_another_took_or_of_what_is_no_longer_submitted_is_ended(
    changed: dict[str, str],
) -> None:
    reviewing = started("WP01", Role.REVIEW, "ben")

    assert isinstance(due(in_review("WP01"), reviewing), Waiting)
    assert isinstance(due(replace(in_review("WP01"), **changed), reviewing), EndAttempt)  # type: ignore[arg-type]

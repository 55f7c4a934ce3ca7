"""What is done next, for the whole feature: order, places, the end."""

from dataclasses import replace

import pytest

from domain.moments import (
    NOW,
    agent,
    done,
    ended,
    held,
    in_review,
    planned,
    refused,
    reviewed,
    roster,
    spent,
    started,
    submitted,
    view,
    whole,
)
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import Lane, Overlap, Package
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import Ended, Step
from spec_kitty_orchestrator.domain.scheduling.actions import (
    Accept,
    ClaimReview,
    EndAttempt,
    Finish,
    GiveVerdict,
    Launch,
    Merge,
    Start,
    Submit,
)
from spec_kitty_orchestrator.domain.scheduling.schedule import Schedule, natural, schedule
from spec_kitty_orchestrator.domain.verdict import Decision, Verdict

APPROVAL = Verdict(Decision.APPROVED)
STOPPED = "The run was stopped before the feature was done."


def test_ready_packages_are_started_the_longest_remaining_path_first() -> None:
    moment = view(
        planned("WP01", remaining_minutes=30),
        planned("WP02", remaining_minutes=90),
        planned("WP03", remaining_minutes=60),
    )

    assert schedule(moment) == Schedule((Start("WP02", "ada"), Start("WP03", "ada")))


def test_equal_paths_go_by_natural_order_of_their_names() -> None:
    moment = view(planned("WP10"), planned("WP9"), limits=Limits(max_concurrent=1))

    assert schedule(moment) == Schedule((Start("WP9", "ada"),))


def test_natural_order_compares_numbers_as_numbers() -> None:
    assert sorted(["WP100", "WP20", "WP03"], key=natural) == ["WP03", "WP20", "WP100"]


def test_a_review_goes_before_an_implementation_of_an_equally_long_path() -> None:
    moment = view(held("WP01"), in_review("WP02"), limits=Limits(max_concurrent=1))

    assert schedule(moment) == Schedule((Launch("WP02", Role.REVIEW, "ben"),))


def test_what_is_begun_goes_before_what_is_not() -> None:
    moment = view(
        planned("WP01", remaining_minutes=90), held("WP02"), limits=Limits(max_concurrent=1)
    )

    assert schedule(moment) == Schedule((Launch("WP02", Role.IMPLEMENT, "ada"),))


def test_what_takes_no_place_is_done_although_every_place_is_taken() -> None:
    moment = view(
        held("WP01"),
        held("WP02"),
        submitted("WP03"),
        planned("WP04"),
        after=(started("WP01", at=NOW), *whole("WP02")),
        limits=Limits(max_concurrent=1),
    )

    assert schedule(moment).actions == (Submit("WP02", "ada"), ClaimReview("WP03", "ben"))


def test_a_claim_under_way_takes_a_place() -> None:
    moment = view(planned("WP01"), planned("WP02"), busy={"WP01": Step.START})

    assert schedule(moment) == Schedule((Start("WP02", "ada"),))
    assert schedule(replace(moment, busy={"WP01": Step.START, "WP03": Step.START})) == Schedule(())


def test_nothing_is_asked_twice_while_a_call_is_under_way() -> None:
    moment = view(held("WP01"), after=whole("WP01"), busy={"WP01": Step.SUBMIT})

    assert schedule(moment) == Schedule(())


def test_an_overlapping_package_waits_behind_one_that_overlaps_with_nothing() -> None:
    moment = view(
        held("WP01"),
        planned("WP02", remaining_minutes=90),
        planned("WP03", remaining_minutes=10),
        after=(started("WP01"),),
        overlaps=frozenset({Overlap("WP01", "WP02")}),
    )

    assert schedule(moment) == Schedule((Start("WP03", "ada"),))


def test_an_overlapping_package_starts_if_nothing_else_can() -> None:
    moment = view(
        held("WP01"),
        planned("WP02"),
        after=(started("WP01"),),
        overlaps=frozenset({Overlap("WP02", "WP01")}),
    )

    assert schedule(moment) == Schedule((Start("WP02", "ada"),))


def test_of_two_that_overlap_each_other_the_second_waits_for_a_third() -> None:
    moment = view(
        planned("WP01", remaining_minutes=90),
        planned("WP02", remaining_minutes=60),
        planned("WP03", remaining_minutes=10),
        overlaps=frozenset({Overlap("WP01", "WP02")}),
    )

    assert schedule(moment) == Schedule((Start("WP01", "ada"), Start("WP03", "ada")))


def test_implementers_take_turns() -> None:
    agents = roster(agent("ada"), agent("ben"), implementers=("ada", "ben"))
    moment = view(held("WP01"), planned("WP02"), after=(started("WP01"),), agents=agents)

    assert schedule(moment) == Schedule((Start("WP02", "ben"),))


def test_all_done_is_accepted_then_merged_then_finished() -> None:
    moment = view(done("WP01"), Package("WP02", lane=Lane.CANCELED))
    accepted = replace(moment, feature=replace(moment.feature, accepted=True))
    merged = replace(moment, feature=replace(moment.feature, accepted=True, merged=True))

    assert [schedule(each).actions for each in (moment, accepted, merged)] == [
        (Accept(),),
        (Merge(),),
        (Finish(Ended.DONE),),
    ]


def test_what_only_waits_for_a_person_ends_the_run_with_every_reason() -> None:
    moment = view(
        held("WP01", Lane.BLOCKED, reason="The API is gone."),
        planned("WP02", "WP01"),
        held("WP03", claimed_by="alice"),
    )

    needs = (
        "WP01 is blocked: The API is gone.",
        "WP03 is in_progress and held by alice, not by this run.",
    )
    assert schedule(moment) == Schedule((Finish(Ended.NEEDS_PERSON, needs),), None, needs)


def test_a_person_is_named_while_others_still_run() -> None:
    moment = view(held("WP01", Lane.BLOCKED, reason="No."), held("WP02"), after=(started("WP02"),))

    assert schedule(moment) == Schedule((), None, ("WP01 is blocked: No.",))


def test_a_feature_in_which_everything_is_canceled_says_that_nothing_can_start() -> None:
    assert schedule(view(Package("WP01", lane=Lane.CANCELED))) == Schedule(
        (
            Finish(
                Ended.NEEDS_PERSON,
                ("The feature has no work package that is done, and none that can start.",),
            ),
        )
    )


def test_a_wait_ends_no_run_but_says_when_to_look_again() -> None:
    moment = view(
        held("WP01"), after=whole("WP01", failure=Failure.RATE_LIMIT, resets_at=NOW + 500)
    )

    assert schedule(moment) == Schedule((), NOW + 500)


def test_a_refusal_that_stops_the_run_ends_every_attempt_first() -> None:
    denied = refused("WP02", Step.SUBMIT, "k", "POLICY_DENIED", "The project forbids it.")
    running = view(held("WP01"), held("WP02"), after=(started("WP01"), denied))
    ended_now = view(
        held("WP01"),
        held("WP02"),
        after=(started("WP01"), denied, ended(started("WP01"), Failure.ENDED)),
    )

    assert schedule(running) == Schedule((EndAttempt("WP01-1-implement-1", denied.message),))
    assert schedule(ended_now) == Schedule((Finish(Ended.REFUSED, (denied.message,)),))


def test_a_stop_starts_nothing_and_gives_running_agents_their_grace() -> None:
    moment = view(
        held("WP01"),
        held("WP02"),
        planned("WP03"),
        after=(started("WP01"), *whole("WP02")),
        stopping_since=NOW - 10,
    )

    assert schedule(moment) == Schedule((Submit("WP02", "ada"),), NOW + 20)


def test_a_stop_ends_agents_when_their_grace_is_over_or_was_taken_away() -> None:
    moment = view(held("WP01"), after=(started("WP01"),), stopping_since=NOW - 30)
    at_once = replace(moment, stopping_since=NOW, stop_now=True)

    over = Schedule((EndAttempt("WP01-1-implement-1", STOPPED),))
    assert (schedule(moment), schedule(at_once)) == (over, over)


def test_a_stopped_run_waits_for_the_call_under_way_and_then_finishes() -> None:
    moment = view(submitted("WP01"), busy={"WP01": Step.CLAIM_REVIEW}, stopping_since=NOW)

    assert schedule(moment) == Schedule(())
    assert schedule(replace(moment, busy={})) == Schedule((Finish(Ended.INTERRUPTED, (STOPPED,)),))


def test_a_run_that_was_stopped_after_all_was_delivered_is_done() -> None:
    moment = view(done("WP01"), stopping_since=NOW)
    merged = replace(moment, feature=replace(moment.feature, accepted=True, merged=True))
    late = replace(merged, busy={"": Step.MERGE})

    assert schedule(merged) == Schedule((Finish(Ended.DONE),))
    assert schedule(late) == Schedule(())
    assert schedule(moment) == Schedule((Finish(Ended.INTERRUPTED, (STOPPED,)),))


def test_a_used_up_budget_ends_what_runs_and_then_the_run() -> None:
    limits = Limits(budget_tokens=1000)
    ran = whole("WP01", usage=spent(1500))
    moment = view(done("WP01"), held("WP02"), after=(*ran, started("WP02")), limits=limits)
    why = "The budget of 1,000 tokens is used up (1,500)."

    assert schedule(moment) == Schedule((EndAttempt("WP02-1-implement-1", why),))


def test_a_budget_of_money_is_compared_with_what_is_known_to_be_spent() -> None:
    cost = replace(spent(5), cost_usd=2.5)
    moment = view(
        held("WP01"),
        planned("WP02"),
        after=whole("WP01", failure=Failure.CRASH, usage=cost),
        limits=Limits(budget_usd=2.0),
    )
    unknown = view(
        planned("WP02"),
        after=whole("WP01", usage=spent(5)),
        limits=Limits(budget_usd=2.0),
    )

    why = "The budget of $2.00 is used up ($2.50)."
    assert schedule(moment) == Schedule((Finish(Ended.BUDGET, (why,)),))
    assert schedule(unknown) == Schedule((Start("WP02", "ada"),))


def test_delivering_costs_no_budget() -> None:
    moment = view(
        done("WP01"),
        after=whole("WP01", usage=spent(5000)),
        limits=Limits(budget_tokens=1000),
    )

    assert schedule(moment) == Schedule((Accept(),))


def test_what_is_planned_after_the_merge_is_for_another_feature() -> None:
    moment = view(done("WP01"), planned("WP02", ready=False))
    merged = replace(moment, feature=replace(moment.feature, merged=True))

    assert schedule(merged) == Schedule((Finish(Ended.DONE),))


def test_a_verdict_is_given_while_another_package_is_worked_on() -> None:
    moment = view(
        in_review("WP01"), held("WP02"), after=(*reviewed("WP01", APPROVAL), started("WP02"))
    )

    assert schedule(moment) == Schedule((GiveVerdict("WP01", "ben", APPROVAL, "h1"),))


def test_the_end_of_an_attempt_is_asked_for_by_its_name() -> None:
    moment = view(held("WP01", claimed_by="alice", run_id=None), after=(started("WP01"),))

    assert schedule(moment) == Schedule(
        (
            EndAttempt(
                "WP01-1-implement-1", "WP01 was taken over by somebody else; its work is kept."
            ),
        )
    )


def test_a_view_before_the_run_began_is_a_mistake_of_the_caller() -> None:
    moment = view(planned("WP01"))

    with pytest.raises(ValueError, match="a run has to be started before it is scheduled"):
        schedule(replace(moment, memory=replace(moment.memory, run=None)))

"""How a run is told to people."""

from dataclasses import replace
from datetime import datetime

import pytest

from domain.moments import NOW, RUN, ended, refused, reviewed, spent, started, step_done, whole
from spec_kitty_orchestrator.domain.agents import Role, Usage
from spec_kitty_orchestrator.domain.feature import Finding
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.memory import remember
from spec_kitty_orchestrator.domain.run.records import (
    AttemptReported,
    Ended,
    Record,
    RunEnded,
    Step,
    StepIntended,
)
from spec_kitty_orchestrator.domain.run.results import RESULTS
from spec_kitty_orchestrator.domain.showing.telling import clock, duration, sentence, used
from spec_kitty_orchestrator.domain.verdict import Decision, Verdict


def said(*records: Record) -> str | None:
    """Returns what the last record says, after the others."""
    return sentence(records[-1], remember(records))


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        (RUN, "Run run-1 of 034-cats starts."),
        (replace(RUN, resumed=True), "Run run-1 of 034-cats goes on."),
        (StepIntended(NOW, "WP01", Step.START, "k"), None),
        (step_done("WP01", Step.START, "k"), "WP01 is claimed and has its workspace."),
        (step_done("WP01", Step.SUBMIT, "k"), "WP01 is submitted for review."),
        (step_done("WP01", Step.CLAIM_REVIEW, "k"), None),
        (step_done("WP01", Step.VERDICT, "k", lane="done"), "WP01 is done and integrated."),
        (
            step_done("WP01", Step.VERDICT, "k", lane="in_progress"),
            "WP01 goes back with findings.",
        ),
        (step_done("WP01", Step.VERDICT, "k"), "WP01 has its verdict."),
        (step_done("WP01", Step.BLOCK, "k"), "WP01 is blocked: a person has to look at it."),
        (step_done("", Step.ACCEPT, "k"), "The feature is accepted."),
        (step_done("", Step.MERGE, "k"), "The feature is merged."),
        (refused("WP01", Step.START, "k", message="A lock is held."), "WP01: A lock is held."),
        (refused("", Step.MERGE, "k", message="It moved."), "The feature: It moved."),
        (started("WP01"), "ada works on WP01."),
        (started("WP01", attempt=2), "ada works on WP01 (attempt 2)."),
        (started("WP01", Role.REVIEW, "ben"), "ben reviews WP01."),
        (
            started("WP01", Role.REVIEW, "ben", asks_again=True),
            "ben is asked again for a verdict on WP01.",
        ),
        (
            RunEnded(NOW, Ended.NEEDS_PERSON, ("WP01 is blocked: No.",)),
            "The run cannot go on by itself.\nWP01 is blocked: No.",
        ),
    ],
)
def test_a_record_is_told_in_a_sentence(record: Record, expected: str | None) -> None:
    assert said(RUN, record) == expected


def test_the_end_of_an_attempt_says_how_it_went() -> None:
    approval = Verdict(Decision.APPROVED, "Good.")
    rejection = Verdict(Decision.CHANGES_REQUESTED, "", (Finding("F1", "Louder."),))
    cost = Usage(1000, 234, cost_usd=0.5)

    assert said(*whole("WP01")) == "ada on WP01: finished."
    assert said(*whole("WP01", usage=cost)) == "ada on WP01: finished (1,234 tokens, $0.50)."
    assert said(*reviewed("WP01", approval)) == "ben on WP01: approved. Good."
    assert said(*reviewed("WP01", rejection)) == "ben on WP01: changes requested. F1: Louder."


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_is_told_with_its_reason(failure: Failure) -> None:
    told = said(*whole("WP01", failure=failure, message="It broke."))

    assert told is not None
    assert told.startswith(f"ada on WP01: {str(failure).replace('_', ' ')}. It broke.")


def test_a_failure_without_a_message_is_told_too() -> None:
    begun = started("WP01")

    assert said(begun, ended(begun, Failure.CRASH, message="")) == (
        "ada on WP01: crash. no reason is known"
    )


def test_a_rate_limit_says_until_when_the_vendor_is_paused() -> None:
    told = said(*whole("WP01", failure=Failure.RATE_LIMIT, resets_at=NOW + 3600))
    until = datetime.fromtimestamp(NOW + 3600).strftime("%H:%M")

    assert told == f"ada on WP01: rate limit. It failed. ada-corp is paused until {until}."


def test_a_question_of_an_agent_is_told_and_its_progress_is_not() -> None:
    begun = started("WP01")

    assert said(begun, AttemptReported(NOW, begun.id, "s1", spent(5))) is None
    assert said(begun, AttemptReported(NOW, begun.id, waits_for="run make?")) == (
        "WP01 waits: run make?"
    )


@pytest.mark.parametrize("how", Ended)
def test_every_end_has_its_sentence(how: Ended) -> None:
    told = said(RUN, RunEnded(NOW, how))

    assert told == RESULTS[how].sentence
    assert told.endswith(".")


@pytest.mark.parametrize("step", Step)
def test_every_step_that_is_done_can_be_told(step: Step) -> None:
    told = said(step_done("WP01", step, "k"))

    assert told is None or told.startswith(("WP01 ", "The feature"))


def test_a_clock_shows_the_day_only_if_it_is_another() -> None:
    noon = datetime(2027, 1, 15, 12, 0).timestamp()

    assert clock(noon, noon) == "12:00"
    assert clock(noon, noon - 24 * 3600) == "2027-01-15 12:00"


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [(0, "0 s"), (59.9, "59 s"), (60, "1 min 0 s"), (3599, "59 min 59 s"), (7800, "2 h 10 min")],
)
def test_durations_come_in_two_units(seconds: float, expected: str) -> None:
    assert duration(seconds) == expected


def test_a_use_is_told_as_far_as_it_is_known() -> None:
    assert [used(each) for each in (Usage(), spent(1234), Usage(cost_usd=0.0))] == [
        "",
        "1,234 tokens",
        "$0.00",
    ]

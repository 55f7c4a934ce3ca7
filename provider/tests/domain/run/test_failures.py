"""How failures are answered, by class."""

import pytest

from spec_kitty_orchestrator.domain.run.failures import (
    ANSWERS,
    LONGEST_DELAY_SECONDS,
    Answer,
    Failure,
    delay_seconds,
)

EXPECTED = {
    Failure.RATE_LIMIT: Answer(counts=False, pauses_vendor=True),
    Failure.OVERLOAD: Answer(delay_seconds=15.0),
    Failure.AUTH: Answer(counts=False, next_agent=True, drops_agent=True),
    Failure.LAUNCH: Answer(counts=False, next_agent=True, drops_agent=True),
    Failure.TIMEOUT: Answer(next_agent=True),
    Failure.STALL: Answer(next_agent=True),
    Failure.CRASH: Answer(delay_seconds=2.0, next_agent=True),
    Failure.NO_CHANGE: Answer(),
    Failure.NO_VERDICT: Answer(next_agent=True),
    Failure.GUARD: Answer(),
    Failure.ENDED: Answer(counts=False),
    Failure.LOST: Answer(counts=False),
}


def test_every_failure_has_its_answer() -> None:
    assert set(Failure) == set(ANSWERS)
    assert ANSWERS == EXPECTED


def test_what_does_not_count_is_bounded_by_something_else() -> None:
    uncounted = {each for each in Failure if not ANSWERS[each].counts}

    # Pauses are counted by themselves, a dropped agent is gone, and a person or a kill ends.
    assert uncounted == {
        Failure.RATE_LIMIT,
        Failure.AUTH,
        Failure.LAUNCH,
        Failure.ENDED,
        Failure.LOST,
    }


def test_delays_double_and_are_never_longer_than_the_longest() -> None:
    delays = [delay_seconds(Failure.OVERLOAD, times, 0.0) for times in range(1, 9)]

    assert delays == [15, 30, 60, 120, 240, 480, LONGEST_DELAY_SECONDS, LONGEST_DELAY_SECONDS]


@pytest.mark.parametrize("jitter", [0.0, 0.25, 1.0])
def test_jitter_adds_at_most_half(jitter: float) -> None:
    assert delay_seconds(Failure.CRASH, 1, jitter) == 2.0 * (1 + jitter / 2)


def test_a_failure_without_a_delay_is_tried_again_at_once() -> None:
    assert {delay_seconds(Failure.TIMEOUT, times, 1.0) for times in range(5)} == {0.0}

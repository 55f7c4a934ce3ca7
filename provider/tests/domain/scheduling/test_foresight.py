"""When a place is about to become free, and what is claimed for it."""

import pytest

from domain.moments import NOW, RUN, ended, held, planned, started, view, whole
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.memory import Memory, remember
from spec_kitty_orchestrator.domain.run.records import Record
from spec_kitty_orchestrator.domain.scheduling.actions import Start
from spec_kitty_orchestrator.domain.scheduling.foresight import Foresight, foresee
from spec_kitty_orchestrator.domain.scheduling.schedule import Schedule, schedule


def memory(usual_seconds: float, running_seconds: float, role: Role = Role.IMPLEMENT) -> Memory:
    """Returns a run in which attempts took so long, and one has been running for so long."""
    begun = started("WP01", Role.IMPLEMENT, at=NOW - 1000)
    records: list[Record] = [RUN, begun, ended(begun, at=NOW - 1000 + usual_seconds)]
    return remember([*records, started("WP02", role, at=NOW - running_seconds)])


def test_nothing_is_foreseen_before_an_attempt_in_that_role_has_ended() -> None:
    assert foresee(remember([RUN, started("WP01")]), NOW) == Foresight()
    assert foresee(memory(60, 59, Role.REVIEW), NOW) == Foresight()


@pytest.mark.parametrize(
    ("usual", "running", "expected"),
    [
        (600, 500, Foresight(0, NOW + 95)),
        (600, 595, Foresight(1)),
        (600, 900, Foresight(1)),
        (4, 0.5, Foresight(0, NOW + 0.5)),
        (4, 1, Foresight(1)),
    ],
)
def test_an_end_is_foreseen_seconds_ahead_and_not_before_a_part_is_over(
    usual: float, running: float, expected: Foresight
) -> None:
    assert foresee(memory(usual, running), NOW) == expected


def test_attempts_that_failed_say_nothing_about_how_long_one_takes() -> None:
    begun = started("WP01", at=NOW - 1000)
    failed = ended(begun, Failure.CRASH, at=NOW - 999)

    assert foresee(remember([RUN, begun, failed, started("WP02")]), NOW) == Foresight()


def test_a_work_package_is_claimed_for_a_place_that_becomes_free_soon() -> None:
    first, second = whole("WP01"), started("WP02", at=NOW - 49)
    moment = view(
        held("WP02"),
        planned("WP03"),
        planned("WP04"),
        after=(*first, second),
        limits=Limits(max_concurrent=1),
    )

    assert schedule(moment) == Schedule((Start("WP03", "ada"),))


def test_no_work_package_is_claimed_for_a_place_that_stays_taken_and_time_is_watched() -> None:
    first, second = whole("WP01"), started("WP02", at=NOW - 10)
    moment = view(
        held("WP02"), planned("WP03"), after=(*first, second), limits=Limits(max_concurrent=1)
    )

    assert schedule(moment) == Schedule((), NOW + 35)


def test_what_is_claimed_already_waits_for_that_place_and_no_other_is_claimed() -> None:
    first, second = whole("WP01"), started("WP02", at=NOW - 49)
    moment = view(
        held("WP02"),
        held("WP03"),
        planned("WP04"),
        after=(*first, second),
        limits=Limits(max_concurrent=1),
    )

    assert schedule(moment) == Schedule(())

"""Which conversation an attempt goes on with, and what that had used before."""

from domain.moments import spent, started, view, whole
from spec_kitty_orchestrator.domain.agents import NO_USAGE, Role
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.memory import Memory
from spec_kitty_orchestrator.domain.run.records import Record
from spec_kitty_orchestrator.domain.scheduling.actions import Launch
from spec_kitty_orchestrator.domain.scheduling.sessions import session_of, used_in

REWORK = Launch("WP01", Role.IMPLEMENT, "ada")


def memory(*after: Record) -> Memory:
    return view(after=after).memory


def test_the_first_attempt_begins_a_conversation() -> None:
    assert session_of(memory(), REWORK) is None


def test_rework_goes_on_with_the_implementers_conversation() -> None:
    assert session_of(memory(*whole("WP01", session="s1")), REWORK) == "s1"


def test_a_killed_run_goes_on_with_the_conversation_that_was_lost() -> None:
    lost = memory(*whole("WP01", failure=Failure.LOST, session="s1"))

    assert session_of(lost, REWORK) == "s1"


def test_a_conversation_that_broke_down_is_left() -> None:
    crashed = memory(*whole("WP01", failure=Failure.CRASH, session="s1"))

    assert session_of(crashed, REWORK) is None


def test_another_agent_or_package_has_another_conversation() -> None:
    talked = memory(*whole("WP01", session="s1"))

    assert session_of(talked, Launch("WP01", Role.IMPLEMENT, "eve")) is None
    assert session_of(talked, Launch("WP02", Role.IMPLEMENT, "ada")) is None


def test_a_reviewer_starts_afresh_and_is_asked_again_in_the_same_conversation() -> None:
    talked = memory(*whole("WP01", Role.REVIEW, Failure.NO_VERDICT, by="ben", session="s1"))

    assert session_of(talked, Launch("WP01", Role.REVIEW, "ben")) is None
    assert session_of(talked, Launch("WP01", Role.REVIEW, "ben", asks_again=True)) == "s1"


def test_what_a_conversation_used_is_the_sum_of_its_earlier_attempts() -> None:
    now = started("WP01", number=3, session="s1")
    talked = memory(
        *whole("WP01", session="s1", usage=spent(10)),
        *whole("WP01", number=2, session="s1", usage=spent(5)),
        *whole("WP02", session="s2", usage=spent(99)),
        now,
    )

    assert used_in(talked, now) == spent(15)


def test_a_new_conversation_has_used_nothing() -> None:
    now = started("WP01", number=2)

    assert used_in(memory(*whole("WP01", usage=spent(10)), now), now) == NO_USAGE

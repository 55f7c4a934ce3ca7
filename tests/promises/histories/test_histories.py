"""What many processes are told at once could have been told to them one after the other."""

import random

import pytest
from extent import STRIDE

from histories import journal_order, linearizability
from histories.callers import call_once, questions
from histories.journal_order import Change
from histories.linearizability import Operation
from histories.recording import CALLERS, changes, record, tasks_for
from histories.specification import (
    BLOCK,
    CLAIMED,
    LOOK,
    NOTE,
    READ_NOTES,
    RELEASE,
    REUSED,
    START,
    Answer,
    Asked,
    initial,
    step,
)
from project import Project
from soundness import require_sound

# So many calls are made one after the other, each followed by a look.
QUESTIONS = 5_000 // STRIDE if STRIDE else 100
# For so long each process calls; minutes find more, with SPEC_KITTY_PROMISES=all.
SECONDS = 150 / STRIDE if STRIDE else 4
PACKAGES = ("WP10", "WP11", "WP12", "WP13")


def told(begun: int, ended: int, asked: Asked, answer: Answer, cursor: str = "") -> Operation:
    return Operation(0, begun, ended, asked, answer, cursor)


def start(actor: str) -> Asked:
    return Asked(START, "WP01", actor, None, f"start-{actor}")


def note(text: str, actor: str = "ann") -> Asked:
    return Asked(NOTE, "WP01", actor, None, text)


LOOKED, NOTES = Asked(LOOK, "WP01"), Asked(READ_NOTES, "WP01")
ONCE = Asked(BLOCK, "WP01", "ann", None, "once", "key")

# Ann and Ben ask at the same time and one gets it; two notes are written at once; all is read.
PLAIN = [
    told(0, 10, start("ann"), Answer(None, 1)),
    told(1, 9, start("ben"), Answer(CLAIMED)),
    told(2, 12, note("one"), Answer(None)),
    told(3, 11, note("two"), Answer(None)),
    told(13, 14, LOOKED, Answer(None, seen=("in_progress", "ann", 1)), "c3"),
    told(13, 15, NOTES, Answer(None, seen=frozenset({"one", "two"})), "c3"),
    told(16, 17, ONCE, Answer(None, 1, data="told")),
    told(18, 19, Asked(RELEASE, "WP01", "ben", None, "release"), Answer(None, 1)),
    told(20, 21, ONCE, Answer(None, 1, data="told")),
    told(20, 22, ONCE._replace(note="other"), Answer(REUSED)),
]
EVENTS = [
    Change("c1", "start-ann"),
    Change("c2", "two"),
    Change("c3", "one"),
    Change("c4", "once"),
    Change("c5", "release"),
]


def with_answer(number: int, answer: Answer, cursor: str = "") -> list[Operation]:
    """Returns the plain history with another answer to one of its calls."""
    planted = PLAIN[number]._replace(answer=answer, cursor=cursor or PLAIN[number].cursor)
    return [*PLAIN[:number], planted, *PLAIN[number + 1 :]]


PLANTED = [
    pytest.param(with_answer(1, Answer(None, 1)), id="a double claim"),
    pytest.param(with_answer(1, Answer(None, 2)), id="a second claim of what is held"),
    pytest.param(with_answer(5, Answer(None, seen=frozenset({"two"}))), id="a lost note"),
    pytest.param(with_answer(4, Answer(None, seen=("planned", None, 0)), "c2"), id="a stale read"),
    pytest.param(with_answer(8, Answer(None, 1, data="else")), id="a key answered twice"),
    pytest.param(with_answer(9, Answer(None, 1, data="told")), id="a key for two calls"),
]


def test_a_plain_history_is_explained() -> None:
    assert linearizability.failure(PLAIN) is None
    assert journal_order.failure(PLAIN, EVENTS) is None


@pytest.mark.parametrize("history", PLANTED)
def test_what_no_order_explains_is_found(history: list[Operation]) -> None:
    assert linearizability.failure(history) is not None
    assert journal_order.failure(history, EVENTS) is not None


def test_calls_at_the_same_time_may_have_either_order() -> None:
    swapped = [EVENTS[0], Change("c2", "one"), Change("c3", "two"), *EVENTS[3:]]

    assert journal_order.failure(PLAIN, swapped) is None


def test_a_journal_in_another_order_than_the_clock_is_found() -> None:
    late = told(30, 31, note("three"), Answer(None))
    early = [Change("c0", "three"), *EVENTS]

    assert journal_order.failure([*PLAIN, late], [*EVENTS, Change("c6", "three")]) is None
    assert journal_order.failure([*PLAIN, late], early) is not None


def test_a_change_that_nobody_was_told_of_is_found() -> None:
    assert journal_order.failure(PLAIN, [*EVENTS, Change("c6", "nobody's")]) is not None


def test_a_change_that_is_not_in_the_journal_is_found() -> None:
    assert journal_order.failure(PLAIN, EVENTS[:-1]) is not None


def plan_more(project: Project) -> None:
    for name in PACKAGES:
        project.plan(name, f"Cat{name.lower()}")
    project.repo.commit("Plan more cats")


def test_what_is_told_one_after_the_other_is_as_specified(project: Project) -> None:
    plan_more(project)
    callers = [(task, questions(task)) for task in tasks_for(project, PACKAGES, QUESTIONS, 0)]
    chance, state = random.Random(1), initial(PACKAGES)
    for _ in range(QUESTIONS):
        task, ahead = chance.choice(callers)
        asked = next(ahead)
        for each in (asked, Asked(LOOK, asked.package)):
            made = call_once(task, each)
            after = step(state, each, made.answer)
            assert after is not None, (made, dict(state.packages)[each.package])
            state = after


def test_what_many_processes_are_told_at_once_is_explained(project: Project) -> None:
    plan_more(project)

    history = record(project, PACKAGES, 10_000, SECONDS)

    events = changes(project)
    print(f"{len(history)} calls of {CALLERS} processes, {len(events)} events, {SECONDS:g} s")
    require_sound(project.repo)
    assert journal_order.failure(history, events) is None
    assert linearizability.failure(history) is None

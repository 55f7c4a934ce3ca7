"""What a run remembers: its records folded, in one go or in pieces."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.moments import NOW, RUN, ended, refused, reviewed, spent, started, step_done, whole
from spec_kitty_orchestrator.domain.agents import Role, Usage
from spec_kitty_orchestrator.domain.run.failures import UNKNOWN_RESET_SECONDS, Failure
from spec_kitty_orchestrator.domain.run.memory import (
    Attempt,
    Memory,
    Spent,
    after,
    base_of,
    remember,
)
from spec_kitty_orchestrator.domain.run.records import (
    AttemptReported,
    Ended,
    Record,
    RunEnded,
    Step,
    StepIntended,
)
from spec_kitty_orchestrator.domain.verdict import Decision, Verdict

# A busy machine is no mistake of the code.
UNHURRIED = settings(deadline=None)
APPROVAL = Verdict(Decision.APPROVED)
STEPS: list[Record] = [
    step_done(package, step, f"{package}/{step}/{number}", rounds=number)
    for package in ("", "WP01", "WP02")
    for step in Step
    for number in (1, 2)
]
REFUSALS: list[Record] = [
    refused(package, step, f"{package}/{step}/1", code)
    for package in ("", "WP01", "WP02")
    for step in Step
    for code in (
        "BUSY",
        "INTEGRATION_CONFLICT",
        "PROTECTED_PATHS_CHANGED",
        "IDEMPOTENCY_KEY_REUSED",
    )
]
LOOSE = st.sampled_from([*STEPS, *REFUSALS, RUN, replace(RUN, resumed=True)])


@st.composite
def histories(draw: st.DrawFn) -> list[Record]:
    """Returns records as a run could write them: no attempt ends before it has begun."""
    history: list[Record] = [RUN]
    for number in range(draw(st.integers(0, 5))):
        package, role = draw(st.sampled_from(["WP01", "WP02"])), draw(st.sampled_from(Role))
        begun = started(package, role, draw(st.sampled_from(["ada", "ben"])), number)
        history.append(begun)
        if draw(st.booleans()):
            history.append(AttemptReported(NOW, begun.id, "s1", spent(5), None))
        history += draw(st.lists(LOOSE, max_size=4))
        failure = draw(st.none() | st.sampled_from(Failure))
        if draw(st.booleans()):
            history.append(ended(begun, failure, usage=spent(number)))
    return history


@UNHURRIED
@given(histories(), st.lists(st.integers(0, 40), max_size=4))
def test_a_fold_in_pieces_is_the_fold_in_one_go(history: list[Record], cuts: list[int]) -> None:
    pieces, memory = sorted({0, *cuts, len(history)}), Memory()
    for begin, end in pairwise(pieces):
        memory = remember(history[begin:end], memory)

    assert memory == remember(history)


@UNHURRIED
@given(histories())
def test_a_fold_changes_no_memory_that_was_there_before(history: list[Record]) -> None:
    memory = remember(history[:-1])
    told = repr(memory)

    after(memory, history[-1])

    assert repr(memory) == told


@UNHURRIED
@given(histories())
def test_a_usage_is_never_lost_or_counted_twice(history: list[Record]) -> None:
    memory = remember(history)

    assert memory.usage.tokens == sum(each.usage.tokens for each in memory.attempts.values())
    assert len(memory.running) == sum(each.ended is None for each in memory.attempts.values())


def test_an_attempt_is_followed_from_its_start_to_its_end() -> None:
    begun = started("WP01")
    told = AttemptReported(NOW - 70, begun.id, "s1", spent(10), "a permission")
    over = ended(begun, Failure.CRASH, usage=spent(15))

    assert remember([begun]).attempts[begun.id] == Attempt(begun, active_at=NOW - 100)
    assert remember([begun, told]).attempts[begun.id] == Attempt(
        begun, spent(10), "s1", "a permission", NOW - 70
    )
    assert remember([begun, told, over]).attempts[begun.id] == Attempt(
        begun, spent(15), "s1", None, NOW - 50, over
    )


def test_a_lost_attempt_used_what_it_had_told() -> None:
    begun = started("WP01")
    told = AttemptReported(NOW - 70, begun.id, "s1", spent(10))

    assert remember([begun, told, ended(begun, Failure.LOST)]).usage == spent(10)


def test_the_cost_of_a_run_is_unknown_until_somebody_tells_one() -> None:
    known = whole("WP02", usage=Usage(input_tokens=5, cost_usd=0.5))

    assert remember(whole("WP01", usage=spent(5))).usage.cost_usd is None
    assert remember([*whole("WP01", usage=spent(5)), *known]).usage == Usage(10, cost_usd=0.5)


def test_an_intention_alone_changes_nothing() -> None:
    memory = remember([RUN])

    assert after(memory, StepIntended(NOW, "WP01", Step.START, "k")) == memory


def test_a_refusal_is_remembered_until_the_step_is_done() -> None:
    no = refused("WP01", Step.START, "k")
    memory = remember([RUN, no])

    assert memory.refusal("WP01", Step.START) == no
    assert after(memory, step_done("WP01", Step.START, "k")).refusal("WP01", Step.START) is None
    assert after(memory, step_done("WP02", Step.START, "k")).refusal("WP01", Step.START) == no


def test_refusals_are_counted_as_long_as_the_key_is_the_same() -> None:
    place = ("WP01", Step.START)
    same = remember([RUN, *[refused("WP01", Step.START, "k")] * 3])
    other = after(same, refused("WP01", Step.START, "k2"))

    assert (same.refused_times[place], other.refused_times[place]) == (3, 1)


def test_refusals_of_the_feature_are_counted_under_any_key() -> None:
    memory = remember([RUN, *(refused("", Step.MERGE, f"k{number}") for number in range(3))])

    assert memory.refused_times["", Step.MERGE] == 3
    accepted = after(memory, step_done("", Step.ACCEPT, "a"))
    assert accepted.refusal("", Step.MERGE) is None
    assert after(accepted, refused("", Step.MERGE, "k4")).refused_times["", Step.MERGE] == 4


def test_a_changed_package_makes_the_feature_another_one() -> None:
    memory = remember([RUN, refused("", Step.ACCEPT, "a"), refused("", Step.MERGE, "m")])
    changed = after(memory, step_done("WP01", Step.SUBMIT, "k"))

    assert (dict(changed.refusals), dict(changed.refused_times)) == ({}, {})


def test_a_new_submission_makes_refusals_of_its_review_void() -> None:
    refusals = [refused("WP01", step, "k") for step in (Step.VERDICT, Step.CLAIM_REVIEW)]
    other = refused("WP02", Step.VERDICT, "k")
    memory = remember([RUN, *refusals, other, step_done("WP01", Step.SUBMIT, "k2")])

    assert list(memory.refusals.values()) == [other]


def test_work_that_the_host_refused_counts_as_a_failed_attempt() -> None:
    guarded = refused(
        "WP01", Step.SUBMIT, "k", "TRANSITION_REJECTED", "Markers.", reason="guard:markers"
    )
    attempt = remember([RUN, *whole("WP01"), guarded]).attempts["WP01-1-implement-1"]

    assert attempt.failure is Failure.GUARD
    assert attempt.ended is not None
    assert attempt.ended.message == "Markers."


def test_a_refusal_that_is_not_about_the_work_fails_no_attempt() -> None:
    busy = refused("WP01", Step.SUBMIT, "k", "BUSY")

    assert remember([RUN, *whole("WP01"), busy]).attempts["WP01-1-implement-1"].failure is None


def test_a_resume_forgets_what_a_person_has_settled_and_nothing_else() -> None:
    before = remember(
        [
            RUN,
            *whole("WP01", failure=Failure.AUTH, message="Sign in."),
            *whole("WP02", failure=Failure.RATE_LIMIT, resets_at=NOW + 9),
            refused("WP01", Step.SUBMIT, "k", "INTEGRATION_CONFLICT"),
            step_done("WP02", Step.REOPEN, "r"),
            RunEnded(NOW, Ended.NEEDS_PERSON, ("No.",)),
        ]
    )
    resumed = replace(RUN, resumed=True)

    assert before.dropped_agents == {"ada": "Sign in."}
    assert after(before, resumed) == replace(
        before,
        run=resumed,
        ended=None,
        refusals={},
        refused_times={},
        dropped_agents={},
        spent={"WP01": Spent(attempts=1), "WP02": Spent(attempts=1)},
    )


def test_a_vendor_is_paused_until_the_latest_reset_that_was_told() -> None:
    first = whole("WP01", failure=Failure.RATE_LIMIT, resets_at=NOW + 60)
    earlier = whole("WP02", failure=Failure.RATE_LIMIT, resets_at=NOW + 10)
    unknown = whole("WP03", failure=Failure.RATE_LIMIT)

    assert remember([*first, *earlier]).paused_until == {"ada-corp": NOW + 60}
    assert remember(unknown).paused_until == {"ada-corp": NOW - 50 + UNKNOWN_RESET_SECONDS}


def test_blocking_notes_what_was_used_up_by_then() -> None:
    memory = remember(
        [
            *whole("WP01", failure=Failure.CRASH),
            *reviewed("WP01", APPROVAL),
            *whole("WP02"),
            refused("WP01", Step.VERDICT, "k", "INTEGRATION_CONFLICT"),
            step_done("WP01", Step.REOPEN, "r"),
            step_done("WP01", Step.BLOCK, "b", rounds=2),
        ]
    )

    assert memory.spent == {"WP01": Spent(attempts=2, rounds=2, conflicts=1, reopened=1)}


def test_a_key_that_was_used_for_another_call_is_used_up_too() -> None:
    reused = refused("WP01", Step.SUBMIT, "k~1", "IDEMPOTENCY_KEY_REUSED")
    memory = remember([step_done("WP01", Step.SUBMIT, "k"), reused])

    assert memory.used_keys == {"k": 2}
    assert [base_of(key) for key in ("k", "k~1", "k~12")] == ["k"] * 3


def test_the_attempts_of_a_package_come_in_the_order_they_began() -> None:
    memory = remember([*whole("WP01"), *whole("WP02"), *whole("WP01", number=2)])
    names = [each.started.id for each in memory.of("WP01", Role.IMPLEMENT)]

    assert names == ["WP01-1-implement-1", "WP01-1-implement-2"]


@pytest.mark.parametrize("resets_at", [NOW - 60, 0.0, NOW + 40 * 86_400, (NOW + 60) * 1000 + 1e9])
def test_a_reset_that_cannot_be_is_taken_for_an_unknown_one(resets_at: float) -> None:
    limited = whole("WP01", failure=Failure.RATE_LIMIT, resets_at=resets_at)

    assert remember(limited).paused_until == {"ada-corp": NOW - 50 + UNKNOWN_RESET_SECONDS}

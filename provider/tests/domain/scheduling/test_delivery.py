"""How a run ends well, or finds out that it cannot: accept, reopen, merge."""

from dataclasses import replace

import pytest

from domain.moments import NOW, RUN, done, planned, refused, step_done, view
from spec_kitty_orchestrator.domain.run.records import Ended, Record, Step, StepRefused
from spec_kitty_orchestrator.domain.run.refusals import MAX_REPEATS
from spec_kitty_orchestrator.domain.scheduling.actions import Accept, Action, Finish, Merge, Reopen
from spec_kitty_orchestrator.domain.scheduling.delivery import deliver, is_delivered
from spec_kitty_orchestrator.domain.scheduling.schedule import schedule

CHECKS = "The checks failed."


def delivered(*after: Record, accepted: bool = False) -> tuple[Action | None, float | None]:
    moment = view(done("WP01"), done("WP02"), after=after)
    return deliver(replace(moment, feature=replace(moment.feature, accepted=accepted)))


def accepting(code: str, reason: str | None = None, reopen: str | None = None) -> StepRefused:
    return refused(
        "", Step.ACCEPT, "run-1/accept/c1", code, CHECKS, reason=reason, reopen=reopen, at=NOW
    )


def merging(code: str, reason: str | None = None, cursor: str = "c1") -> StepRefused:
    return refused("", Step.MERGE, f"run-1/merge/{cursor}", code, "No.", reason=reason, at=NOW)


def test_a_settled_feature_is_accepted_and_then_merged() -> None:
    assert delivered() == (Accept(), None)
    assert delivered(accepted=True) == (Merge(), None)


def test_a_merge_that_broke_off_is_asked_for_again_also_where_the_plan_has_grown() -> None:
    moment = view(done("WP01"), planned("WP02", ready=False))
    broken_off = replace(moment, feature=replace(moment.feature, merging=True))
    unasked = replace(broken_off, memory=view(after=[replace(RUN, merge=False)]).memory)

    assert schedule(broken_off).actions == (Merge(),)
    assert schedule(unasked).actions != (Merge(),)


@pytest.mark.parametrize(
    ("merge", "accepted", "merged", "expected"),
    [
        (True, False, False, False),
        (True, True, False, False),
        (True, False, True, True),
        (False, True, False, True),
        (False, False, False, False),
    ],
)
def test_a_run_has_delivered_what_it_was_asked_for(
    merge: bool, accepted: bool, merged: bool, expected: bool
) -> None:
    moment = view(done("WP01"), after=[replace(RUN, merge=merge)])
    feature = replace(moment.feature, accepted=accepted, merged=merged)

    assert is_delivered(replace(moment, feature=feature)) is expected


@pytest.mark.parametrize(
    ("code", "reason"), [("VERIFICATION_FAILED", None), ("FEATURE_NOT_READY", "target_conflict")]
)
def test_a_refused_acceptance_reopens_the_named_package(code: str, reason: str | None) -> None:
    assert delivered(accepting(code, reason, "WP02")) == (Reopen("WP02", CHECKS), None)


@pytest.mark.parametrize("named", [None, "WP99"])
def test_a_refusal_that_names_no_known_package_needs_a_person(named: str | None) -> None:
    assert delivered(accepting("VERIFICATION_FAILED", None, named)) == (
        Finish(Ended.NEEDS_PERSON, (CHECKS,)),
        None,
    )


def test_a_reopening_that_is_refused_needs_a_person() -> None:
    not_reopened = refused("WP02", Step.REOPEN, "k", "REF_DIVERGED", "It was moved.")

    assert delivered(accepting("VERIFICATION_FAILED", None, "WP02"), not_reopened) == (
        Finish(Ended.NEEDS_PERSON, ("It was moved.",)),
        None,
    )


def test_reopenings_are_bounded() -> None:
    failed = accepting("VERIFICATION_FAILED", None, "WP02")
    reopened = [step_done("WP02", Step.REOPEN, f"k{number}") for number in range(3)]

    assert delivered(*reopened[:2], failed) == (Reopen("WP02", CHECKS), None)
    assert delivered(*reopened, failed) == (
        Finish(Ended.NEEDS_PERSON, (f"{CHECKS} (WP02 was reopened 3 times.)",)),
        None,
    )


def test_a_busy_host_is_asked_again_a_bounded_number_of_times() -> None:
    busy = accepting("BUSY")

    assert delivered(busy) == (Accept(), NOW + 0.5)
    assert delivered(*[busy] * MAX_REPEATS) == (Accept(), NOW + 8)
    assert delivered(*[busy] * (MAX_REPEATS + 1)) == (
        Finish(Ended.NEEDS_PERSON, (CHECKS,)),
        None,
    )


def test_tries_are_counted_although_each_leaves_an_event() -> None:
    tries = [merging("INTERNAL_ERROR", cursor=f"c{number}") for number in range(MAX_REPEATS + 1)]

    assert delivered(*tries, accepted=True) == (Finish(Ended.NEEDS_PERSON, ("No.",)), None)


@pytest.mark.parametrize("reason", ["target_moved", "not_accepted"])
def test_a_merge_that_finds_another_target_accepts_anew_first(reason: str) -> None:
    moved = merging("FEATURE_NOT_READY", reason)
    accepted = step_done("", Step.ACCEPT, "run-1/accept/c2")

    assert delivered(moved, accepted=True) == (Accept(), None)
    assert delivered(moved, accepted, accepted=True) == (Merge(), None)


def test_a_target_that_always_moves_needs_a_person() -> None:
    moved = merging("FEATURE_NOT_READY", "target_moved")
    accepted = step_done("", Step.ACCEPT, "run-1/accept/c2")
    history: list[Record] = [moved, accepted] * MAX_REPEATS

    assert delivered(*history, moved, accepted=True) == (
        Finish(Ended.NEEDS_PERSON, ("No.",)),
        None,
    )


def test_a_refusal_is_forgotten_once_a_work_package_has_changed() -> None:
    not_ready = accepting("FEATURE_NOT_READY")
    changed = step_done("WP02", Step.VERDICT, "k")

    assert delivered(not_ready) == (Finish(Ended.NEEDS_PERSON, (CHECKS,)), None)
    assert delivered(not_ready, changed) == (Accept(), None)


@pytest.mark.parametrize("code", ["MERGE_FAILED", "PREFLIGHT_FAILED", "REF_DIVERGED"])
def test_what_stands_in_the_way_of_a_merge_is_told(code: str) -> None:
    assert delivered(merging(code), accepted=True) == (Finish(Ended.NEEDS_PERSON, ("No.",)), None)


def test_an_acceptance_that_never_lasts_is_not_asked_for_without_end() -> None:
    times = [step_done("", Step.ACCEPT, f"run-1/accept/c{n}") for n in range(MAX_REPEATS + 1)]
    reworked = step_done("WP01", Step.VERDICT, "run-1/WP01/2/verdict")

    assert delivered(*times[:-1]) == (Accept(), None)
    action, _ = delivered(*times)
    assert isinstance(action, Finish)
    assert "moves on faster" in action.reasons[0]
    assert delivered(*times, reworked) == (Accept(), None)
    assert delivered(*times, replace(RUN, resumed=True)) == (Accept(), None)

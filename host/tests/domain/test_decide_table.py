"""Holds every pair of lanes against who asks, as the design's table of lanes and moves has it."""

import pytest

from domain.features import (
    APPROVAL,
    APPROVE,
    CLAIM_REVIEW,
    CONFLICT,
    HOLDER,
    INTEGRATED,
    PERSON,
    PLAN,
    PROGRAM,
    REOPEN,
    REQUEST_CHANGES,
    REVIEWER,
    STANDING,
    SUBMIT,
    WP,
    after,
    claim,
    move,
    refusal_of,
)
from spec_kitty.domain.commands import Command, IntegratePackage
from spec_kitty.domain.decide import decide
from spec_kitty.domain.feature import Caller, Feature
from spec_kitty.domain.lanes import Lane, MoveKind, lane_named, move_between
from spec_kitty.domain.refusals import ErrorCode

WHO: dict[str, tuple[Caller, bool]] = {
    "the holder": (HOLDER, False),
    "another program": (PROGRAM, False),
    "a person": (PERSON, False),
    "a person with force": (PERSON, True),
    "the reviewer": (REVIEWER, False),
}

# Nobody holds a planned or canceled package; the blocked one was blocked while in progress; the
# one for review has its review claimed. Columns as in WHO; one answer stands for all five.
TABLE = """
planned     planned      same
planned     in_progress  PackageClaimed
planned     for_review   rejected
planned     done         rejected
planned     blocked      rejected  rejected  PackageBlocked   PackageBlocked    rejected
planned     canceled     rejected  rejected  PackageCanceled  PackageCanceled   rejected
in_progress planned      PackageReleased   claimed  PackageReleased  PackageReleased  claimed
in_progress in_progress  same              claimed  claimed          same             claimed
in_progress for_review   PackageSubmitted  claimed  claimed          PackageSubmitted claimed
in_progress done         rejected
in_progress blocked      PackageBlocked    claimed  PackageBlocked   PackageBlocked   claimed
in_progress canceled     PackageCanceled   claimed  PackageCanceled  PackageCanceled  claimed
for_review  planned      PackageReleased   claimed  PackageReleased  PackageReleased  claimed
for_review  in_progress  claimed           claimed  claimed  ReworkRequested  ReworkRequested
for_review  for_review   same              claimed  claimed          same             claimed
for_review  done         claimed           claimed  claimed  PackageIntegrated PackageIntegrated
for_review  blocked      PackageBlocked    claimed  PackageBlocked   PackageBlocked   claimed
for_review  canceled     PackageCanceled   claimed  PackageCanceled  PackageCanceled  claimed
done        planned      rejected
done        in_progress  ReworkRequested
done        for_review   rejected
done        done         same
done        blocked      rejected
done        canceled     rejected
blocked     planned      PackageUnblocked
blocked     in_progress  PackageUnblocked
blocked     for_review   rejected
blocked     done         rejected
blocked     blocked      same              claimed  claimed          same             claimed
blocked     canceled     PackageCanceled   claimed  PackageCanceled  PackageCanceled  claimed
canceled    planned      rejected rejected rejected PackageRestored  rejected
canceled    in_progress  rejected
canceled    for_review   rejected
canceled    done         rejected
canceled    blocked      rejected
canceled    canceled     same
"""
CODES = {
    "rejected": ErrorCode.TRANSITION_REJECTED,
    "claimed": ErrorCode.WP_ALREADY_CLAIMED,
}


def rows() -> list[tuple[Lane, Lane, str, str]]:
    found = []
    for line in TABLE.strip().splitlines():
        origin, to, *answers = line.split()
        answers = answers * 5 if len(answers) == 1 else answers
        lanes = lane_named(origin), lane_named(to)
        assert lanes[0] is not None
        assert lanes[1] is not None
        found += [
            (lanes[0], lanes[1], who, answer) for who, answer in zip(WHO, answers, strict=True)
        ]
    return found


def wish(feature: Feature, to: Lane, caller: Caller, force: bool) -> Command:
    """Returns the command by which a wish for a lane is decided, with all that it needs."""
    lane = feature.package(WP).lane
    row = move_between(lane, to)
    given = {"caller": caller, "force": force, "note": "A reason."}
    match row.kind if row else None:
        case MoveKind.CLAIM:
            return claim(feature, caller)
        case MoveKind.SUBMIT:
            return SUBMIT.replace(**given)
        case MoveKind.APPROVE:
            return APPROVE.replace(verdict=APPROVAL.replace(**given))
        case MoveKind.REQUEST_CHANGES:
            return REQUEST_CHANGES.replace(**given)
        case MoveKind.REOPEN:
            return REOPEN.replace(caller=caller)
    if lane is to is Lane.FOR_REVIEW:
        return SUBMIT.replace(**given, branch=SUBMIT.head)
    return move(to, caller, force=force)


def test_the_table_names_every_pair_of_lanes_once() -> None:
    pairs = [(origin, to) for origin, to, who, _ in rows() if who == "the holder"]

    assert sorted(pairs) == sorted((origin, to) for origin in Lane for to in Lane)


@pytest.mark.parametrize(("origin", "to", "who", "answer"), rows())
def test_a_wish_for_a_lane_is_decided_as_the_table_says(
    origin: Lane, to: Lane, who: str, answer: str
) -> None:
    feature = STANDING[origin]
    command = wish(feature, to, *WHO[who])

    if answer in CODES:
        assert refusal_of(feature, command).code is CODES[answer]
        return
    decided = decide(feature, PLAN, command)
    assert (type(decided.fact).__name__ if decided else "same") == answer


CLAIMED = [row[:3] for row in rows() if row[3] == "claimed"]


@pytest.mark.parametrize(("origin", "to", "who"), CLAIMED)
def test_somebody_else_learns_whose_it_is_whatever_attempt_they_name(
    origin: Lane, to: Lane, who: str
) -> None:
    command = wish(STANDING[origin], to, *WHO[who])

    assert refusal_of(STANDING[origin], at_attempt(command, 99)).code is CODES["claimed"]


MINE = [
    (origin, to)
    for origin, to, who, answer in rows()
    if who == "the holder" and answer not in CODES
]


@pytest.mark.parametrize(("origin", "to"), MINE)
def test_the_holder_learns_that_an_attempt_has_ended(origin: Lane, to: Lane) -> None:
    command = at_attempt(wish(STANDING[origin], to, *WHO["the holder"]), 99)

    assert refusal_of(STANDING[origin], command).facts["reason"] == "stale_attempt"


@pytest.mark.parametrize("origin", [Lane.IN_PROGRESS, Lane.FOR_REVIEW, Lane.BLOCKED])
def test_a_start_of_what_somebody_else_holds_says_so_whatever_attempt_it_names(
    origin: Lane,
) -> None:
    refusal = refusal_of(STANDING[origin], claim(STANDING[origin], PROGRAM).replace(attempt=99))

    assert refusal.code is ErrorCode.WP_ALREADY_CLAIMED


def at_attempt(command: Command, attempt: int) -> Command:
    """Returns the command for a numbered attempt, wherever it carries that."""
    if isinstance(command, IntegratePackage):
        return command.replace(verdict=command.verdict.replace(attempt=attempt))
    return command.replace(attempt=attempt)


MEANT_FOR: list[tuple[Command, set[Lane]]] = [
    (SUBMIT.replace(caller=PERSON, force=True, note="N"), {Lane.IN_PROGRESS, Lane.FOR_REVIEW}),
    (CLAIM_REVIEW, {Lane.FOR_REVIEW}),
    (APPROVE, {Lane.FOR_REVIEW}),
    (CONFLICT, {Lane.FOR_REVIEW}),
    (REQUEST_CHANGES, {Lane.FOR_REVIEW}),
    (REOPEN, {Lane.DONE}),
]


@pytest.mark.parametrize(
    ("command", "lane"),
    [(command, lane) for command, lanes in MEANT_FOR for lane in Lane if lane not in lanes],
    ids=lambda value: value if isinstance(value, str) else type(value).__name__,
)
def test_a_command_for_another_lane_is_rejected(command: Command, lane: Lane) -> None:
    assert refusal_of(STANDING[lane], command).code is ErrorCode.TRANSITION_REJECTED


@pytest.mark.parametrize(
    ("feature", "command"),
    [
        (STANDING[Lane.PLANNED], REQUEST_CHANGES),
        (STANDING[Lane.BLOCKED], REQUEST_CHANGES),
        (after(STANDING[Lane.FOR_REVIEW], move(Lane.BLOCKED)), REQUEST_CHANGES),
        (after(STANDING[Lane.FOR_REVIEW], move(Lane.BLOCKED)), SUBMIT),
        (STANDING[Lane.BLOCKED], SUBMIT),
    ],
)
def test_work_and_verdicts_are_not_taken_for_another_move_to_that_lane(
    feature: Feature, command: Command
) -> None:
    refusal = refusal_of(feature, command)

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts["reason"] == "lane_changed"


def test_a_verdict_for_a_move_by_name_is_not_taken() -> None:
    refusal = refusal_of(STANDING[Lane.FOR_REVIEW], move(Lane.IN_PROGRESS, REVIEWER))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED


def test_an_approval_is_never_a_request_for_changes() -> None:
    wrong = IntegratePackage(REQUEST_CHANGES, INTEGRATED, "")

    with pytest.raises(AssertionError):
        decide(STANDING[Lane.FOR_REVIEW], PLAN, wrong)

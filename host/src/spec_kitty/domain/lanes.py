"""Owns where a work package can stand and which moves exist: one table, read by everything.

The rules behind a move (who holds what, which evidence) live in `decisions/`; they look up here
who may make it and what it needs. The reference page and the diagram are generated from MOVES.
A lane is stored by its value; programs and people see its public name.
"""

from __future__ import annotations

from enum import StrEnum

from spec_kitty.domain.record import Record


class Lane(StrEnum):
    """Says where a work package stands. `doing` is what journals store for `in_progress`."""

    PLANNED = "planned"
    IN_PROGRESS = "doing"
    FOR_REVIEW = "for_review"
    DONE = "done"
    BLOCKED = "blocked"
    CANCELED = "canceled"

    @property
    def public(self) -> str:
        return "in_progress" if self is Lane.IN_PROGRESS else self.value


class By(StrEnum):
    """Says who may make a move."""

    ANYONE = "anyone"
    HOLDER = "the holder"
    REVIEWER = "a reviewer"
    HOLDER_OR_PERSON = "the holder, or a person"
    PERSON_WITH_FORCE = "a person, with force"


class Need(StrEnum):
    """Names something that a move asks for."""

    DEPENDENCIES_DONE = "all dependencies done"
    UNCLAIMED = "nobody holds it"
    WORK = "work present, the submit guards passed"
    APPROVAL = "an approving verdict on the submitted head, and an integration without conflict"
    FEEDBACK = "feedback"
    REASON = "a reason"
    REFERENCE = "a reference"
    ORIGIN = "the lane it came from, or planned"
    NOT_INTEGRATED = "not integrated"


class MoveKind(StrEnum):
    """Names what a move is to those who work with it."""

    CLAIM = "claim"
    SUBMIT = "submit"
    APPROVE = "approve"
    REQUEST_CHANGES = "request changes"
    RELEASE = "release"
    BLOCK = "block"
    UNBLOCK = "unblock"
    REOPEN = "reopen"
    CANCEL = "cancel"
    RESTORE = "restore"


class Move(Record):
    """Is one row of the table: from where to where, by whom, with what."""

    origin: Lane
    to: Lane
    kind: MoveKind
    by: By
    needs: tuple[Need, ...] = ()


_P, _I, _R = Lane.PLANNED, Lane.IN_PROGRESS, Lane.FOR_REVIEW
_D, _B, _C = Lane.DONE, Lane.BLOCKED, Lane.CANCELED

MOVES: tuple[Move, ...] = (
    Move(_P, _I, MoveKind.CLAIM, By.ANYONE, (Need.DEPENDENCIES_DONE, Need.UNCLAIMED)),
    Move(_I, _R, MoveKind.SUBMIT, By.HOLDER, (Need.WORK,)),
    Move(_R, _D, MoveKind.APPROVE, By.REVIEWER, (Need.APPROVAL,)),
    Move(_R, _I, MoveKind.REQUEST_CHANGES, By.REVIEWER, (Need.FEEDBACK,)),
    Move(_I, _P, MoveKind.RELEASE, By.HOLDER_OR_PERSON, (Need.REASON,)),
    Move(_R, _P, MoveKind.RELEASE, By.HOLDER_OR_PERSON, (Need.REASON,)),
    Move(_P, _B, MoveKind.BLOCK, By.HOLDER_OR_PERSON, (Need.REASON,)),
    Move(_I, _B, MoveKind.BLOCK, By.HOLDER_OR_PERSON, (Need.REASON,)),
    Move(_R, _B, MoveKind.BLOCK, By.HOLDER_OR_PERSON, (Need.REASON,)),
    Move(_B, _P, MoveKind.UNBLOCK, By.ANYONE, (Need.ORIGIN,)),
    Move(_B, _I, MoveKind.UNBLOCK, By.ANYONE, (Need.ORIGIN,)),
    Move(_B, _R, MoveKind.UNBLOCK, By.ANYONE, (Need.ORIGIN,)),
    Move(_D, _I, MoveKind.REOPEN, By.ANYONE, (Need.REASON, Need.REFERENCE)),
    Move(_P, _C, MoveKind.CANCEL, By.HOLDER_OR_PERSON, (Need.REASON, Need.NOT_INTEGRATED)),
    Move(_I, _C, MoveKind.CANCEL, By.HOLDER_OR_PERSON, (Need.REASON, Need.NOT_INTEGRATED)),
    Move(_R, _C, MoveKind.CANCEL, By.HOLDER_OR_PERSON, (Need.REASON, Need.NOT_INTEGRATED)),
    Move(_B, _C, MoveKind.CANCEL, By.HOLDER_OR_PERSON, (Need.REASON, Need.NOT_INTEGRATED)),
    Move(_C, _P, MoveKind.RESTORE, By.PERSON_WITH_FORCE, (Need.REASON,)),
)

_ROWS = {(move.origin, move.to): move for move in MOVES}
_WORDS = {lane.value: lane for lane in Lane} | {lane.public: lane for lane in Lane}

LANE_WORDS: tuple[str, ...] = tuple(lane.public for lane in Lane)


def lane_named(word: str) -> Lane | None:
    """Returns the lane that a word from outside means; `doing` and `in_progress` are the same."""
    return _WORDS.get(word)


def move_between(origin: Lane, to: Lane) -> Move | None:
    """Returns the row for this move, None if there is no such move."""
    return _ROWS.get((origin, to))


def moves_from(origin: Lane) -> tuple[Move, ...]:
    return tuple(move for move in MOVES if move.origin is origin)

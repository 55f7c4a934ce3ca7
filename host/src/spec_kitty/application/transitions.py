"""Owns which use case a wished lane means: one move, whoever asks for it and from where."""

from __future__ import annotations

from spec_kitty.domain.decisions.rules import rejected, says_something
from spec_kitty.domain.evidence import Evidence
from spec_kitty.domain.feature import Decision
from spec_kitty.domain.lanes import Lane, MoveKind, move_between
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.host import Host
    from spec_kitty.application.moves.reviews import Review
    from spec_kitty.application.workflow import Call, Data


# How often a use case is looked for while others move the work package.
_TRIES = 20
_MEANT_FOR_ANOTHER_LANE = (ErrorCode.TRANSITION_REJECTED, ErrorCode.WORKFLOW_EVIDENCE_REQUIRED)


class Transition(Record):
    """Is a wish: this work package in that lane, with what is said for it."""

    package: str
    to: Lane
    note: str | None = None
    review_ref: str | None = None
    evidence: Evidence = Evidence()
    attempt: int | None = None
    force: bool = False

    @property
    def carries_verdict(self) -> bool:
        evidence = self.evidence
        given = evidence.decision or evidence.head or evidence.findings
        return bool(given) or says_something(self.review_ref)


def transition(host: Host, slug: str, asked: Transition, call: Call) -> Data:
    """Makes the one move that brings the work package there, or says why it cannot.

    The lane is read without a lock to find the use case, which looks again under it. Was the work
    package moved in between, the refusal may be that of the wrong use case, and another is found.
    """
    desk = host.reader.desk(slug)
    desk.require_known(asked.package)
    seen = desk.feature.package(asked.package)
    for _ in range(_TRIES):
        try:
            return _by_use_case(host, slug, asked, call, seen.lane)
        except Refusal as refusal:
            now = host.reader.desk(slug).feature.package(asked.package)
            if refusal.code not in _MEANT_FOR_ANOTHER_LANE or now == seen:
                raise
            seen = now
    raise Refusal(
        ErrorCode.BUSY,
        f"Others keep moving {asked.package}, and this move was meant for another lane each time. "
        "Try again.",
        retryable=True,
    )


def _by_use_case(host: Host, slug: str, asked: Transition, call: Call, lane: Lane) -> Data:
    kind = _kind(lane, asked)
    if kind is MoveKind.CLAIM:
        return host.starts.start(slug, asked.package, call, asked.attempt)
    if kind is MoveKind.SUBMIT or (lane is asked.to and lane is Lane.FOR_REVIEW):
        from spec_kitty.application.moves.submissions import Submission

        submission = Submission(
            asked.package, asked.attempt, asked.evidence.resolved, asked.force, asked.note
        )
        return _with_signature(host, host.submissions.submit(slug, submission, call))
    if kind is MoveKind.APPROVE:
        given = host.reviews.give(slug, _review(asked, Decision.APPROVED), call)
        return _with_signature(host, given)
    if kind is MoveKind.REQUEST_CHANGES:
        return host.reviews.give(slug, _review(asked, Decision.CHANGES_REQUESTED), call)
    from spec_kitty.application.moves.named import Move

    named = Move(
        asked.package,
        asked.to,
        asked.note,
        asked.review_ref,
        asked.attempt,
        asked.force,
        asked.carries_verdict or bool(asked.evidence.resolved),
    )
    if kind is MoveKind.REOPEN:
        return host.moves.reopen(slug, named, call)
    return host.moves.move(slug, named, call)


def _with_signature(host: Host, told: Data) -> Data:
    """Adds a warning where commits should have been signed and could not be."""
    unsigned = host.ports.commits.unsigned()
    return told if unsigned is None else {**told, "warnings": [*told.get("warnings", ()), unsigned]}


def _kind(lane: Lane, asked: Transition) -> MoveKind | None:
    """Returns what the wish means. A verdict is never a claim: it is judged as a verdict."""
    move = move_between(lane, asked.to)
    if move is None:
        return None
    if move.kind is MoveKind.CLAIM and asked.carries_verdict:
        return MoveKind.REQUEST_CHANGES
    return move.kind


def _review(asked: Transition, decision: Decision) -> Review:
    from spec_kitty.application.moves.reviews import Review

    evidence = asked.evidence
    if evidence.decision not in (None, decision):
        raise rejected(
            f"The evidence says '{evidence.decision}', but a move to {asked.to.public} says "
            f"'{decision}'. Ask for the lane that fits the verdict.",
            reason="verdict_mismatch",
        )
    return Review(
        asked.package,
        decision,
        evidence.head,
        asked.review_ref,
        evidence.findings,
        asked.note,
        asked.attempt,
        asked.force,
    )

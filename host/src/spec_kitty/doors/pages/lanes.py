"""Owns the page about lanes and moves, made from the one table of domain/lanes.py."""

from __future__ import annotations

from spec_kitty.domain.lanes import MOVES, Lane, Move
from spec_kitty.doors.pages.markdown import WRITTEN_BY, code, paragraphs, table

_MEANINGS = {
    Lane.PLANNED: "Nobody works on it. It can start once everything it depends on is done.",
    Lane.IN_PROGRESS: "Somebody works on it in its workspace; also written `doing`.",
    Lane.FOR_REVIEW: "Its work is submitted and waits for a verdict.",
    Lane.DONE: "Its work is approved and part of the feature branch.",
    Lane.BLOCKED: "It cannot go on; the reason says why. It keeps its holder and its workspace.",
    Lane.CANCELED: "It is not wanted any more. What was done is kept aside.",
}

_INTRODUCTION = """\
A work package stands in one of six lanes. It moves along a row of the table below and in no
other way, whether a person or a program asks.
"""
_WHO = """\
**The holder** is the actor of the claim. **A reviewer** is whoever holds the review, or anybody
while nobody does. **A person** works by hand: a call through `orchestrator-api` never is one.
"""
_BESIDES = """\
Staying in the same lane is an answer with `no_op: true`, and no event. One thing is more than
that: asking for `for_review` again with new work submits the new work, and what a reviewer said
about the old one no longer counts.

What was blocked goes on by a move with nothing but a note. A call that names an attempt, carries a
verdict or says which conflicts are solved was meant for work in another lane; it is refused
(`reason: blocked`), as a verdict on what somebody released is, which is never a claim
(`reason: lane_changed`). A claim begins a new attempt, so it does not name one that has ended
(`reason: attempt_ended`).

`--force` makes a move that the table gives to the holder or to the reviewer alone, on somebody
else's claim, and brings back what was canceled. It needs an actor and a reason. It never passes
over dependencies, reviews, integration or protected paths. Programs may use it only where the
project's policy says so.

If approved work does not go together with the feature branch, the package goes back to
`in_progress` by itself, with the conflict laid out in its workspace (`INTEGRATION_CONFLICT`).

When a feature is merged, nothing in it moves any more.
"""


def lanes_page() -> str:
    lanes = ((code(lane.public), _MEANINGS[lane]) for lane in Lane)
    head = ("from", "to", "name", "who", "needs")
    return paragraphs(
        "# Lanes and moves",
        WRITTEN_BY,
        _INTRODUCTION,
        table(("lane", "a work package in it"), lanes),
        "## Moves",
        table(head, (_row(move) for move in MOVES)),
        _WHO,
        _BESIDES,
        "## The same as a picture",
        diagram(),
    )


def _row(move: Move) -> tuple[str, ...]:
    needs = "; ".join(need.value for need in move.needs)
    return code(move.origin.public), code(move.to.public), move.kind.value, move.by.value, needs


def diagram() -> str:
    """Returns the moves as a Mermaid state diagram."""
    arrows = "".join(
        f"    {move.origin.public} --> {move.to.public}: {move.kind.value}\n" for move in MOVES
    )
    start = f"    [*] --> {Lane.PLANNED.public}\n"
    return f"```mermaid\nstateDiagram-v2\n{start}{arrows}```\n"

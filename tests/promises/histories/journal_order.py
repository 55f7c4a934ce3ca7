"""Owns whether the order of the journal is one of the orders that explain a history.

The journal says in which order the changes took effect, in the whole feature. That order must agree
with the clock (who was answered comes before who asks later), each change must be answered as the
specification says after the changes before it, and every other call must have a moment, between its
question and its answer, at which its answer was right. A read says itself which moment it saw.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from histories.linearizability import Operation
from histories.specification import LOOK, READ_NOTES, State, initial, step

_READS = (LOOK, READ_NOTES)


class Change(NamedTuple):
    """One event: its cursor, and the remark of the call that made it, empty if nothing changed."""

    cursor: str
    remark: str


def failure(history: Sequence[Operation], events: Sequence[Change]) -> str | None:
    """Returns the first call that does not fit the order of the changes, None if all fit."""
    cursors = {"": 0}
    for event in events:
        cursors[event.cursor] = max(cursors.values()) + bool(event.remark)
    changes = [event for event in events if event.remark]
    makers = dict(_makers(history, changes))
    if len(makers) != len(changes):
        missing = [change for number, change in enumerate(changes) if number not in makers]
        return f"nobody was told that these were done: {missing}"
    states = [initial(tuple({each.asked.package for each in history}))]
    for number in range(len(changes)):
        maker = makers[number]
        after = step(states[-1], maker.asked, maker.answer)
        if after is None or after == states[-1]:
            return f"change {number} was answered wrongly: {maker}"
        states.append(after)
    return _misplaced(history, cursors, {maker: number for number, maker in makers.items()}, states)


def _makers(
    history: Sequence[Operation], changes: Sequence[Change]
) -> Iterator[tuple[int, Operation]]:
    """Gives for each change the call that made it: of several told the same, the first to begin."""
    told: dict[str, Operation] = {}
    for each in sorted(history, key=lambda each: each.begun, reverse=True):
        if each.answer.code is None and not each.answer.no_op and each.asked.kind not in _READS:
            told[each.asked.note] = each
    for number, change in enumerate(changes):
        if change.remark in told:
            yield number, told.pop(change.remark)


def _meanwhile(history: Sequence[Operation], about: Operation) -> str:
    """Returns the calls about the same work package that overlap with a call."""
    return "\n".join(
        str(each)
        for each in sorted(history, key=lambda each: each.begun)
        if each.asked.package == about.asked.package
        and each.begun < about.ended
        and each.ended > about.begun
    )


def _misplaced(
    history: Sequence[Operation],
    cursors: dict[str, int],
    made: dict[Operation, int],
    states: Sequence[State],
) -> str | None:
    """Gives each call a moment, the earliest possible: after how many changes it took effect."""
    moments: dict[Operation, int] = {}
    for each in sorted(history, key=lambda each: each.begun):
        before = [moments[one] for one in moments if one.ended < each.begun]
        moment = max(before, default=0)
        if each in made:
            if made[each] < moment:
                return f"change {made[each]} comes before what was answered before it: {each}"
            moments[each] = made[each] + 1
            continue
        latest = min(
            (number for one, number in made.items() if one.begun > each.ended),
            default=len(states) - 1,
        )
        if each.cursor:
            seen = cursors[each.cursor]
            if not moment <= seen <= latest:
                return f"a read saw moment {seen}, not one of {moment} to {latest}: {each}"
            moment = latest = seen
        while moment <= latest and step(states[moment], each.asked, each.answer) != states[moment]:
            moment += 1
        if moment > latest:
            package = dict(states[latest].packages)[each.asked.package]
            return (
                f"at no moment until {latest} this was right: {each}\nthen it was {package}; "
                f"meanwhile:\n{_meanwhile(history, each)}"
            )
        moments[each] = moment
    return None

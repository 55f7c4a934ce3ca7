"""Owns whether a recorded history of concurrent calls can be one of calls made one after the other.

The search is Wing and Gong's: some call that began before any other had ended comes first; if the
specification allows its answer, the rest must follow. What was tried is remembered by the calls
that are done and the state they led to (Lowe), so that no two ways to the same point are walked.
Histories about different work packages are independent unless a key is used about both, so each
group is searched alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from histories.specification import Answer, Asked, State, initial, step


class Operation(NamedTuple):
    """A call with the times of one clock (nanoseconds) before it was made and after its answer."""

    process: int
    begun: int
    ended: int
    asked: Asked
    answer: Answer
    cursor: str = ""


def failure(history: Iterable[Operation]) -> str | None:
    """Returns which calls no order explains, None if some order explains them all."""
    for group in groups(history):
        explained = _search(group)
        if explained < len(group):
            stuck = "\n".join(map(str, group[max(0, explained - 3) : explained + 17]))
            return f"of {len(group)} calls an order explains {explained} at most; near:\n{stuck}"
    return None


def groups(history: Iterable[Operation]) -> list[list[Operation]]:
    """Divides a history into parts that share neither a work package nor a key."""
    found: list[tuple[set[str], list[Operation]]] = []
    for operation in history:
        names = {operation.asked.package, f"key {operation.asked.key or operation.asked.package}"}
        touched = [each for each in found if each[0] & names]
        found = [each for each in found if not each[0] & names]
        merged = [operation, *(one for each in touched for one in each[1])]
        found.append((names.union(*(each[0] for each in touched)), merged))
    return [sorted(operations, key=lambda each: each.begun) for _, operations in found]


def _search(operations: Sequence[Operation]) -> int:
    """Returns how many calls the longest explanation covers; all of them if there is one."""
    state = initial(tuple({each.asked.package for each in operations}))
    waiting: list[tuple[int, State]] = [(0, state)]
    seen = {(0, state)}
    everything, best = (1 << len(operations)) - 1, 0
    while waiting:
        done, state = waiting.pop()
        if done == everything:
            return len(operations)
        best = max(best, done.bit_count())
        for number in reversed(_possible(operations, done)):
            after = step(state, operations[number].asked, operations[number].answer)
            point = (done | 1 << number, after)
            if after is not None and point not in seen:
                seen.add((point[0], after))
                waiting.append((point[0], after))
    return best


def _possible(operations: Sequence[Operation], done: int) -> list[int]:
    """Returns the calls that may come next: begun before any other that is not done had ended."""
    found: list[int] = []
    earliest = None
    for number in range((~done & (done + 1)).bit_length() - 1, len(operations)):
        if done >> number & 1:
            continue
        if earliest is not None and operations[number].begun > earliest:
            break
        found.append(number)
        ended = operations[number].ended
        earliest = ended if earliest is None else min(earliest, ended)
    return found

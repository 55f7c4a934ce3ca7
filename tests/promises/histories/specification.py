"""Owns what a feature does when calls come one after the other: the specification, in one page.

It is written from the design, not from the host's code, and knows lanes, claims, attempts, notes
and idempotency keys. A call is answered by a code, and what else a caller goes by.
"""

from __future__ import annotations

from typing import NamedTuple

CLAIMED, REJECTED, REUSED = "WP_ALREADY_CLAIMED", "TRANSITION_REJECTED", "IDEMPOTENCY_KEY_REUSED"
START, RELEASE, BLOCK, RESUME, NOTE = "start", "release", "block", "resume", "note"
LOOK, READ_NOTES = "look", "read notes"


class Asked(NamedTuple):
    """One call: what, about which work package, by whom, with which remark, under which key."""

    kind: str
    package: str
    actor: str = ""
    attempt: int | None = None
    note: str = ""
    key: str | None = None


class Answer(NamedTuple):
    """What a call is told. `data` is all of it, for calls that are told it twice."""

    code: str | None
    attempt: int | None = None
    no_op: bool = False
    seen: object = None
    data: str = ""


class Package(NamedTuple):
    lane: str = "planned"
    holder: str | None = None
    attempt: int = 0
    blocked_from: str | None = None
    notes: frozenset[str] = frozenset()


class State(NamedTuple):
    """Work packages by id, and what calls with keys were told."""

    packages: tuple[tuple[str, Package], ...] = ()
    told: tuple[tuple[str, tuple[Asked, Answer]], ...] = ()


def initial(packages: tuple[str, ...]) -> State:
    return State(tuple((name, Package()) for name in sorted(packages)))


def step(state: State, asked: Asked, answer: Answer) -> State | None:
    """Returns the state after the call if it may be answered so, None if it may not."""
    told = dict(state.told).get(asked.key or "")
    if told is not None:
        same = told[0] == asked and told[1] == answer
        return state if same or (told[0] != asked and answer.code == REUSED) else None
    before = dict(state.packages)[asked.package]
    if answer.code == REJECTED and _is_stale(before, asked):
        return state  # where several refusals apply, any may be told
    after, expected = _decide(before, asked)
    if (answer.code, answer.attempt, answer.no_op, answer.seen) != expected[:4]:
        return None
    packages = tuple((name, after if name == asked.package else p) for name, p in state.packages)
    if asked.key is None or expected.code is not None or expected.no_op:
        return State(packages, state.told)
    return State(packages, tuple(sorted((*state.told, (asked.key, (asked, answer))))))


def _is_stale(package: Package, asked: Asked) -> bool:
    return asked.attempt not in (None, package.attempt)


def _decide(package: Package, asked: Asked) -> tuple[Package, Answer]:
    if asked.kind == LOOK:
        return package, Answer(None, seen=(package.lane, package.holder, package.attempt))
    if asked.kind == READ_NOTES:
        return package, Answer(None, seen=package.notes)
    if asked.kind == NOTE:
        return package._replace(notes=package.notes | {asked.note}), Answer(None)
    after, code = _moved(package, asked)
    if code is not None:
        return package, Answer(code)
    return after, Answer(None, after.attempt, after == package)


def _moved(package: Package, asked: Asked) -> tuple[Package, str | None]:
    """Returns the work package after a move, and the code of a refusal."""
    others = package.holder not in (None, asked.actor)
    blocked = package.lane == "blocked"
    if blocked and asked.kind in (RELEASE, RESUME):  # by anyone; the holder stays
        if asked.kind == RESUME and package.blocked_from != "in_progress":
            return package, REJECTED
        lane = "planned" if asked.kind == RELEASE else "in_progress"
        return package._replace(lane=lane, blocked_from=None), None
    if others:
        return package, CLAIMED
    if _is_stale(package, asked):
        return package, REJECTED
    if asked.kind in (START, RESUME):
        if blocked:
            return package, REJECTED
        if package.lane == "in_progress":
            return package, None
        claimed = package._replace(lane="in_progress", holder=asked.actor)
        return claimed._replace(attempt=package.attempt + 1), None
    if asked.kind == BLOCK:
        if package.holder is None:
            return package, REJECTED
        if blocked:
            return package, None
        return package._replace(lane="blocked", blocked_from=package.lane), None
    return package._replace(lane="planned", holder=None), None

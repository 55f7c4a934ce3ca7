"""Owns what one of many callers does: it asks at random, and notes what it was told and when.

It imports little, for many start at once. Callers share names, so that several may hold the same
claim, and they share calls under one key. The clock is one for all processes of a machine.
"""

from __future__ import annotations

import contextlib
import io
import json
import os
import random
import subprocess
import time
from collections.abc import Callable, Iterator
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from typing import Any, NamedTuple

from histories.linearizability import Operation
from histories.specification import (
    BLOCK,
    LOOK,
    NOTE,
    READ_NOTES,
    RELEASE,
    RESUME,
    START,
    Answer,
    Asked,
)
from spec_kitty.doors.api import run
from spec_kitty.wiring import open_host

_ACTORS = 4
_KEYS_OF_A_PAIR = 4
_PATIENCE_SECONDS = 120
_LANES = {RELEASE: "planned", BLOCK: "blocked", RESUME: "in_progress"}
_KINDS = (START, START, RELEASE, BLOCK, RESUME, NOTE, NOTE, LOOK, LOOK, READ_NOTES)


class Task(NamedTuple):
    """What one caller is to do, and for how long: so many calls or seconds, whichever end first."""

    folder: str
    program: str
    policy: str
    feature: str
    number: int
    seed: int
    packages: tuple[str, ...]
    calls: int
    seconds: float
    by_program: bool


Asking = Callable[[Task, list[str]], dict[str, Any]]


def call(task: Task, barrier: Barrier, told: Queue[list[Operation]]) -> None:
    asking = _by_program if task.by_program else _by_door
    made: list[Operation] = []
    try:
        os.chdir(task.folder)
        barrier.wait()
        until = time.monotonic() + task.seconds
        for asked in questions(task):
            made.append(_made(task, asked, asking))
            if time.monotonic() > until:
                break
    finally:
        told.put(made)


def call_once(task: Task, asked: Asked) -> Operation:
    """Makes one call in this process."""
    return _made(task, asked, _by_door)


def _made(task: Task, asked: Asked, asking: Asking) -> Operation:
    words = _words(task, asked)
    begun = time.monotonic_ns()
    envelope = asking(task, words)
    ended = time.monotonic_ns()
    return _operation(task.number, (begun, ended), asked, envelope)


def questions(task: Task) -> Iterator[Asked]:
    """Gives what the caller asks, one call after the other."""
    chance = random.Random(task.seed)
    for count in range(task.calls):
        package = chance.choice(task.packages)
        remark = f"call-{task.number}-{count}"
        if chance.random() < 0.2:
            yield _under_key(chance, task, package, remark)
            continue
        kind, actor = chance.choice(_KINDS), f"actor-{task.number % _ACTORS}"
        if kind in (LOOK, READ_NOTES):
            yield Asked(kind, package)
        else:
            attempt = chance.randint(1, 3) if kind == BLOCK and chance.random() < 0.3 else None
            yield Asked(kind, package, actor, attempt, remark)


def _under_key(chance: random.Random, task: Task, package: str, remark: str) -> Asked:
    """Returns a call that others make too, word for word; sometimes another under the same key.

    A key is used about two work packages.
    """
    pair = task.packages.index(package) // 2
    key = f"key-{pair}-{chance.randrange(_KEYS_OF_A_PAIR)}"
    if chance.random() < 0.2:
        return Asked(NOTE, package, "someone", None, remark, key)
    fixed = random.Random(key)
    actor = f"actor-{fixed.randrange(_ACTORS)}"
    about = task.packages[min(2 * pair + fixed.randrange(2), len(task.packages) - 1)]
    return Asked(fixed.choice((NOTE, START, BLOCK)), about, actor, None, key, key)


def _words(task: Task, asked: Asked) -> list[str]:
    about = ["--feature", task.feature]
    if asked.kind == LOOK:
        return ["feature-state", *about]
    about += ["--wp", asked.package]
    if asked.kind == READ_NOTES:
        return ["history", *about]
    about += ["--actor", asked.actor]
    about += ["--idempotency-key", asked.key] if asked.key else []
    if asked.kind == NOTE:
        return ["append-history", *about, "--note", asked.note]
    about += ["--policy", task.policy, "--agent", asked.note]
    if asked.kind == START:
        return ["start-implementation", *about]
    about += ["--attempt", str(asked.attempt)] if asked.attempt is not None else []
    return ["transition", *about, "--to", _LANES[asked.kind], "--note", "Because."]


def _by_door(task: Task, words: list[str]) -> dict[str, Any]:
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        run(words, lambda: open_host(task.folder))
    return dict(json.loads(printed.getvalue()))


def _by_program(task: Task, words: list[str]) -> dict[str, Any]:
    ended = subprocess.run(
        [task.program, "orchestrator-api", *words],
        cwd=task.folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=_PATIENCE_SECONDS,
        check=False,
    )
    return dict(json.loads(ended.stdout))


def _operation(
    process: int, times: tuple[int, int], asked: Asked, envelope: dict[str, Any]
) -> Operation:
    data, code = envelope["data"], envelope["error_code"]
    if code is not None:
        answer = Answer(code)
    elif asked.kind == LOOK:
        (package,) = (each for each in data["work_packages"] if each["wp_id"] == asked.package)
        seen = (package["lane"], package["claimed_by"], package["attempt"])
        answer = Answer(None, seen=seen)
    elif asked.kind == READ_NOTES:
        events = (event for event in data["events"] if event["type"] == "NoteAdded")
        answer = Answer(None, seen=frozenset(event["facts"]["note"] for event in events))
    else:
        all_of_it = json.dumps(data, sort_keys=True) if asked.key else ""
        answer = Answer(None, data.get("attempt"), data.get("no_op", False), None, all_of_it)
    cursor = data.get("cursor") if asked.kind in (LOOK, READ_NOTES) else None
    return Operation(process, *times, asked, answer, cursor or "")

"""Owns how a history is recorded: many processes that call one feature at once.

Most callers answer themselves, through the contract's door in their own process; some start the
program for every call.
"""

from __future__ import annotations

from multiprocessing import get_context
from multiprocessing.queues import Queue
from typing import Any

from door import POLICY, PROGRAM
from histories.callers import Task, call
from histories.journal_order import Change
from histories.linearizability import Operation
from project import SLUG, Project

CALLERS = 16
# So many of them start the program for each call.
PROGRAMS = 2
_PATIENCE_SECONDS = 120


def record(
    project: Project, packages: tuple[str, ...], calls: int, seconds: float
) -> list[Operation]:
    """Lets all callers call at once and returns what they asked and were told."""
    context = get_context("spawn")
    told: Queue[list[Operation]] = context.Queue()
    barrier = context.Barrier(CALLERS)
    tasks = tasks_for(project, packages, calls, seconds)
    callers = [context.Process(target=call, args=(task, barrier, told)) for task in tasks]
    for caller in callers:
        caller.start()
    try:
        histories = [told.get(timeout=_PATIENCE_SECONDS + seconds) for _ in callers]
    finally:
        for caller in callers:
            caller.join(5)
            caller.kill()
    return [each for history in histories for each in history]


def tasks_for(
    project: Project, packages: tuple[str, ...], calls: int, seconds: float
) -> list[Task]:
    """Returns what each caller is to do."""
    return [
        Task(
            str(project.repo.path),
            PROGRAM,
            POLICY,
            SLUG,
            number,
            number,
            packages,
            calls,
            seconds,
            number < PROGRAMS,
        )
        for number in range(CALLERS)
    ]


def changes(project: Project) -> list[Change]:
    """Returns the events of the feature, oldest first, with the remark of each one's call."""
    found: list[dict[str, Any]] = []
    cursor: tuple[str, ...] = ()
    while events := project.api("history", *cursor).data["events"]:
        found += events
        cursor = ("--after", events[-1]["cursor"])
    return [Change(event["cursor"], _remark(event)) for event in found]


def _remark(event: dict[str, Any]) -> str:
    if event["type"] == "WorkspacePrepared":  # goes with the claim before it
        return ""
    return str(event["agent"] or event["facts"].get("note"))

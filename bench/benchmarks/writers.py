"""Measures how many changes a second one feature takes from many writers at once."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import get_context
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Barrier
from pathlib import Path

from cost import cpu_seconds
from planned import SLUG, Planned, make_planned
from results import Result
from scale import Scale
from spec_kitty.application.workflow import Call
from spec_kitty.domain.feature import Caller
from spec_kitty.domain.names import journal_ref
from spec_kitty.wiring import open_host

WRITERS = 16
BUDGET_PER_SECOND = 150.0
# Nobody starves: the unluckiest writer makes half as many changes as the others at least.
FAIR_SHARE = 0.5


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Lets writers add notes, first within their processes, then by one call each."""
    planned = make_planned(folder, 1)
    os.chdir(planned.folder)
    counts = _long_lived(planned, scale.writing_seconds)
    lost = sum(counts) - _events(planned)
    calls = _by_calls(planned, scale.writing_seconds)
    least, most = min(counts), max(counts)
    return [
        Result(
            f"{WRITERS} long-lived writers",
            sum(counts) / scale.writing_seconds, "/s", BUDGET_PER_SECOND, is_rate=True,
        ),
        Result("changes of theirs that were lost", lost, "", 0),
        Result(
            "share of the least of them, of the mean",
            least * WRITERS / sum(counts), "x", FAIR_SHARE, f"{least} to {most} changes each",
            is_rate=True,
        ),
        Result(f"{WRITERS} callers of the CLI", calls / scale.writing_seconds, "/s"),
    ]  # fmt: skip


def _long_lived(planned: Planned, seconds: float) -> list[int]:
    """Returns how many changes each writer made."""
    context = get_context("spawn")
    told: Queue[int] = context.Queue()
    barrier = context.Barrier(WRITERS)
    processes = [
        context.Process(target=_write, args=(str(planned.folder), seconds, number, barrier, told))
        for number in range(WRITERS)
    ]
    for process in processes:
        process.start()
    counts = [told.get(timeout=60 + seconds) for _ in processes]
    for process in processes:
        process.join()
    return counts


def _write(folder: str, seconds: float, number: int, barrier: Barrier, told: Queue[int]) -> None:
    moves = open_host(folder).moves
    call = Call(Caller(f"writer-{number}", person=True))
    barrier.wait()
    until, written = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        moves.add_note(SLUG, "WP01", f"Note {written}.", call)
        written += 1
    told.put(written)


def _events(planned: Planned) -> int:
    return int(planned.git("rev-list", "--count", journal_ref(SLUG)))


def _by_calls(planned: Planned, seconds: float) -> int:
    """Returns how many calls all callers made."""
    until = time.monotonic() + seconds

    def call_on(number: int) -> int:
        argv = planned.change("append-history", "WP01", f"caller-{number}", "--note", "A note.")
        calls = 0
        while time.monotonic() < until:
            cpu_seconds(argv, planned.env)
            calls += 1
        return calls

    with ThreadPoolExecutor(WRITERS) as pool:
        return sum(pool.map(call_on, range(WRITERS)))

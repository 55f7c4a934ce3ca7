"""Measures how much room a journal takes that the host itself has written, event by event."""

from __future__ import annotations

import os
import time
from pathlib import Path

from planned import SLUG, make_planned, package_id
from results import Result
from scale import Scale
from spec_kitty.application.host import Host
from spec_kitty.application.moves.named import Move
from spec_kitty.application.workflow import Call
from spec_kitty.domain.feature import Caller
from spec_kitty.domain.lanes import Lane
from spec_kitty.wiring import open_host

PACKAGES = 20
BUDGET_MEGABYTES = 10.0


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Writes a journal by the host's own use cases and adds up what the objects take on disk."""
    planned = make_planned(folder, PACKAGES)
    os.chdir(planned.folder)
    began = time.monotonic()
    _write(planned.folder, scale.written_events)
    seconds = time.monotonic() - began
    kept = [path.lstat() for path in (planned.folder / ".git" / "objects").rglob("*")]
    megabytes = sum(each.st_blocks * 512 for each in kept) / 1e6
    return [
        Result(
            f"objects of {scale.written_events:,} events on disk", megabytes, "MB",
            BUDGET_MEGABYTES, f"{len(kept):,} files and folders",
        ),
        Result("changes of one writer", scale.written_events / seconds, "/s"),
    ]  # fmt: skip


def _write(folder: Path, count: int) -> None:
    """Blocks and unblocks work packages, and adds notes, in turn."""
    host = open_host(str(folder))
    call = Call(Caller("bench", person=True))
    for number in range(count):
        package = package_id(number % PACKAGES + 1)
        match number // PACKAGES % 3:
            case 0:
                host.moves.add_note(SLUG, package, f"Note {number}.", call)
            case 1:
                _move(host, package, Lane.BLOCKED, call)
            case _:
                _move(host, package, Lane.PLANNED, call)
    host.close()


def _move(host: Host, package: str, lane: Lane, call: Call) -> None:
    host.moves.move(SLUG, Move(package, lane, "For the bench."), call)

"""Measures how reading grows with the number of work packages."""

from __future__ import annotations

import os
from pathlib import Path

from cost import Ledger
from long_journals import write_journal
from planned import make_planned
from results import Result
from scale import Scale

BUDGET = 3.0
FEW, MANY = 10, 1_000
READS = ("feature-state", "list-ready", "explain")


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Reads two features of ten and of a thousand work packages, all of which have events."""
    projects = {}
    for size in (FEW, MANY):
        (folder / str(size)).mkdir()
        projects[size] = make_planned(folder / str(size), size)
        write_journal(projects[size], MANY, size)
    ledger = Ledger(projects[FEW].env)
    for number in range(scale.warm_up_rounds + scale.rounds):
        ledger.is_counting = number >= scale.warm_up_rounds
        for read in READS:
            for size, planned in projects.items():
                os.chdir(planned.folder)
                ledger.spend(f"{read} {size}", planned.read(read))
    return [_result(ledger, read) for read in READS]


def _result(ledger: Ledger, read: str) -> Result:
    few, many = (ledger.milliseconds(f"{read} {size}") for size in (FEW, MANY))
    name = f"{read}, {MANY:,} packages / {FEW}"
    return Result(name, many / few, "x", BUDGET, f"{many:.1f} / {few:.1f} ms CPU")

"""Measures whether reading the present depends on how much has happened."""

from __future__ import annotations

import os
from pathlib import Path

from cost import Ledger
from long_journals import write_journal
from planned import make_planned
from results import Result
from scale import Scale

BUDGET = 1.2
PACKAGES = 20


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Reads the state of two features that differ only in their number of events."""
    sizes = (scale.few_events, scale.many_events)
    projects = []
    for size in sizes:
        (folder / str(size)).mkdir()
        projects.append(make_planned(folder / str(size), PACKAGES))
        write_journal(projects[-1], size, PACKAGES)
    ledger = Ledger(projects[0].env)
    for number in range(scale.warm_up_rounds + scale.rounds):
        ledger.is_counting = number >= scale.warm_up_rounds
        ledger.spend_floor()
        for size, planned in zip(sizes, projects, strict=True):
            os.chdir(planned.folder)
            ledger.spend(str(size), planned.read("feature-state"))
    name = f"feature-state, {sizes[1]:,} events / {sizes[0]}"
    return [ledger.compared(name, str(sizes[1]), str(sizes[0]), BUDGET)]

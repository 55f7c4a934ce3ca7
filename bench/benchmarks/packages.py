"""Measures how reading grows with the number of work packages."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cost import SPEC_KITTY, Ledger
from long_journals import write_journal
from planned import SLUG, Planned, make_planned
from results import Result
from scale import Scale

BUDGET = 3.0
FEW = 10
_NOT_CACHED = "feature-state, plan not cached"


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Reads two features of ten and of a thousand work packages, all of which have events."""
    projects = {}
    for size in (FEW, scale.packages):
        (folder / str(size)).mkdir()
        projects[size] = make_planned(folder / str(size), size)
        write_journal(projects[size], scale.packages, size)
    ledger = Ledger(projects[FEW].env)
    for number in range(scale.warm_up_rounds + scale.rounds):
        ledger.is_counting = number >= scale.warm_up_rounds
        for read in _reads(projects[FEW]):
            for size, planned in projects.items():
                os.chdir(planned.folder)
                if read == _NOT_CACHED:
                    shutil.rmtree(planned.folder / ".git" / "spec-kitty" / "plans")
                ledger.spend(f"{read} {size}", _reads(planned)[read])
    return [_result(ledger, read, scale.packages) for read in _reads(projects[FEW])]


def _reads(planned: Planned) -> dict[str, list[str]]:
    return {
        "feature-state": planned.read("feature-state"),
        "list-ready": planned.read("list-ready"),
        "explain": planned.read("explain"),
        "forecast": planned.read("forecast"),
        "status, for people": [SPEC_KITTY, "status", "--feature", SLUG],
        "why, for people": [SPEC_KITTY, "why", "--feature", SLUG],
        "validate, for people": [SPEC_KITTY, "validate", SLUG],
        _NOT_CACHED: planned.read("feature-state"),
    }


def _result(ledger: Ledger, read: str, many: int) -> Result:
    name = f"{read}, {many:,} packages / {FEW}"
    # A plan is parsed once for each commit that changes it, file by file.
    budget = None if read == _NOT_CACHED else BUDGET
    return ledger.compared(name, f"{read} {many}", f"{read} {FEW}", budget)

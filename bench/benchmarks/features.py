"""Measures how looking at a project grows with the number of its features.

All features have the same plan and the same journal, so that only their number counts.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cost import SPEC_KITTY, Ledger
from long_journals import write_journal
from planned import SLUG, Planned, make_planned
from results import Result
from scale import Scale
from spec_kitty.domain.names import journal_ref

FEW = 2
PACKAGES = 10
EVENTS = 30


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Looks at two projects that differ only in their number of features."""
    projects = {}
    for size in (FEW, scale.features):
        (folder / str(size)).mkdir()
        projects[size] = make_planned(folder / str(size), PACKAGES)
        write_journal(projects[size], EVENTS, PACKAGES)
        _multiply(projects[size], size)
    ledger = Ledger(projects[FEW].env)
    for number in range(scale.warm_up_rounds + scale.rounds):
        ledger.is_counting = number >= scale.warm_up_rounds
        for size, planned in projects.items():
            os.chdir(planned.folder)
            for name, argv in _looks(planned).items():
                ledger.spend(f"{name} {size}", argv)
    return [
        ledger.compared(
            f"{name}, {scale.features} features / {FEW}",
            f"{name} {scale.features}", f"{name} {FEW}", None,
        )
        for name in _looks(projects[FEW])
    ]  # fmt: skip


def _looks(planned: Planned) -> dict[str, list[str]]:
    return {
        "feature-state of one": planned.read("feature-state"),
        "status of one": [SPEC_KITTY, "status", "--feature", SLUG],
        "feature list": [SPEC_KITTY, "feature", "list"],
        "validate": [SPEC_KITTY, "validate"],
        "doctor": [SPEC_KITTY, "doctor"],
    }


def _multiply(planned: Planned, count: int) -> None:
    """Gives the project so many features, each with the plan and journal of the first."""
    plans = planned.folder / "kitty-specs"
    slugs = [f"{number:03}-more" for number in range(2, count + 1)]
    for slug in slugs:
        shutil.copytree(plans / SLUG, plans / slug)
    planned.git("add", "--all")
    planned.git("commit", "--quiet", "--message", "Plan more")
    lines = "".join(f"create {journal_ref(slug)} {journal_ref(SLUG)}\n" for slug in slugs)
    planned.git("update-ref", "--stdin", stdin=lines)

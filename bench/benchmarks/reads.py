"""Measures what reading through the contract costs: whole processes, one after the other."""

from __future__ import annotations

import os
from pathlib import Path

from cost import SPEC_KITTY, Ledger
from planned import POLICY, Planned, make_planned, package_id
from results import Result
from scale import Scale

BUDGET = 3.0


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Reads a feature of ten work packages, some of them under way, by every command."""
    planned = make_planned(folder, 10)
    ledger = Ledger(planned.env)
    os.chdir(planned.folder)
    _begin(planned, ledger)
    for number in range(scale.warm_up_rounds + scale.rounds):
        ledger.is_counting = number >= scale.warm_up_rounds
        ledger.spend_floor()
        for name, argv in _calls(planned).items():
            ledger.spend(name, argv)
    return [ledger.in_floors(name, BUDGET) for name in ledger.names]


def _begin(planned: Planned, ledger: Ledger) -> None:
    for number in range(1, 4):
        words = planned.change(
            "start-implementation", package_id(number), "bench", "--policy", POLICY
        )
        ledger.spend("start", words)


def _calls(planned: Planned) -> dict[str, list[str]]:
    return {
        "contract-version": [SPEC_KITTY, "orchestrator-api", "contract-version"],
        "feature-state": planned.read("feature-state"),
        "list-ready": planned.read("list-ready"),
        "explain": planned.read("explain"),
        "forecast": planned.read("forecast"),
        "resolve-workspace": planned.read("resolve-workspace", "--wp", "WP01"),
        "check-policy": planned.read("check-policy", "--policy", POLICY),
        "history": planned.read("history"),
    }

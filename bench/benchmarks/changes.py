"""Measures what a lane change through the contract costs, durably written, branches included."""

from __future__ import annotations

import os
from pathlib import Path

from cost import Ledger
from planned import POLICY, Planned, make_planned, package_id
from results import Result
from scale import Scale

BUDGET = 4.5

# It checks out a workspace, which is the disk's work more than ours.
_WITHOUT_BUDGET = {"start-implementation": "makes a checkout"}


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Takes one work package a round from planned to done, by way of every kind of move."""
    rounds = scale.warm_up_rounds + scale.rounds
    planned = make_planned(folder, rounds)
    ledger = Ledger(planned.env)
    os.chdir(planned.folder)
    for number in range(rounds):
        ledger.is_counting = number >= scale.warm_up_rounds
        _play(planned, ledger, package_id(number + 1))
    return [_result(ledger, name) for name in ledger.names]


def _play(planned: Planned, ledger: Ledger, package: str) -> None:
    """Plays one work package; the floor is measured among the moves."""
    start = planned.change("start-implementation", package, "bench", "--policy", POLICY)
    ledger.spend_floor()
    ledger.spend("start-implementation", start)
    ledger.spend("block", _move(planned, package, "blocked"))
    ledger.spend("unblock", _move(planned, package, "in_progress"))
    ledger.spend("release", _move(planned, package, "planned"))
    ledger.spend("start-implementation again", start)
    note = planned.change("append-history", package, "bench", "--note", "Half of it works.")
    ledger.spend("append-history", note)
    (planned.workspace(package) / f"{package}.txt").write_text("Some work.\n")
    ledger.spend_floor()
    ledger.spend("for_review, with a commit of work", _move(planned, package, "for_review"))
    review = planned.change("start-review", package, "critic", "--policy", POLICY)
    ledger.spend("start-review", review)
    done = planned.change(
        "transition", package, "critic", "--to", "done", "--review-ref", "reviews/1"
    )
    ledger.spend("done, with its integration", done)


def _move(planned: Planned, package: str, lane: str) -> list[str]:
    return planned.change("transition", package, "bench", "--to", lane, "--note", "For the bench.")


def _result(ledger: Ledger, name: str) -> Result:
    if name in _WITHOUT_BUDGET:
        return ledger.in_floors(name, None, f", {_WITHOUT_BUDGET[name]}")
    return ledger.in_floors(name, BUDGET)

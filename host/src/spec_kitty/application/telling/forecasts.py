"""Owns what the plan foretells of the work that is left: its order, its length, what may meet.

Only what can still be done counts: what is done or canceled is settled, and what has an error in
its plan, or waits for such a one or for a canceled one, starts only after a person has changed
the plan.
"""

from __future__ import annotations

from itertools import islice

from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.encounters import encounters
from spec_kitty.domain.planning.graph import critical_path, order, remaining_path_minutes, waves

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.application.desk import Desk

    Data = dict[str, Any]

MAX_OVERLAPS = 2_000

_SETTLED = (Lane.DONE, Lane.CANCELED)


def forecast(desk: Desk) -> Data:
    """Returns what is to be expected; pairs beyond MAX_OVERLAPS are left out."""
    graph = _left_to_do(desk)
    planned = [package for package in desk.plan.packages if package.id in graph]
    estimates = {package.id: package.estimate_minutes for package in planned}
    owned_files = {package.id: package.owned_files for package in planned}
    remaining = remaining_path_minutes(graph, estimates)
    pairs = list(islice(encounters(graph, owned_files), MAX_OVERLAPS + 1))
    return {
        "feature_slug": desk.slug,
        "waves": [list(wave) for wave in waves(graph)],
        "critical_path": list(critical_path(graph, estimates)),
        "critical_minutes": max(remaining.values(), default=0),
        "overlaps": [{"wp_ids": list(pair)} for pair in pairs[:MAX_OVERLAPS]],
        "overlaps_cut": len(pairs) > MAX_OVERLAPS,
    }


def _left_to_do(desk: Desk) -> dict[str, tuple[str, ...]]:
    """Returns what can still be done, each with what has to be done before it."""
    feature = desk.feature
    if feature.merge is not None:
        return {}
    lanes = {planned.id: feature.package(planned.id).lane for planned in desk.plan.packages}
    sound = {
        planned.id: tuple(need for need in planned.dependencies if lanes.get(need) is not Lane.DONE)
        for planned in desk.plan.packages
        if lanes[planned.id] not in _SETTLED and planned.id not in desk.plan_errors
    }
    left: dict[str, tuple[str, ...]] = {}
    for package_id in order(sound):
        if all(need in left for need in sound[package_id]):
            left[package_id] = sound[package_id]
    return left

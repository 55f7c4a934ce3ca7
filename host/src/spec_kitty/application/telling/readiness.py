"""Owns which work packages could start now, and how long the way is that begins with each.

The rule that says so is `startable`; what lists, shows or counts ready work packages asks it.
"""

from __future__ import annotations

from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.graph import natural, remaining_path_minutes
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from spec_kitty.application.desk import Desk
    from spec_kitty.domain.planning.plan import PlannedPackage, Problem

    Data = dict[str, Any]

_FINISHED = (Lane.DONE, Lane.CANCELED)


class ReadyPackage(Record):
    """Is a work package that could start now, with what speaks for and against it."""

    id: str
    title: str
    remaining_minutes: int
    overlaps: tuple[str, ...]


class Outlook(Record):
    """Is what lies ahead of every work package of a plan, found in one go.

    `remaining_minutes` has those that are not finished, `errors` those that have any.
    """

    startable: frozenset[str]
    remaining_minutes: Mapping[str, int]
    errors: Mapping[str, list[Problem]]


def outlook(desk: Desk) -> Outlook:
    """Returns what lies ahead; its cost grows as the plan does."""
    names = frozenset(planned.id for planned in startable(desk))
    return Outlook(names, remaining_minutes(desk), desk.plan_errors)


def startable(desk: Desk) -> tuple[PlannedPackage, ...]:
    """Returns what could start now, in natural order."""
    feature, plan = desk.feature, desk.plan
    if feature.merge is not None:
        return ()
    return tuple(
        planned
        for planned in plan.packages
        if feature.package(planned.id).lane is Lane.PLANNED
        and feature.package(planned.id).claim is None
        and all(feature.package(name).lane is Lane.DONE for name in planned.dependencies)
        and planned.id not in desk.plan_errors
    )


def remaining_minutes(desk: Desk) -> dict[str, int]:
    """Returns for each unfinished work package the minutes of the longest way from its start."""
    feature, packages = desk.feature, desk.plan.packages
    graph = {planned.id: planned.dependencies for planned in packages}
    estimates = {planned.id: planned.estimate_minutes for planned in packages}
    finished = {p.id for p in packages if feature.package(p.id).lane in _FINISHED}
    return remaining_path_minutes(graph, estimates, finished)


def ready(desk: Desk) -> tuple[ReadyPackage, ...]:
    """Returns what could start now, longest remaining path first."""
    names = startable(desk)
    if not names:
        return ()
    remaining, running = remaining_minutes(desk), _running(desk)
    found = [
        ReadyPackage(each.id, each.title, remaining[each.id], _overlaps(running, each.owned_files))
        for each in names
    ]
    return tuple(sorted(found, key=lambda each: (-each.remaining_minutes, natural(each.id))))


def _running(desk: Desk) -> tuple[PlannedPackage, ...]:
    under_way = (Lane.IN_PROGRESS, Lane.FOR_REVIEW)
    packages = desk.plan.packages
    return tuple(each for each in packages if desk.feature.package(each.id).lane in under_way)


def _overlaps(running: tuple[PlannedPackage, ...], owned_files: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the running work packages whose owned files may be the same."""
    if not owned_files or not running:
        return ()
    from spec_kitty.domain.planning.ownership import overlaps

    return tuple(planned.id for planned in running if overlaps(owned_files, planned.owned_files))


def ready_data(desk: Desk) -> Data:
    return {
        "feature_slug": desk.slug,
        "ready_work_packages": [
            {
                "wp_id": each.id,
                "title": each.title,
                "lane": Lane.PLANNED.public,
                "dependencies_satisfied": True,
                "recommended_base": desk.slug
                if desk.feature.feature_tip
                else desk.feature.target_branch,
                "remaining_minutes": each.remaining_minutes,
                "overlaps_with": list(each.overlaps),
            }
            for each in ready(desk)
        ],
    }

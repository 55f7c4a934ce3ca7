"""Owns which points of a command are tried for others that cannot end otherwise.

Three reasons, and no more. What is killed at a sync leaves what is killed at the next change, for a
kill takes nothing from the disk. A quota that is used up is answered like a full disk, by the host
and by git, so it is tried at some writes. And of a long row of the same call on the same kind of
path (old objects that are removed one by one) the first, the middle and the last are tried.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from crash.points import OVER_QUOTA, Point

# A quota is tried at every so manyth write.
_QUOTA_EVERY = 10
# Two such calls may take turns in a row: each of them is looked for in so many calls before.
_REACH = 2
_LONG = 6


def tried(points: list[Point]) -> list[Point]:
    """Returns the points that stand for all, in their order."""
    left_out = {*_kills_at_syncs(points), *_quotas(points)}
    for row in _rows(points):
        if len(row) > _LONG:
            kept = (*row[:2], row[len(row) // 2], *row[-2:])
            left_out.update(set(row).difference(kept))
    return [point for point in points if point not in left_out]


def _kills_at_syncs(points: list[Point]) -> Iterable[Point]:
    """Yields the kills at syncs after which the same process changes something."""
    for group in _by_process(points).values():
        kills = [point for point in group if point.is_kill]
        changes = [number for number, kill in enumerate(kills) if kill.place.kind != "sync"]
        for kill in kills[: changes[-1] if changes else 0]:
            if kill.place.kind == "sync":
                yield kill


def _quotas(points: list[Point]) -> Iterable[Point]:
    found = [point for point in points if point.how == OVER_QUOTA]
    return (point for number, point in enumerate(found) if number % _QUOTA_EVERY)


def _rows(points: list[Point]) -> Iterable[list[Point]]:
    """Yields the rows of calls that are alike but for which file they are about."""
    for group in _by_process(points).values():
        rows: dict[tuple[str, str], tuple[int, list[Point]]] = {}
        for number, point in enumerate(group):
            alike = (point.place.call, point.place.about)
            last, row = rows.get(alike, (number, []))
            if number - last > _REACH:
                yield row
                row = []
            row.append(point)
            rows[alike] = (number, row)
        yield from (row for _, row in rows.values())


def _by_process(points: list[Point]) -> dict[tuple[str, str], list[Point]]:
    """Returns the points of each process and of each way to stop it, in their order."""
    groups: dict[tuple[str, str], list[Point]] = defaultdict(list)
    for point in points:
        groups[point.place.process, point.how].append(point)
    return groups

"""Owns what follows from dependencies alone: cycles, order, waves and the longest way to the end.

A graph maps each id to the ids that it depends on. Ids that are depended upon but not in the
mapping are `unknown`; every other function ignores them. Nothing here recurses, so a chain of
any length is fine, and all results are in natural order (WP2 before WP10), so that the same
plan always gives the same answer. It does not know lanes: callers say what is finished.
"""

from __future__ import annotations

from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    Graph = Mapping[str, tuple[str, ...]]
    Estimates = Mapping[str, int | None]

DEFAULT_ESTIMATE_MINUTES = 60

_AFTER_EVERY_NUMBER = 10**9


class Cycle(Record):
    """Holds ids that wait for each other: all of them, and one closed path through them."""

    members: tuple[str, ...]
    path: tuple[str, ...]


def natural(package_id: str) -> tuple[int, str]:
    """Returns the sort key that puts WP2 before WP10 and WP99 before WP100."""
    digits = package_id[2:]
    return (int(digits) if digits.isdecimal() else _AFTER_EVERY_NUMBER, package_id)


def unknown(graph: Graph) -> tuple[tuple[str, str], ...]:
    """Returns each (id, dependency) whose dependency is not in the graph."""
    return tuple(
        (package_id, dependency)
        for package_id in sorted(graph, key=natural)
        for dependency in sorted(set(graph[package_id]), key=natural)
        if dependency not in graph
    )


def waves(graph: Graph) -> tuple[tuple[str, ...], ...]:
    """Returns the ids in steps that could run at once; each step needs only earlier ones.

    Ids in a cycle, and all that wait for one, are in no wave.
    """
    waiting = {package_id: len(_known(graph, package_id)) for package_id in graph}
    dependents = _dependents(graph)
    found = []
    wave = sorted((each for each, count in waiting.items() if count == 0), key=natural)
    while wave:
        found.append(tuple(wave))
        freed = []
        for package_id in wave:
            for dependent in dependents[package_id]:
                waiting[dependent] -= 1
                if waiting[dependent] == 0:
                    freed.append(dependent)
        wave = sorted(freed, key=natural)
    return tuple(found)


def order(graph: Graph) -> tuple[str, ...]:
    """Returns the ids with every dependency before what needs it, without those in no wave."""
    return tuple(package_id for wave in waves(graph) for package_id in wave)


def remaining_path_minutes(
    graph: Graph, estimates: Estimates, finished: Collection[str] = ()
) -> dict[str, int]:
    """Returns for each unfinished id the minutes of the longest way from its start to the end.

    The way goes through dependents that are not finished. An id without an estimate counts
    DEFAULT_ESTIMATE_MINUTES; one that a cycle keeps from any order counts alone.
    """
    return {each: minutes for each, (minutes, _) in _ways(graph, estimates, finished).items()}


def critical_path(
    graph: Graph, estimates: Estimates, finished: Collection[str] = ()
) -> tuple[str, ...]:
    """Returns the ids of the longest unfinished way, first to last."""
    ways = _ways(graph, estimates, finished)
    step = _longest(ways, ways)
    path = []
    while step is not None:
        path.append(step)
        step = ways[step][1]
    return tuple(path)


def cycles(graph: Graph) -> tuple[Cycle, ...]:
    """Returns one Cycle for each group of ids that wait for each other or for themselves."""
    found = []
    for members in _strong_components(graph):
        first = members[0]
        if len(members) > 1 or first in graph[first]:
            found.append(Cycle(members, _shortest_way_round(graph, first, set(members))))
    return tuple(sorted(found, key=lambda cycle: natural(cycle.members[0])))


def _known(graph: Graph, package_id: str) -> list[str]:
    known = {dependency for dependency in graph[package_id] if dependency in graph}
    return sorted(known, key=natural)


def _dependents(graph: Graph) -> dict[str, list[str]]:
    dependents: dict[str, list[str]] = {package_id: [] for package_id in graph}
    for package_id in graph:
        for dependency in _known(graph, package_id):
            dependents[dependency].append(package_id)
    return dependents


def _ways(
    graph: Graph, estimates: Estimates, finished: Collection[str]
) -> dict[str, tuple[int, str | None]]:
    """Returns for each unfinished id the minutes of its longest way and the next step on it."""
    done = set(finished)
    ways: dict[str, tuple[int, str | None]] = {
        each: (estimates.get(each) or DEFAULT_ESTIMATE_MINUTES, None)
        for each in graph
        if each not in done
    }
    dependents = _dependents(graph)
    for package_id in reversed(order(graph)):
        step = _longest((each for each in dependents[package_id] if each in ways), ways)
        if package_id in ways and step is not None:
            ways[package_id] = (ways[package_id][0] + ways[step][0], step)
    return ways


def _longest(ids: Iterable[str], ways: Mapping[str, tuple[int, str | None]]) -> str | None:
    return min(ids, key=lambda each: (-ways[each][0], natural(each)), default=None)


def _strong_components(graph: Graph) -> list[tuple[str, ...]]:
    """Returns the groups of ids that reach each other (Kosaraju's algorithm)."""
    dependents = _dependents(graph)
    placed: set[str] = set()
    components = []
    for package_id in reversed(_finish_order(graph)):
        if package_id not in placed:
            members = _reach(dependents, package_id, placed)
            components.append(tuple(sorted(members, key=natural)))
    return components


def _finish_order(graph: Graph) -> list[str]:
    """Returns the ids in the order in which a depth-first walk leaves them."""
    seen: set[str] = set()
    left = []
    for root in sorted(graph, key=natural):
        stack = [] if root in seen else [(root, iter(_known(graph, root)))]
        seen.add(root)
        while stack:
            package_id, remaining = stack[-1]
            following = next((each for each in remaining if each not in seen), None)
            if following is None:
                left.append(package_id)
                stack.pop()
            else:
                seen.add(following)
                stack.append((following, iter(_known(graph, following))))
    return left


def _reach(edges: Mapping[str, list[str]], start: str, placed: set[str]) -> list[str]:
    """Returns what can be reached from the start without the placed ids, and places it."""
    placed.add(start)
    reached = [start]
    for package_id in reached:
        for following in edges[package_id]:
            if following not in placed:
                placed.add(following)
                reached.append(following)
    return reached


def _shortest_way_round(graph: Graph, start: str, members: set[str]) -> tuple[str, ...]:
    """Returns the shortest path of dependencies from the start back to it."""
    came_from: dict[str, str] = {}
    queue = [start]
    for package_id in queue:
        for dependency in _known(graph, package_id):
            if dependency in members and dependency not in came_from:
                came_from[dependency] = package_id
                queue.append(dependency)
        if start in came_from:
            break
    path = [start, came_from[start]]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return tuple(reversed(path))

"""Owns what must hold between the work packages of one feature: the rules on dependencies.

What one file says by itself is judged where files are read; here the files have been read and
only their relations are left.
"""

from __future__ import annotations

from spec_kitty.domain.planning import graph
from spec_kitty.domain.planning.plan import PlannedPackage, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_SHOWN_IN_A_PATH = 12


def dependency_problems(
    packages: Sequence[PlannedPackage], lines: Mapping[str, Mapping[str, int]]
) -> tuple[Problem, ...]:
    """Checks the dependencies of a whole feature.

    `lines` says for each package id on which line of its file each dependency stands.
    """
    by_id = {package.id: package for package in packages}
    edges = {package.id: package.dependencies for package in packages}

    def problem(package_id: str, dependency: str, message: str) -> Problem:
        line = lines.get(package_id, {}).get(dependency)
        return Problem(by_id[package_id].path, line, message, "error", package_id)

    found = [
        problem(package_id, dependency, _unknown(dependency))
        for package_id, dependency in graph.unknown(edges)
    ]
    for package_id in by_id:
        if package_id in edges[package_id]:
            message = f"{package_id} depends on itself. Remove it from its own dependencies."
            found.append(problem(package_id, package_id, message))
    found.extend(
        problem(package_id, dependency, message)
        for package_id, dependency, message in _circular(edges)
    )
    return tuple(found)


def _unknown(dependency: str) -> str:
    return (
        f"The dependency {dependency} is not a work package of this feature. "
        f"Correct it, or add tasks/{dependency}-<name>.md."
    )


def _circular(edges: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str, str]]:
    """Yields each member of a cycle, its dependency inside the cycle, and the message."""
    for cycle in graph.cycles(edges):
        members = set(cycle.members)
        if len(members) == 1:
            continue
        message = (
            f"These work packages wait for each other: {_shown(cycle.path)}. "
            "Remove one of these dependencies."
        )
        for member in cycle.members:
            inside = [each for each in edges[member] if each in members and each != member]
            yield member, inside[0], message


def _shown(path: tuple[str, ...]) -> str:
    if len(path) > _SHOWN_IN_A_PATH:
        path = (*path[: _SHOWN_IN_A_PATH - 2], f"({len(path) - _SHOWN_IN_A_PATH} more)", path[-1])
    return " -> ".join(path)

"""Owns which work packages of a plan could meet: run at the same time and change the same file.

Two could run at the same time when neither depends on the other, however far away. Sets of work
packages are numbers here, one bit for each in natural order, so that a thousand that own the
same files cost a thousand steps and not a million. It does not know lanes: callers give the
graph of what is still to be done.
"""

from __future__ import annotations

from spec_kitty.domain.planning.graph import natural, order
from spec_kitty.domain.planning.ownership import meetings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spec_kitty.domain.planning.graph import Graph


def encounters(graph: Graph, owned_files: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    """Yields each pair that could meet, both pair and pairs in natural order.

    What a cycle keeps from any order meets nothing.
    """
    # Each with what it needs, after all of that.
    needs = {each: [need for need in graph[each] if need in graph] for each in order(graph)}
    ids = sorted(needs, key=natural)
    met = meetings([owned_files[each] for each in ids])
    bound = _bound(needs, {each: 1 << place for place, each in enumerate(ids)})
    for place, each in enumerate(ids):
        later = (met[place] & ~bound[each]) >> (place + 1)
        while later:
            lowest = later & -later
            yield each, ids[place + lowest.bit_length()]
            later ^= lowest


def _bound(needs: dict[str, list[str]], bits: Mapping[str, int]) -> dict[str, int]:
    """Returns for each id all that it depends on and all that depends on it."""
    before = dict.fromkeys(needs, 0)
    after = dict.fromkeys(needs, 0)
    for each in needs:
        for need in needs[each]:
            before[each] |= before[need] | bits[need]
    for each in reversed(needs):
        for need in needs[each]:
            after[need] |= after[each] | bits[each]
    return {each: before[each] | after[each] for each in needs}

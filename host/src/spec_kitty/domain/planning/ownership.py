"""Owns whether two work packages may touch the same file, judged by their `owned_files`.

The answer is advice: a wrong yes makes a work package wait although it need not, a wrong no
lets two run that will meet in the merge. So it is rough and fast, and errs towards yes. A
pattern is anchored at the top of the repository and cut at its first wildcard (`*`, `?`, `[`,
`{`); what is left must agree with the other pattern's rest, one being the beginning of the
other. Two patterns without wildcards meet when they are equal or one is a folder that holds
the other. So `src/*.py` and `src/*.md` are said to meet, `src/api` and `src/apiary` are not.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Stem = tuple[str, str]

_WILDCARDS = "*?[{"


def overlaps(first: Sequence[str], second: Sequence[str]) -> tuple[tuple[str, str], ...]:
    """Returns the pairs of patterns, one from each list, that may name the same file."""
    return tuple(
        [
            (pattern, other)
            for pattern in first
            for other in second
            if _meet(_stem(pattern), _stem(other))
        ]
    )


def meetings(owned: Sequence[Sequence[str]]) -> list[int]:
    """Returns for each list of patterns the lists that it overlaps, itself included.

    They are the bits of a number, the first list's the lowest. No two lists are compared: each
    pattern finds what lies in it among all the patterns in order.
    """
    owners: dict[Stem, list[int]] = {}
    for place, patterns in enumerate(owned):
        for pattern in patterns:
            owners.setdefault(_stem(pattern), []).append(place)
    stems = sorted(owners)
    met = [0] * len(owned)
    for stem in stems:
        above, below = _bits(owners[stem]), 0
        for other in _within(stem, stems):
            below |= _bits(owners[other])
            for place in owners[other]:
                met[place] |= above
        for place in owners[stem]:
            met[place] |= below
    return met


def _within(stem: Stem, stems: Sequence[Stem]) -> Iterator[Stem]:
    """Yields the stem, and those of the sorted stems that lie in it."""
    yield stem
    inside = stem[1]
    for place in range(bisect_left(stems, (inside, "")), len(stems)):
        other = stems[place]
        if not other[0].startswith(inside):
            return
        if other != stem:
            yield other


def _bits(places: Iterable[int]) -> int:
    bits = 0
    for place in places:
        bits |= 1 << place
    return bits


# A feature compares the same few patterns with each other again and again.
@lru_cache(maxsize=8192)
def _stem(pattern: str) -> Stem:
    """Returns how every path begins that the pattern names, and how those in it begin.

    The two differ only for a pattern without wildcards: `src/a` may be a file or a folder.
    """
    path = pattern.strip()
    while path.startswith(("./", "/")):
        path = path[path.index("/") + 1 :]
    ends = [place for place in map(path.find, _WILDCARDS) if place >= 0]
    if ends:
        stem = path[: min(ends)]
        return stem, stem
    path = path.rstrip("/")
    return ("", "") if path in ("", ".") else (path, f"{path}/")


def _meet(one: Stem, other: Stem) -> bool:
    stem, inside = one
    other_stem, other_inside = other
    return stem.startswith(other_inside) or other_stem.startswith(inside) or stem == other_stem

"""Owns whether two work packages may touch the same file, judged by their `owned_files`.

The answer is advice: a wrong yes makes a work package wait although it need not, a wrong no
lets two run that will meet in the merge. So it is rough and fast, and errs towards yes. A
pattern is anchored at the top of the repository and cut at its first wildcard (`*`, `?`, `[`,
`{`); what is left must agree with the other pattern's rest, one being the beginning of the
other. Two patterns without wildcards meet when they are equal or one is a folder that holds
the other. So `src/*.py` and `src/*.md` are said to meet, `src/api` and `src/apiary` are not.
"""

from __future__ import annotations

from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

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


# A feature compares the same few patterns with each other again and again.
@lru_cache(maxsize=8192)
def _stem(pattern: str) -> tuple[str, str]:
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


def _meet(one: tuple[str, str], other: tuple[str, str]) -> bool:
    stem, inside = one
    other_stem, other_inside = other
    return stem.startswith(other_inside) or other_stem.startswith(inside) or stem == other_stem

"""Owns that what moves nothing is done again where git deleted what it had just written."""

from __future__ import annotations

from spec_kitty.application.ports import ObjectsVanished

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeVar

    _Result = TypeVar("_Result")

# A prune passes each folder of objects once, so that writing them again soon succeeds.
_TRIES = 3


def written_again(act: Callable[[], _Result]) -> _Result:
    """Acts until nothing vanishes meanwhile. Raises ObjectsVanished in the end."""
    for _ in range(_TRIES - 1):
        try:
            return act()
        except ObjectsVanished:
            continue
    return act()

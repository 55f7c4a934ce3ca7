"""Owns how much of the promises' tables is tried: a sample, or what SPEC_KITTY_PROMISES says.

`all` tries every case, a number every so manyth of them, from the first on.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

T = TypeVar("T")

# Read at once: tests run without the variables of the machine.
_SAID = os.environ.get("SPEC_KITTY_PROMISES", "")
# Zero where a sample is tried.
STRIDE = 1 if _SAID == "all" else int(_SAID or 0)


def some(everything: Iterable[T], *sample: T) -> list[T]:
    """Returns the sample, or as much of everything as is asked for."""
    return list(everything)[::STRIDE] if STRIDE else list(sample)

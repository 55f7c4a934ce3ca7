"""Owns what a benchmark found: a figure with its spread, and the budget it is held against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """Is one measured line: `value` in `unit`, and the lowest and highest of its usual values.

    A value beside a budget holds up to it; with `is_rate` from it on. Without a budget it is
    reported only.
    """

    name: str
    value: float
    unit: str = "x"
    budget: float | None = None
    note: str = ""
    spread: tuple[float, float] | None = None
    is_rate: bool = False

    @property
    def is_over(self) -> bool:
        if self.budget is None:
            return False
        return self.value < self.budget if self.is_rate else self.value > self.budget

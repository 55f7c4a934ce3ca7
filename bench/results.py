"""Owns what a benchmark found: a figure, and the budget it is held against."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Result:
    """Is one measured line. A ratio beside a budget passes up to it, a rate from it on."""

    name: str
    value: float
    unit: str = "x"
    budget: float | None = None
    note: str = ""

    @property
    def is_over(self) -> bool:
        if self.budget is None:
            return False
        return self.value > self.budget if self.unit == "x" else self.value < self.budget

"""Owns what a command costs: the CPU time of its process and of every child that it waits for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median, quantiles

from results import Result

SPEC_KITTY = str(Path(sys.executable).with_name("spec-kitty"))
ORCHESTRATOR = str(Path(sys.executable).with_name("spec-kitty-orchestrator"))
FLOOR = (sys.executable, "-I", "-c", "pass")


class CommandFailed(Exception):
    """A measured command did not end with success."""


def cpu_seconds(argv: Sequence[str], env: Mapping[str, str]) -> float:
    """Runs a command to its end and returns its user and system time. Raises CommandFailed."""
    actions = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    child = os.posix_spawn(argv[0], list(argv), env, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    if status != 0:
        raise CommandFailed(f"{' '.join(argv)} ended with {os.waitstatus_to_exitcode(status)}")
    return usage.ru_utime + usage.ru_stime


class Ledger:
    """Collects costs by name, beside those of the floor; early rounds only warm up."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self._env = env
        self._costs: dict[str, list[float]] = {}
        self.is_counting = False

    def spend(self, name: str, argv: Sequence[str]) -> None:
        """Runs a command and books what it cost."""
        seconds = cpu_seconds(argv, self._env)
        if self.is_counting:
            self._costs.setdefault(name, []).append(seconds)

    def spend_floor(self) -> None:
        self.spend("floor", FLOOR)

    def milliseconds(self, name: str) -> float:
        """Returns the median cost of a command."""
        return median(self._costs[name]) * 1000

    def in_floors(self, name: str, budget: float | None, note: str = "") -> Result:
        """Returns how many floors a command costs, by medians; the spread is its middle half."""
        said = f"{self.milliseconds(name):.1f} ms CPU{note}"
        return self._ratio(name, name, "floor", budget, said)

    def compared(self, what: str, name: str, other: str, budget: float | None) -> Result:
        """Returns how many times another command's cost this one costs."""
        said = f"{self.milliseconds(name):.1f} / {self.milliseconds(other):.1f} ms CPU"
        return self._ratio(what, name, other, budget, said)

    def _ratio(self, what: str, name: str, other: str, budget: float | None, note: str) -> Result:
        unit = median(self._costs[other])
        low, middle, high = (each / unit for each in quantiles(self._costs[name], n=4))
        return Result(what, middle, "x", budget, note, (low, high))

    @property
    def names(self) -> list[str]:
        return [name for name in self._costs if name != "floor"]

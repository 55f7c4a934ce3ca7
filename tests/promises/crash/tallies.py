"""Counts what became of the points, by command and by kind of call, and prints the table."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

import pytest

from crash.points import Point

PROPERTY = "crash points"
_TRIED, _LOST = "tried", "lost"


@dataclass
class Tally:
    """Is what became of the points of one scene. `told` says of each lost one what was lost."""

    scene: str
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    def add(self, point: Point, losses: list[str]) -> None:
        kind = f"{point.how}, {point.place.kind}"
        self.counts[kind, _TRIED] += 1
        if losses:
            self.counts[kind, _LOST] += 1
            self.told.append("\n    ".join([str(point), *losses]))

    def as_text(self) -> str:
        return json.dumps([self.scene, [[*key, count] for key, count in self.counts.items()]])


def show(reporter: pytest.TerminalReporter) -> None:
    """Writes the table of all scenes of a run; nothing if there was none."""
    scenes: Counter[tuple[str, str]] = Counter()
    kinds: Counter[tuple[str, str]] = Counter()
    for report in [*reporter.stats.get("passed", ()), *reporter.stats.get("failed", ())]:
        for name, text in report.user_properties:
            if name == PROPERTY and report.when == "call":
                scene, counts = json.loads(text)
                for kind, what, count in counts:
                    scenes[scene, what] += count
                    kinds[kind, what] += count
    if scenes:
        reporter.section("crash matrix: points tried, survived, lost")
        for counter in (scenes, kinds):
            _show(reporter, counter)


def _show(reporter: pytest.TerminalReporter, counter: Counter[tuple[str, str]]) -> None:
    names = sorted({name for name, _ in counter})
    for name in names:
        _line(reporter, name, counter[name, _TRIED], counter[name, _LOST])
    tried = sum(counter[name, _TRIED] for name in names)
    _line(reporter, "all", tried, sum(counter[name, _LOST] for name in names))


def _line(reporter: pytest.TerminalReporter, name: str, tried: int, lost: int) -> None:
    reporter.write_line(f"{name:34} {tried:6} {tried - lost:6} {lost:6}", red=lost > 0)

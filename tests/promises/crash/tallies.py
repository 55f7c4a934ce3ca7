"""Counts what became of the points, by command and by kind of call, and prints the table."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field

import pytest

from crash.points import Point

PROPERTY = "crash points"
_TRIED, _LOST, _EQUAL = "tried", "lost", "equal"


@dataclass
class Tally:
    """Is what became of the points of one scene. `told` says of each lost one what was lost."""

    scene: str
    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    told: list[str] = field(default_factory=list)

    @property
    def tried(self) -> int:
        return sum(count for (_, what), count in self.counts.items() if what == _TRIED)

    def leave_out(self, points: list[Point]) -> None:
        """Counts points for which equal ones were tried."""
        self.counts.update((_kind(point), _EQUAL) for point in points)

    def add(self, point: Point, losses: list[str]) -> None:
        self.counts[_kind(point), _TRIED] += 1
        if losses:
            self.counts[_kind(point), _LOST] += 1
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
        reporter.section("crash matrix: points tried, survived, lost; equal to one that was tried")
        for counter in (scenes, kinds):
            _show(reporter, counter)


def _kind(point: Point) -> str:
    return f"{point.how}, {point.place.kind}"


def _show(reporter: pytest.TerminalReporter, counter: Counter[tuple[str, str]]) -> None:
    names = sorted({name for name, _ in counter})
    for name in names:
        _line(reporter, name, *(counter[name, what] for what in (_TRIED, _LOST, _EQUAL)))
    all_of = (sum(counter[name, what] for name in names) for what in (_TRIED, _LOST, _EQUAL))
    _line(reporter, "all", *all_of)


def _line(reporter: pytest.TerminalReporter, name: str, tried: int, lost: int, equal: int) -> None:
    line = f"{name:34} {tried:6} {tried - lost:6} {lost:6} {equal:6}"
    reporter.write_line(line, red=lost > 0)

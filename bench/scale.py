"""Owns how much a benchmark measures: thoroughly by default, less with --quick."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scale:
    """Says how often and how large; the median is taken over `rounds`."""

    rounds: int
    warm_up_rounds: int
    few_events: int
    many_events: int
    written_events: int
    packages: int
    features: int
    files: int
    integrations: int
    writing_seconds: float
    idle_seconds: float


FULL = Scale(
    rounds=24,
    warm_up_rounds=3,
    few_events=100,
    many_events=100_000,
    written_events=10_000,
    packages=1_000,
    features=200,
    files=50_000,
    integrations=50,
    writing_seconds=6.0,
    idle_seconds=10.0,
)
QUICK = Scale(
    rounds=8,
    warm_up_rounds=1,
    few_events=100,
    many_events=10_000,
    written_events=1_000,
    packages=1_000,
    features=200,
    files=5_000,
    integrations=10,
    writing_seconds=2.0,
    idle_seconds=3.0,
)

"""Owns the command line of the benchmarks: which there are, and in which order they run.

    bench/run.py                all of them
    bench/run.py reads changes  these
    bench/run.py --quick        fewer repetitions, smaller journals

Figures are ratios to `python -I -c pass`, measured in the same run, so that a slow or busy
machine changes both sides. They are reports: nothing fails when a budget is exceeded.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable
from contextlib import chdir
from pathlib import Path

from benchmarks import (
    changes,
    events,
    features,
    idle,
    integrations,
    journal_sizes,
    makespans,
    packages,
    reads,
    verification,
    workspaces,
    writers,
)
from report import print_head, print_lines, print_summary
from results import Result
from scale import FULL, QUICK, Scale

BENCHMARKS: dict[str, Callable[[Path, Scale], list[Result]]] = {
    "reads": reads.measure,
    "changes": changes.measure,
    "events": events.measure,
    "packages": packages.measure,
    "features": features.measure,
    "writers": writers.measure,
    "runs": makespans.measure,
    "integrations": integrations.measure,
    "workspaces": workspaces.measure,
    "journals": journal_sizes.measure,
    "verify": verification.measure,
    "idle": idle.measure,
}


def main() -> None:
    """Runs what the command line names and prints a table for each."""
    options = _options()
    scale = QUICK if options.quick else FULL
    started = time.monotonic()
    results: list[Result] = []
    print_head()
    for name in options.names or BENCHMARKS:
        with tempfile.TemporaryDirectory(prefix="spec-kitty-bench-") as folder, chdir(folder):
            measured = BENCHMARKS[name](Path(folder), scale)
        print_lines(name, measured)
        results += measured
    print_summary(results, time.monotonic() - started)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench/run.py", description="Measures the budgets.")
    parser.add_argument("names", nargs="*", metavar="BENCHMARK", help=", ".join(BENCHMARKS))
    parser.add_argument("--quick", action="store_true", help="smaller, in under a minute")
    options = parser.parse_args()
    unknown = [name for name in options.names if name not in BENCHMARKS]
    if unknown:
        parser.error(f"there is no benchmark {unknown[0]!r}; there is {', '.join(BENCHMARKS)}")
    return options


if __name__ == "__main__":
    main()

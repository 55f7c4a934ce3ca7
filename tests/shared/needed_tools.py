"""Owns what becomes of tests that need a program, or a right, which not every machine has.

They are skipped, and said to be skipped in the last lines of the run; with
SPEC_KITTY_REQUIRE_TOOLS=1, as on the build server, they fail.
"""

from __future__ import annotations

import os
import shutil

import pytest

_SKIPPED = "NOT TESTED: "
# Read at once: tests run without the variables of the machine.
_ARE_REQUIRED = os.environ.get("SPEC_KITTY_REQUIRE_TOOLS") == "1"


def need(*programs: str) -> None:
    """Skips the test that runs, or fails it, if one of the programs is missing."""
    missing = [program for program in programs if shutil.which(program) is None]
    if not missing:
        return
    if _ARE_REQUIRED:
        pytest.fail(f"{', '.join(missing)}: not installed, and SPEC_KITTY_REQUIRE_TOOLS is set")
    pytest.skip(f"{_SKIPPED}{', '.join(missing)} is not installed")


def need_right(what: str, is_given: bool) -> None:
    """Skips the test that runs if this machine does not let it do something.

    It fails nowhere for that: what a container forbids, nobody can install.
    """
    if not is_given:
        pytest.skip(f"{_SKIPPED}this machine does not let us {what}")


def tell_skipped(reporter: pytest.TerminalReporter) -> None:
    """Says in the last lines of a run what was missing, and for how many tests."""
    counts: dict[str, int] = {}
    for report in reporter.stats.get("skipped", ()):
        reason = str(report.longrepr[2]) if isinstance(report.longrepr, tuple) else ""
        if _SKIPPED in reason:
            missing = reason.partition(_SKIPPED)[2]
            counts[missing] = counts.get(missing, 0) + 1
    for missing, count in sorted(counts.items()):
        reporter.write_sep("!", f"{count} tests SKIPPED: {missing}", red=True)

"""Owns the door for people: `spec-kitty` as they type it at a terminal."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from spec_kitty.application.host import Host


def run_for_people(arguments: list[str], open_host: Callable[[], Host]) -> int:
    """Runs one command line and returns its exit status: 0, 1 (refused or failed) or 2 (usage)."""
    from spec_kitty.doors.cli.program import run

    return run(arguments, open_host)

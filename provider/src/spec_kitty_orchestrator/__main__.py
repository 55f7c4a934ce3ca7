"""Starts the command `spec-kitty-orchestrator`."""

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from spec_kitty_orchestrator.cli.office import Office


def main() -> int:
    from spec_kitty_orchestrator.cli.program import main as run_program

    return run_program(_open_office)


def _open_office() -> "Office":
    from spec_kitty_orchestrator.wiring import open_office

    return open_office()


if __name__ == "__main__":
    sys.exit(main())

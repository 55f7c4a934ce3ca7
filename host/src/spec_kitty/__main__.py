"""Owns the start of the program: which door a call goes through.

The contract door is chosen before anything for people is imported.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.host import Host


_INTERRUPTED = 130


def main() -> None:
    """Runs the command line of this process and exits with its status."""
    try:
        _run(sys.argv[1:])
    except KeyboardInterrupt:
        # Also while modules are imported: with a bare write, as nothing else may be there yet.
        os.write(2, b"Interrupted. Nothing is lost: 'spec-kitty status' says how far it got.\n")
        sys.exit(_INTERRUPTED)


def _run(arguments: list[str]) -> None:
    if arguments[:1] == ["orchestrator-api"]:
        _answer(arguments[1:])
    from spec_kitty.doors.cli import run_for_people

    sys.exit(run_for_people(arguments, _open_host))


def _answer(words: list[str]) -> None:
    """Answers one call of a program and ends the process at once.

    The call lives for milliseconds: collecting garbage meanwhile, and taking the interpreter
    apart afterwards, would cost a tenth of it each (docs/adr/0003-hand-dispatched-door.md).
    """
    import gc

    gc.disable()
    from spec_kitty.doors.api import run

    status = run(words, _open_host)
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()
    os._exit(status)


def _open_host() -> Host:
    from spec_kitty.wiring import open_host

    return open_host()


if __name__ == "__main__":
    main()

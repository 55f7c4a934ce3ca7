"""Owns the contract door: words in, exactly one JSON object on stdout, an exit status.

Whatever happens, a defect of our own included, the answer is an envelope; everything else goes
to stderr. This is the process's only broad handler.
"""

from __future__ import annotations

import os
import sys

from spec_kitty.application.clock import timestamp
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.doors.commands import command_named
from spec_kitty.doors.envelope import correlation_id, envelope
from spec_kitty.doors.reading import read_arguments, unknown_command

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from spec_kitty.application.host import Host
    from spec_kitty.doors.commands import Command

OK, FAILED, USAGE = 0, 1, 2


def run(words: Sequence[str], open_host: Callable[[], Host]) -> int:
    """Answers one call and returns the process's exit status: 0, 1 or 2."""
    command = command_named(words[0]) if words else None
    name = command.name if command else "unknown"
    correlation = correlation_id()
    try:
        status, line = _answer(command, words, open_host, correlation)
    except Refusal as refusal:
        status = USAGE if refusal.code is ErrorCode.USAGE_ERROR else FAILED
        line = _refused(name, refusal, correlation)
    except Exception as error:
        from spec_kitty.doors.defects import told_of

        status, line = FAILED, _refused(name, told_of(error, correlation), correlation)
    except KeyboardInterrupt:
        status, line = FAILED, _refused(name, _interrupted(), correlation)
    if line:
        _print(line)
    return status


def _answer(
    command: Command | None,
    words: Sequence[str],
    open_host: Callable[[], Host],
    correlation: str,
) -> tuple[int, str]:
    """Returns exit status and envelope of a success; the stream has written its own lines."""
    if command is None:
        raise unknown_command(words[0] if words else None)
    arguments = read_arguments(command, words[1:])
    if command.name == "watch":
        from spec_kitty.doors.watch import watch

        return watch(arguments, open_host(), _print), ""
    from spec_kitty.doors.handlers import handle

    data = handle(command, arguments, open_host)
    return OK, envelope(command.name, timestamp(), data, None, correlation)


def _refused(name: str, refusal: Refusal, correlation: str) -> str:
    data: dict[str, Any] = {"message": refusal.message, **refusal.facts}
    return envelope(name, timestamp(), data, refusal.code.value, correlation)


def _interrupted() -> Refusal:
    return Refusal(
        ErrorCode.INTERNAL_ERROR,
        "The call was interrupted. Read the state to see whether it took effect.",
    )


def _print(line: str) -> bool:
    """Writes a line at once; False where stdout is closed or its reader has gone."""
    if sys.stdout is None:
        return False
    try:
        sys.stdout.write(line + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return False
    return True

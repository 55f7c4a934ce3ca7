"""Asks a program one thing: starts it, gives it no input, reads what it prints, within a bound."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from spec_kitty_orchestrator.adapters.processes.kept import KeptProcess, start_kept

_GRACE_SECONDS = 0.5
_MAX_CHARACTERS = 1 << 16


@dataclass(frozen=True, slots=True)
class Told:
    """Is what a program printed; `status` None: it did not end in time."""

    status: int | None
    output: str
    errors: str


async def ask(
    argv: Sequence[str], folder: Path, environment: Mapping[str, str], within_seconds: float
) -> Told:
    """Returns what a program tells. Raises OSError where it cannot be started."""
    process = await start_kept(argv, folder, environment)
    output, status = "", None
    try:
        process.close()
        async with asyncio.timeout(within_seconds):
            output = await _read(process)
            status = await process.exit_status()
    except TimeoutError:
        pass
    finally:
        await process.end(_GRACE_SECONDS)
    if process.trouble.done():
        raise OSError(process.trouble.result().message)
    return Told(status, output, process.errors())


async def _read(process: KeptProcess) -> str:
    output = ""
    async for line in process.lines():
        if len(output) < _MAX_CHARACTERS:
            output += f"{line}\n"
    return output

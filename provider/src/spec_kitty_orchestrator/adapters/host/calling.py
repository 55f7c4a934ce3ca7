"""Owns how the host is called: a command, one JSON envelope, and what is wrong with it if it is.

The host is looked for beside this program first, so that both parts of one installation meet.
"""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import sys
from collections.abc import AsyncIterator, Mapping
from pathlib import Path

from spec_kitty_orchestrator.adapters.processes.environment import RUN
from spec_kitty_orchestrator.ports import HostRefused

COMMAND = "spec-kitty"
# An answer of the host is one line; a state of a thousand work packages is about a megabyte.
MAX_LINE = 64 * 1024 * 1024
# What a change under way gets to end when the run does not wait for it any more.
_LET_THROUGH_SECONDS = 10.0
# What a stream gets to end when it is told to.
_END_SECONDS = 3.0
_ENV = "SPEC_KITTY"

Data = Mapping[str, object]


def host_command(environment: Mapping[str, str]) -> str:
    """Returns the host's program. Raises HostRefused if there is none."""
    named = environment.get(_ENV)
    beside = Path(sys.executable).parent / COMMAND
    found = named or (str(beside) if beside.is_file() else shutil.which(COMMAND))
    if found is None or not (os.access(found, os.X_OK) or shutil.which(found)):
        raise HostRefused(
            "HOST_UNAVAILABLE",
            f"The host '{named or COMMAND}' is not installed, or not on the PATH. Install the"
            f" distribution spec-kitty, or set {_ENV} to the program.",
        )
    return found


class Calls:
    """Calls one host's commands in one folder."""

    def __init__(
        self, command: str, folder: Path, environment: Mapping[str, str], run_id: str = ""
    ) -> None:
        self._command = command
        self._run_id = run_id
        self._folder = folder
        self._environment = dict(environment)

    async def call(self, *words: str) -> Data:
        """Returns the data of a successful answer. Raises HostRefused."""
        process = await self._start(words, asyncio.subprocess.PIPE, self._environment)
        talk = asyncio.ensure_future(process.communicate())
        try:
            out, err = await asyncio.shield(talk)
        except asyncio.CancelledError:
            # A change under way is let through, so that its outcome is not left to chance. One
            # that takes long goes on by itself: the host ends it, and its key makes it repeatable.
            await asyncio.wait([talk], timeout=_LET_THROUGH_SECONDS)
            raise
        return read_envelope(out, err)

    async def stream(self, *words: str) -> AsyncIterator[Data]:
        """Gives the data of each envelope as it comes. Raises HostRefused.

        A stream goes on until it is ended, so it carries the run's mark: what a killed
        orchestrator leaves of it is ended with the agents that it left.
        """
        marked = {**self._environment, RUN: self._run_id}
        process = await self._start(words, asyncio.subprocess.DEVNULL, marked)
        assert process.stdout is not None
        try:
            async for line in process.stdout:
                yield read_envelope(line, b"")
        finally:
            await asyncio.shield(_end(process))

    async def _start(
        self, words: tuple[str, ...], errors: int, environment: Mapping[str, str]
    ) -> asyncio.subprocess.Process:
        try:
            return await asyncio.create_subprocess_exec(
                self._command,
                "orchestrator-api",
                *words,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=errors,
                cwd=self._folder,
                env=environment,
                limit=MAX_LINE,
                start_new_session=True,
            )
        except OSError as problem:
            raise HostRefused(
                "HOST_UNAVAILABLE",
                f"The host {self._command} could not be started: {problem}. Look whether it is"
                " installed and whether the machine has room for another process.",
            ) from None


async def _end(process: asyncio.subprocess.Process) -> None:
    """Ends a stream with all that it started: the program may be a script around the host."""
    for way in (signal.SIGTERM, signal.SIGKILL):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, way)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_END_SECONDS):
                await process.wait()
                return


def read_envelope(out: bytes, err: bytes) -> Data:
    """Returns the data of an envelope. Raises HostRefused for a refusal or no envelope."""
    try:
        answer = json.loads(out)
        data, success, code = answer["data"], answer["success"], answer["error_code"]
    except (ValueError, KeyError, TypeError):
        said = (err.strip() or out.strip()).decode(errors="replace")[-500:]
        raise HostRefused(
            "HOST_FAILED", f"The host gave no answer of the contract. It said: {said or 'nothing'}"
        ) from None
    if not isinstance(data, dict):
        raise HostRefused("HOST_FAILED", "The host's answer holds no data.")
    if success is not True:
        raise HostRefused(str(code), str(data.get("message", code)), data)
    return data

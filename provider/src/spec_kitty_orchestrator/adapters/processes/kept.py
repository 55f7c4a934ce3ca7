"""Owns a running agent as the orchestrator sees it: its streams, its silence and its end."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.adapter import Talk
from spec_kitty_orchestrator.adapters.processes.environment import MARKS
from spec_kitty_orchestrator.adapters.processes.lifeline import Lifeline
from spec_kitty_orchestrator.adapters.processes.orphans import end_marked
from spec_kitty_orchestrator.adapters.processes.streams import Heard, Input
from spec_kitty_orchestrator.adapters.processes.transcripts import Transcript
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Ending

# Agents print whole files as one line of JSON; what is longer than this comes in pieces.
MAX_LINE_BYTES = 64 << 20
_CHUNK_BYTES = 1 << 18
_TAIL_BYTES = 1 << 16
# What a keeper may need after the grace time to end what is left.
_KEEPER_SECONDS = 15.0
# When all processes are gone, what they printed last is there after a moment.
_LAST_WORDS_SECONDS = 1.0


async def start_kept(
    argv: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    transcript: Transcript | None = None,
) -> "KeptProcess":
    """Starts a program under a keeper. Raises OSError where that is impossible.

    A program that cannot be started itself is told by `KeptProcess.trouble`.
    """
    process = KeptProcess(argv, folder, environment, transcript)
    try:
        await process.connect()
    except BaseException:
        await process.end(0.0)
        raise
    return process


class KeptProcess(Talk):
    """Is an agent under its keeper; `end` has to be called whatever happens.

    `heard_at` is when it last printed something, in seconds of the monotonic clock. `trouble` is
    set by what ends an attempt from outside the conversation.
    """

    def __init__(
        self,
        argv: Sequence[str],
        folder: Path,
        environment: Mapping[str, str],
        transcript: Transcript | None,
    ) -> None:
        self.heard_at = time.monotonic()
        self.trouble: asyncio.Future[Ending] = asyncio.get_running_loop().create_future()
        self.reader = asyncio.StreamReader(limit=MAX_LINE_BYTES)
        self._transcript = transcript
        self._tail = bytearray()
        self._output = Heard(self._hear_output, self.reader)
        self._errors = Heard(self._hear_errors)
        self._input = Input()
        self._connected: list[Heard | Input] = []
        self._program = argv[0]
        self._mark = {name: environment[name] for name in MARKS if name in environment}
        self._lifeline = Lifeline(argv, folder, environment)
        self._lifeline.ended.add_done_callback(lambda _: self._check_lifeline())

    async def connect(self) -> None:
        loop = asyncio.get_running_loop()
        stdin, stdout, stderr = self._lifeline.streams
        self._connected.append(self._output)
        await loop.connect_read_pipe(lambda: self._output, stdout)
        self._connected.append(self._errors)
        await loop.connect_read_pipe(lambda: self._errors, stderr)
        self._connected.append(self._input)
        transport, _ = await loop.connect_write_pipe(lambda: self._input, stdin)
        self.writer = asyncio.StreamWriter(transport, self._input, None, loop)

    @property
    def keeper_id(self) -> int:
        """Returns the process below which all of the agent's processes are."""
        return self._lifeline.keeper.pid

    async def lines(self) -> AsyncIterator[str]:
        pending = bytearray()
        while chunk := await self.reader.read(_CHUNK_BYTES):
            *ends, rest = chunk.split(b"\n")
            for end in ends:
                pending += end
                yield pending.decode(errors="replace").removesuffix("\r")
                pending.clear()
            pending += rest
            if len(pending) > MAX_LINE_BYTES:
                yield pending.decode(errors="replace")
                pending.clear()
        if pending:
            yield pending.decode(errors="replace")

    async def send(self, text: str) -> None:
        try:
            self.writer.write(text.encode(errors="replace"))
            await self.writer.drain()
        except ConnectionError:
            return  # It is gone, which shows at the end of what it prints.

    def close(self) -> None:
        self._input.close()

    async def exit_status(self) -> int:
        return await asyncio.shield(self._lifeline.ended)

    def errors(self) -> str:
        return self._tail.decode(errors="replace")

    async def end(self, grace_seconds: float) -> None:
        """Ends the agent with all that it started, and closes what leads to it."""
        self.close()
        self.hasten(grace_seconds)
        ended = self._lifeline.ended
        await asyncio.wait([ended], timeout=grace_seconds + _KEEPER_SECONDS)
        if not ended.done():
            self._lifeline.keeper.kill()
            await asyncio.wait([ended])
        if self._lifeline.is_lost and len(self._mark) == len(MARKS):
            await asyncio.to_thread(end_marked, self._mark)
        await self._close_streams()

    def hasten(self, grace_seconds: float) -> None:
        """Asks for the end within so many seconds, if it is not to come sooner anyway."""
        self._lifeline.ask_end(grace_seconds)

    async def _close_streams(self) -> None:
        reading = [stream for stream in self._connected if stream is not self._input]
        await _closed(reading)
        for stream in self._connected:
            stream.abandon()
        await _closed(self._connected)
        for pipe in self._lifeline.streams:
            pipe.close()

    def _hear_output(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        if self._transcript:
            self._transcript.keep_output(data)
            self._check_transcript(self._transcript)

    def _hear_errors(self, data: bytes) -> None:
        self.heard_at = time.monotonic()
        self._tail += data
        del self._tail[:-_TAIL_BYTES]
        if self._transcript:
            self._transcript.keep_errors(data)
            self._check_transcript(self._transcript)

    def _check_transcript(self, transcript: Transcript) -> None:
        if transcript.problem:
            self._report_trouble(Failure.CRASH, transcript.problem)

    def _check_lifeline(self) -> None:
        failure = self._lifeline.failure
        if failure is not None:
            reason = os.strerror(failure)
            self._report_trouble(
                Failure.LAUNCH, f"{self._program} cannot be started: {reason}. Check its command."
            )
        elif self._lifeline.is_lost:
            self._report_trouble(
                Failure.CRASH, "The process that keeps the agent was ended from outside."
            )

    def _report_trouble(self, failure: Failure, message: str) -> None:
        if not self.trouble.done():
            self.trouble.set_result(Ending(failure, message))


async def _closed(streams: Sequence[Heard | Input]) -> None:
    """Waits until streams are closed, for a bounded time."""
    waits = [asyncio.ensure_future(stream.closed.wait()) for stream in streams]
    if waits:
        _, late = await asyncio.wait(waits, timeout=_LAST_WORDS_SECONDS)
        for wait in late:
            wait.cancel()

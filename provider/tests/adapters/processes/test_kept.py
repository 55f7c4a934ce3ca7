from __future__ import annotations

import asyncio
import os
import signal
import sys
import uuid
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import pytest

from living import end_living, living
from spec_kitty_orchestrator.adapters.processes.kept import KeptProcess, start_kept
from spec_kitty_orchestrator.adapters.processes.transcripts import Transcript
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Ending

T = TypeVar("T")
SECONDS = 30.0


def run(work: Coroutine[object, object, T]) -> T:
    return asyncio.run(asyncio.wait_for(work, SECONDS))


@pytest.fixture
def word() -> Iterator[str]:
    word = f"kept-{uuid.uuid4().hex}"
    yield word
    end_living(word)


@asynccontextmanager
async def kept(folder: Path, *argv: str, **variables: str) -> AsyncIterator[KeptProcess]:
    """Gives a kept process with a transcript `a`, and checks that it leaves nothing open."""
    open_before = set(os.listdir("/proc/self/fd"))
    transcript = Transcript(folder, "a")
    process = await start_kept(argv, folder, {**os.environ, **variables}, transcript)
    try:
        yield process
    finally:
        await process.end(0.0)
        transcript.close()
        assert set(os.listdir("/proc/self/fd")) == open_before


async def spoken(process: KeptProcess) -> tuple[list[str], int]:
    return [line async for line in process.lines()], await process.exit_status()


def test_lines_come_as_they_are_printed_and_go_into_the_transcript(tmp_path: Path) -> None:
    async def work() -> tuple[list[str], int]:
        script = r"printf 'one\r\n\n\303\244 \377\nlast'; echo wrong >&2; exit 4"
        async with kept(tmp_path, "sh", "-c", script) as process:
            said = await spoken(process)
        assert process.errors() == "wrong\n"
        return said

    assert run(work()) == (["one", "", "ä �", "last"], 4)
    assert (tmp_path / "a.jsonl").read_bytes() == b"one\r\n\n\xc3\xa4 \xff\nlast"
    assert (tmp_path / "a.err").read_bytes() == b"wrong\n"


def test_a_line_of_twenty_megabytes_is_one_line(tmp_path: Path) -> None:
    async def work() -> list[int]:
        script = "import sys; sys.stdout.write('x' * 20_000_000 + '\\nafter\\n')"
        async with kept(tmp_path, sys.executable, "-c", script) as process:
            return [len(line) async for line in process.lines()]

    assert run(work()) == [20_000_000, 5]
    assert (tmp_path / "a.jsonl").stat().st_size == 20_000_007


def test_what_is_printed_is_in_the_transcript_before_the_agent_ends(tmp_path: Path) -> None:
    async def work() -> bytes:
        async with kept(tmp_path, "sh", "-c", "echo now; read line") as process:
            assert await anext(process.lines()) == "now"
            return (tmp_path / "a.jsonl").read_bytes()

    assert run(work()) == b"now\n"


def test_what_is_sent_arrives_whole_and_the_input_can_be_closed(tmp_path: Path) -> None:
    async def work() -> tuple[list[str], int]:
        async with kept(tmp_path, "wc", "-c") as process:
            await process.send("ä" * 1_000_000)
            process.close()
            return await spoken(process)

    assert run(work()) == (["2000000"], 0)


def test_to_write_to_an_agent_that_is_gone_is_no_error(tmp_path: Path) -> None:
    async def work() -> int:
        async with kept(tmp_path, "true") as process:
            await process.exit_status()
            for _ in range(3):
                await process.send("x" * 1_000_000)
            process.close()
            await process.send("x")
            return await process.exit_status()

    assert run(work()) == 0


def test_a_signals_number_is_negative(tmp_path: Path) -> None:
    async def work() -> int:
        async with kept(tmp_path, "sh", "-c", "kill -KILL $$") as process:
            return await process.exit_status()

    assert run(work()) == -signal.SIGKILL


def test_only_the_end_of_a_long_error_is_kept_in_memory(tmp_path: Path) -> None:
    async def work() -> str:
        script = "import sys; sys.stderr.write('x' * 1_000_000 + 'end')"
        async with kept(tmp_path, sys.executable, "-c", script) as process:
            await process.exit_status()
        return process.errors()

    errors = run(work())
    assert (len(errors), errors[-4:]) == (1 << 16, "xend")
    assert (tmp_path / "a.err").stat().st_size == 1_000_003


def test_a_program_that_is_no_program_is_trouble_at_the_launch(tmp_path: Path) -> None:
    (tmp_path / "agent").write_text("#!/nowhere/interpreter\n")
    (tmp_path / "agent").chmod(0o700)

    async def work() -> Ending:
        async with kept(tmp_path, str(tmp_path / "agent")) as process:
            return await process.trouble

    assert run(work()) == Ending(
        Failure.LAUNCH,
        f"{tmp_path}/agent cannot be started: No such file or directory. Check its command.",
    )


def test_a_full_disk_is_trouble_and_the_agent_goes_on(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").symlink_to("/dev/full")

    async def work() -> tuple[Ending, tuple[list[str], int]]:
        script = "print('x' * 300_000); print('done')"
        async with kept(tmp_path, sys.executable, "-c", script) as process:
            said = await spoken(process)
            return process.trouble.result(), said

    assert run(work()) == (
        Ending(
            Failure.CRASH,
            "The disk is full: could not keep the transcript on disk (No space left on device). "
            "Free some space, then go on.",
        ),
        (["x" * 300_000, "done"], 0),
    )


def test_the_end_of_a_process_is_the_end_of_all_that_it_started(tmp_path: Path, word: str) -> None:
    async def work() -> None:
        wild = str(Path(__file__).with_name("wild_agent.py"))
        argv = (sys.executable, wild, str(tmp_path / "away"), word, "stay")
        async with kept(tmp_path, *argv) as process:
            assert await anext(process.lines()) == "away"
            assert len(living(word)) >= 3

    run(work())
    assert living(word) == []


def test_when_a_keeper_is_killed_what_its_agent_started_is_found_by_its_mark(
    tmp_path: Path, word: str
) -> None:
    async def work() -> Ending:
        script = f"setsid sh -c ': {word}; sleep 600; true' & echo here; wait"
        marks = {"SPEC_KITTY_RUN": word, "SPEC_KITTY_ATTEMPT": "WP01-1"}
        async with kept(tmp_path, "sh", "-c", script, **marks) as process:
            assert await anext(process.lines()) == "here"
            os.kill(process.keeper_id, signal.SIGKILL)
            return await process.trouble

    message = "The process that keeps the agent was ended from outside."
    assert run(work()) == Ending(Failure.CRASH, message)
    assert living(word) == []


def test_streams_that_somebody_else_holds_open_are_closed_all_the_same(tmp_path: Path) -> None:
    async def work() -> None:
        async with kept(tmp_path, "sh", "-c", "echo $$; read line") as process:
            agent = await anext(process.lines())
            held = os.open(f"/proc/{agent}/fd/1", os.O_WRONLY)
            await process.end(0.0)
            os.close(held)

    run(work())


@pytest.mark.parametrize("steps", range(6))
def test_a_start_that_is_cancelled_leaves_nothing(tmp_path: Path, word: str, steps: int) -> None:
    async def work() -> None:
        open_before = set(os.listdir("/proc/self/fd"))
        script = f": {word}; sleep 600; true"
        starting = asyncio.create_task(start_kept(("sh", "-c", script), tmp_path, os.environ))
        for _ in range(steps):
            await asyncio.sleep(0)
        starting.cancel()
        done, _ = await asyncio.wait([starting])
        for task in done:
            if not task.cancelled():
                await task.result().end(0.0)
        assert set(os.listdir("/proc/self/fd")) == open_before

    run(work())
    assert living(word) == []

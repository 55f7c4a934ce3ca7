"""Owns `logs`: what an agent printed in an attempt, readable or as it was printed."""

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

from spec_kitty_orchestrator.cli.office import Office, RunInfo
from spec_kitty_orchestrator.domain.run.memory import Attempt, Memory, remember
from spec_kitty_orchestrator.domain.showing.telling import clock, one_line, printable
from spec_kitty_orchestrator.domain.showing.transcripts import TranscriptReader
from spec_kitty_orchestrator.ports import Unusable

LOOK_SECONDS = 0.25
# Whether a process still carries the run on is looked at every so many looks.
_LOOKS_PER_PROCESS = 20
_PIECE_BYTES = 1 << 20
# What an agent wrote to standard error is mostly noise: its end is enough.
_MOST_ERRORS = 20


@click.command()
@click.argument("package", metavar="WP")
@click.option("--feature", metavar="SLUG", help="The feature's slug; else any that has the WP.")
@click.option("--run", "run_id", metavar="RUN", help="A run; else the newest with an attempt.")
@click.option("--attempt", metavar="ID", help="An attempt; else the last.")
@click.option("--follow", is_flag=True, help="Go on as the agent prints more, until it ends.")
@click.option("--raw", is_flag=True, help="As the agent printed it.")
@click.pass_obj
def logs(
    open_office: Callable[[], Office],
    /,
    package: str,
    feature: str | None,
    run_id: str | None,
    attempt: str | None,
    follow: bool,
    raw: bool,
) -> int:
    """Show what an agent printed."""
    office = open_office()
    run, found = _find(_runs(office, feature, run_id), office, package, attempt)
    follows = follow and found.is_running and run.process is not None
    path = office.transcript(run.id, found.started.id)
    if not raw:
        click.echo(_head(run, found, office.world(run.id).clock.now()))
    pieces = _growing(path, _Attempt(office, run, found)) if follows else _whole(path)
    try:
        (_print_raw if raw else _print_readable)(pieces)
    except FileNotFoundError:
        click.echo(f"{found.started.id} has no transcript: its agent printed nothing.", err=True)
        return 0
    except KeyboardInterrupt:
        return 0
    if not raw:
        _print_errors(path.with_suffix(".err"))
    return 0


def _runs(office: Office, feature: str | None, run_id: str | None) -> list[RunInfo]:
    """Returns the runs to look in, the newest first. Raises Unusable, HostRefused."""
    runs = list(office.runs(feature))
    if not runs:
        if feature is not None:
            asyncio.run(office.host.feature(feature))
        raise Unusable(
            "No run is here yet. Start one with: spec-kitty-orchestrator orchestrate --feature"
            f" {feature or 'SLUG'}"
        )
    if run_id is None:
        return runs
    named = [run for run in runs if run.id == run_id]
    if not named:
        known = ", ".join(run.id for run in runs[:5])
        raise Unusable(f"There is no run {one_line(run_id)} here. The newest are: {known}.")
    return named


def _find(
    runs: list[RunInfo], office: Office, package: str, attempt: str | None
) -> tuple[RunInfo, Attempt]:
    """Returns the newest attempt that is meant, and its run. Raises Unusable."""
    tried: dict[str, None] = {}
    named: list[str] = []
    for run in runs:
        memory = remember(office.records(run.id))
        tried.update((each.started.package, None) for each in memory.attempts.values())
        attempts = _attempts(memory, package)
        named += [each.started.id for each in attempts]
        fitting = [each for each in attempts if attempt in (None, each.started.id)]
        if fitting:
            return run, fitting[-1]
    name = one_line(package)
    if named:
        raise Unusable(
            f"There is no attempt {one_line(attempt or '')} at {name}. There are:"
            f" {', '.join(named)}."
        )
    others = f"There are attempts at {', '.join(tried)}." if tried else "No agent has begun yet."
    raise Unusable(f"No agent has worked on {name}. {others}")


def _attempts(memory: Memory, package: str) -> list[Attempt]:
    wanted = package.casefold()
    return [a for a in memory.attempts.values() if a.started.package.casefold() == wanted]


def _head(run: RunInfo, attempt: Attempt, now: float) -> str:
    started, ended = attempt.started, attempt.ended
    begun = clock(started.at, now)
    if ended is not None:
        how = str(ended.failure).replace("_", " ") if ended.failure else "in order"
        end = f"ended {clock(ended.at, now)}, {how}"
    else:
        end = "still running" if run.process is not None else "killed with its run"
    return f"# {started.id} of {run.id}: {started.agent}, began {begun}, {end}"


def _whole(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(_PIECE_BYTES):
            yield piece


class _Attempt:
    """Says whether an attempt still goes on; the log is read on, not read again."""

    def __init__(self, office: Office, run: RunInfo, attempt: Attempt) -> None:
        self._office = office
        self._run = run
        self._id = attempt.started.id
        self._log = office.world(run.id).log
        self._memory = Memory()
        self._seen = self._looks = 0

    def goes_on(self) -> bool:
        records = self._log.records()
        self._memory = remember(records[self._seen :], self._memory)
        self._seen = len(records)
        self._looks += 1
        if self._looks % _LOOKS_PER_PROCESS == 0 and not self._is_carried_on():
            return False
        return self._memory.attempts[self._id].is_running

    def _is_carried_on(self) -> bool:
        runs = self._office.runs(self._run.started.feature)
        return any(each.id == self._run.id and each.process is not None for each in runs)


def _growing(path: Path, attempt: _Attempt) -> Iterator[bytes]:
    """Gives what is there, and what is added until the attempt has ended."""
    while not path.exists() and attempt.goes_on():
        time.sleep(LOOK_SECONDS)
    with path.open("rb") as file:
        while True:
            goes_on = attempt.goes_on()
            while piece := file.read(_PIECE_BYTES):
                yield piece
            if not goes_on:
                return
            time.sleep(LOOK_SECONDS)


def _print_raw(pieces: Iterator[bytes]) -> None:
    """Prints byte by byte; on a terminal without what could steer it."""
    if sys.stdout.isatty():
        for line in _split(pieces):
            click.echo(printable(line))
        return
    for piece in pieces:
        sys.stdout.buffer.write(piece)
        sys.stdout.buffer.flush()


def _print_readable(pieces: Iterator[bytes]) -> None:
    reader = TranscriptReader()
    for line in _split(pieces):
        for shown in reader.read(line):
            click.echo(shown)
    for shown in reader.flush():
        click.echo(shown)


def _split(pieces: Iterator[bytes]) -> Iterator[str]:
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        for line in whole:
            yield line.decode(errors="replace")
        sys.stdout.flush()
    if rest:
        yield rest.decode(errors="replace")


def _print_errors(path: Path) -> None:
    try:
        lines = path.read_text(errors="replace").splitlines()[-_MOST_ERRORS:]
    except FileNotFoundError:
        return
    said = [printable(line) for line in lines if line.strip()]
    if said:
        click.echo("# on standard error:")
    for line in said:
        click.echo(line)

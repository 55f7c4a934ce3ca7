"""Owns `status`: a look at a run, once or for as long as it goes on."""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace

import click

from spec_kitty_orchestrator.cli import glance as glances
from spec_kitty_orchestrator.cli.glance import Glance
from spec_kitty_orchestrator.cli.office import Office, RunInfo
from spec_kitty_orchestrator.cli.screens import is_simple
from spec_kitty_orchestrator.domain.run.memory import Memory, remember
from spec_kitty_orchestrator.domain.showing.telling import one_line
from spec_kitty_orchestrator.ports import Host, HostRefused

LOOK_SECONDS = 1.0
# Whether a process still carries the run on is looked at every so many looks.
_LOOKS_PER_PROCESS = 5
_WATCH_AGAIN_SECONDS = 5.0


@click.command()
@click.option("--feature", metavar="SLUG", help="The feature's slug; else the newest run's.")
@click.option("--watch", is_flag=True, help="Keep showing it as it changes, until it ends.")
@click.option("--json", "as_json", is_flag=True, help="One object, as JSON.")
@click.pass_obj
def status(
    open_office: Callable[[], Office], /, feature: str | None, watch: bool, as_json: bool
) -> int:
    """Show what runs, what it used, and what needs a person."""
    if watch and not as_json and (not sys.stdout.isatty() or is_simple()):
        raise click.UsageError("--watch draws on a terminal. Add --json to follow a run elsewhere.")
    office = open_office()
    runs = office.runs(feature)
    if not runs:
        _tell_none(office, feature, as_json)
    elif watch and runs[0].process is not None:
        _watch(office, runs[0], as_json)
    else:
        look = asyncio.run(_look(office, runs[0]))
        _show(replace(look, others=_others(runs)), as_json)
    return 0


def _tell_none(office: Office, feature: str | None, as_json: bool) -> None:
    """Says how to begin. Raises HostRefused for a feature that is not there."""
    if feature is not None:
        asyncio.run(office.host.feature(feature))
    if as_json:
        click.echo(json.dumps({"feature_slug": feature, "run_id": None, "state": "none"}))
        return
    what = f"No run of {one_line(feature)}" if feature else "No run"
    click.echo(
        f"{what} is here yet. See what one would do: spec-kitty-orchestrator orchestrate"
        f" --feature {one_line(feature) if feature else 'SLUG'} --dry-run"
    )


def _others(runs: Sequence[RunInfo]) -> tuple[RunInfo, ...]:
    """Returns the newest run of each other feature; the first of `runs` is the one shown."""
    newest = {each.started.feature: each for each in reversed(runs)}
    del newest[runs[0].started.feature]
    return tuple(sorted(newest.values(), key=lambda run: run.started.at, reverse=True))


async def _look(office: Office, run: RunInfo) -> Glance:
    feature = await office.host.feature(run.started.feature)
    memory = remember(office.records(run.id))
    return glances.glance(office, run, feature, memory, office.world(run.id).clock.now())


def _show(look: Glance, as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(glances.data(look)))
        return
    from spec_kitty_orchestrator.cli import drawing

    drawing.show(glances.lines(look, drawing.room()))


def _watch(office: Office, run: RunInfo, as_json: bool) -> None:
    """Shows the run until it ends, or until Ctrl-C; the last look stays in view."""
    if as_json:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_follow(office, run, _Changes()))
        return
    from spec_kitty_orchestrator.cli.watching import Drawn

    drawn = Drawn()
    with contextlib.suppress(KeyboardInterrupt), drawn:
        asyncio.run(_follow(office, run, drawn))
    if drawn.last is not None:
        _show(drawn.last, as_json=False)


class _Changes:
    """Prints an object for each look that tells something new; that time passes is not new."""

    def __init__(self) -> None:
        self._before: object = None

    def __call__(self, look: Glance) -> None:
        quiet = replace(look, activity={})
        now = glances.data(quiet)
        if now != self._before:
            self._before = now
            click.echo(json.dumps(glances.data(look)))
            sys.stdout.flush()


async def _follow(office: Office, run: RunInfo, show: Callable[[Glance], None]) -> None:
    """Looks once a second: at the log, and at the host only after something happened there."""
    world, slug = office.world(run.id), run.started.feature
    changed = asyncio.Event()
    feature = await world.host.feature(slug)
    watcher = asyncio.create_task(_listen(world.host, slug, feature.cursor, changed))
    memory, seen, looks = Memory(), 0, 0
    try:
        while True:
            if changed.is_set():
                changed.clear()
                feature = await world.host.feature(slug)
            records = world.log.records()
            memory, seen = remember(records[seen:], memory), len(records)
            looks += 1
            if memory.ended is not None or looks % _LOOKS_PER_PROCESS == 0:
                run = next(each for each in office.runs(slug) if each.id == run.id)
            show(glances.glance(office, run, feature, memory, world.clock.now()))
            if run.process is None:
                return
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        watcher.cancel()


async def _listen(host: Host, slug: str, cursor: str | None, changed: asyncio.Event) -> None:
    """Notes that the feature changed, for as long as it is looked at."""
    while True:
        try:
            async for event in host.watch(slug, cursor):
                cursor = event.cursor or cursor
                if event.actor is not None:
                    changed.set()
        except HostRefused:
            pass
        await asyncio.sleep(_WATCH_AGAIN_SECONDS)

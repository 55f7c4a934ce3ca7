"""Owns the commands that run a feature: `orchestrate` and `resume`."""

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable
from dataclasses import replace

import click

from spec_kitty_orchestrator.cli.office import Office, RunInfo
from spec_kitty_orchestrator.cli.options import run_options, wishes_of
from spec_kitty_orchestrator.cli.reporting import tidy
from spec_kitty_orchestrator.cli.screens import Screen, screen_for
from spec_kitty_orchestrator.domain.run.memory import remember
from spec_kitty_orchestrator.domain.run.records import RunEnded, RunStarted
from spec_kitty_orchestrator.domain.run.results import OVER, RESULTS
from spec_kitty_orchestrator.loop.orchestration import Orchestration
from spec_kitty_orchestrator.loop.preparing import (
    CannotRun,
    Prepared,
    Wishes,
    prepare,
    require_allowed,
)
from spec_kitty_orchestrator.loop.world import Run
from spec_kitty_orchestrator.ports import AlreadyRunning

OpenOffice = Callable[[], Office]


@click.command()
@run_options
@click.option("--dry-run", is_flag=True, help="Change nothing; show the plan of the run.")
@click.option("--json", "as_json", is_flag=True, help="One event a line, as JSON.")
@click.pass_obj
def orchestrate(open_office: OpenOffice, /, dry_run: bool, as_json: bool, **asked: object) -> int:
    """Run a feature with agents, from its plan to the merge."""
    office, wishes = open_office(), wishes_of(asked)
    prepared = asyncio.run(_prepare(office, wishes))
    if dry_run:
        from spec_kitty_orchestrator.cli.dry_run import show

        before = unfinished(office, wishes.feature)
        return show(prepared, as_json, _already(before) if before else None)
    _require_none(unfinished(office, wishes.feature))
    if prepared.feature.merged:
        click.echo(f"{wishes.feature} is merged already: there is nothing left to do.")
        return 0
    require_allowed(prepared)
    run_id = office.new_run_id()
    with office.claim(wishes.feature, run_id):
        # Another one may have begun, and been killed, while this one was prepared.
        _require_none(unfinished(office, wishes.feature))
        office.create(run_id)
        return _run(office, run_id, prepared, screen_for(as_json))


@click.command()
@run_options
@click.option("--json", "as_json", is_flag=True, help="One event a line, as JSON.")
@click.pass_obj
def resume(open_office: OpenOffice, /, as_json: bool, **asked: object) -> int:
    """Go on with a run that was stopped or killed; options change it from here on."""
    office, wishes = open_office(), wishes_of(asked)
    before = unfinished(office, wishes.feature)
    if before is None:
        raise _none_left(wishes.feature)
    if before.process is not None:
        raise AlreadyRunning(_already(before))
    with office.claim(wishes.feature, before.id):
        # Whoever had the run until now may have changed it, or ended it, a moment ago.
        started = _last_start(office, before)
        prepared = asyncio.run(_prepare(office, _as_before(office, wishes, started)))
        require_allowed(prepared)
        return _run(office, before.id, prepared, screen_for(as_json))


def _require_none(before: RunInfo | None) -> None:
    if before is not None:
        raise AlreadyRunning(_already(before))


def unfinished(office: Office, feature: str) -> RunInfo | None:
    """Returns the newest run of a feature if it is not over."""
    runs = office.runs(feature)
    if not runs or (runs[0].ended is not None and runs[0].ended.ended in OVER):
        return None
    return runs[0]


def _none_left(feature: str) -> CannotRun:
    return CannotRun(
        f"No run of {feature} is left to resume. Start one with:"
        f" spec-kitty-orchestrator orchestrate --feature {feature}"
    )


def _last_start(office: Office, before: RunInfo) -> RunStarted:
    """Returns how a run was last gone on with, which may be otherwise than it began."""
    memory = remember(office.records(before.id))
    if memory.ended is not None and memory.ended.ended in OVER:
        raise _none_left(before.started.feature)
    return memory.run or before.started


def _already(run: RunInfo) -> str:
    feature = run.started.feature
    if run.process is not None:
        return (
            f"Run {run.id} of {feature} goes on here already (process {run.process}). Watch it"
            f" with: spec-kitty-orchestrator status --feature {feature} --watch"
        )
    return (
        f"Run {run.id} of {feature} was not finished. Go on with it: spec-kitty-orchestrator"
        f" resume --feature {feature}. Or give it up: spec-kitty-orchestrator abort --feature"
        f" {feature}"
    )


def _as_before(office: Office, wishes: Wishes, started: RunStarted) -> Wishes:
    """Returns the wishes, filled in with those that the run had before. Raises CannotRun."""
    if wishes.actor not in (None, started.actor):
        raise CannotRun(
            f"Run {started.run_id} holds its work packages in the name of {started.actor}, which"
            " cannot be changed on the way. Leave out --actor; or give the run up with"
            f" 'spec-kitty-orchestrator abort --feature {started.feature}' and start anew."
        )
    _require_configured(office, "--impl-agent", () if wishes.implementers else started.implementers)
    _require_configured(office, "--review-agent", () if wishes.reviewers else started.reviewers)
    limits = {name: getattr(started.limits, name) for name in started.limits.__slots__}
    return replace(
        wishes,
        implementers=wishes.implementers or started.implementers,
        reviewers=wishes.reviewers or started.reviewers,
        limits={**limits, **wishes.limits},
        merge=started.merge if wishes.merge is None else wishes.merge,
        strategy=wishes.strategy or started.strategy,
        actor=started.actor,
    )


def _require_configured(office: Office, option: str, names: tuple[str, ...]) -> None:
    for name in names:
        if name not in office.settings.agents:
            raise CannotRun(
                f"The run worked with the agent {name}, which is not configured any more."
                f" Configure it again, or go on with another: {option} NAME."
            )


async def _prepare(office: Office, wishes: Wishes) -> Prepared:
    return await prepare(office.host, office.agents(), office.settings, wishes, office.version)


def _run(office: Office, run_id: str, prepared: Prepared, screen: Screen) -> int:
    world = office.world(run_id)
    world.texts.check()
    memory = remember(world.log.records())
    started = RunStarted(
        world.clock.now(),
        run_id,
        prepared.feature.slug,
        prepared.actor,
        prepared.roster.implementers,
        prepared.roster.reviewers,
        prepared.limits,
        prepared.merge,
        prepared.strategy,
        os.getpid(),
        resumed=memory.run is not None,
    )
    run = Run(
        world,
        prepared.roster,
        started,
        prepared.feature,
        memory,
        screen,
        overlaps=prepared.forecast.overlaps,
    )
    ended = asyncio.run(_carry_on(run, screen))
    if ended.ended in OVER:
        tidy(office, run_id)
    return RESULTS[ended.ended].exit_code


def _interrupt(orchestration: Orchestration, screen: Screen) -> None:
    orchestration.stop()
    with contextlib.suppress(OSError):
        screen.interrupted()


async def _carry_on(run: Run, screen: Screen) -> RunEnded:
    screen.run = run
    orchestration = Orchestration(run)
    _obey(orchestration, screen)
    with screen:
        ended = await orchestration.run()
    screen.finish(ended)
    return ended


def _obey(orchestration: Orchestration, screen: Screen) -> None:
    """Lets signals end the run. What is ignored stays so: nohup, or a script, wants it that way."""
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGTERM, orchestration.stop_now)
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGHUP, orchestration.stop_now)
    if signal.getsignal(signal.SIGINT) != signal.SIG_IGN:
        loop.add_signal_handler(signal.SIGINT, _interrupt, orchestration, screen)

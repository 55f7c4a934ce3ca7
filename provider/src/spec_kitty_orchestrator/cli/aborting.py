"""Owns `abort`: giving a run up, so that others can take its work packages.

Every act is safe to repeat: what was released before is not held any more, and each release has
its own key. All work stays where it is.
"""

import asyncio
from collections.abc import Callable

import click

from spec_kitty_orchestrator.cli.glance import roster_of
from spec_kitty_orchestrator.cli.office import Office, RunInfo
from spec_kitty_orchestrator.cli.options import FEATURE
from spec_kitty_orchestrator.cli.reporting import tidy
from spec_kitty_orchestrator.domain.agents import Policy, Role
from spec_kitty_orchestrator.domain.feature import SETTLED, Feature, Lane, Package
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.memory import after, remember
from spec_kitty_orchestrator.domain.run.records import (
    AttemptEnded,
    Ended,
    Record,
    RunEnded,
    RunStarted,
    Step,
    StepDone,
    StepIntended,
    StepRefused,
)
from spec_kitty_orchestrator.domain.run.refusals import Consequence, consequence
from spec_kitty_orchestrator.domain.run.results import HOST, OVER
from spec_kitty_orchestrator.domain.scheduling.keys import step_key
from spec_kitty_orchestrator.domain.scheduling.view import View
from spec_kitty_orchestrator.domain.showing.telling import one_line
from spec_kitty_orchestrator.loop.world import World
from spec_kitty_orchestrator.ports import Caller, HostRefused, Transition, Unusable

WHY = "The run was given up; its work is kept."


@click.command()
@FEATURE
@click.option("--keep-claims", is_flag=True, help="End the agents only; 'resume' can go on.")
@click.pass_obj
def abort(open_office: Callable[[], Office], /, feature: str, keep_claims: bool) -> int:
    """Give a run up: end its agents, release its work packages."""
    office = open_office()
    run = _newest(office, feature)
    if run.process is not None:
        if office.stop(feature):
            click.echo(f"Process {run.process} and its agents have ended.")
        # It may have come to its own end meanwhile.
        run = _newest(office, feature)
    if run.ended is not None and run.ended.ended in OVER:
        how = "done" if run.ended.ended is Ended.DONE else "given up already"
        click.echo(f"Run {run.id} of {feature} is {how}: there is nothing to give up.")
        return 0
    with office.claim(feature, run.id):
        orphans = office.agents(run.id).end_orphans(run.id)
        if orphans:
            click.echo(f"What a killed process left running has ended ({orphans}).")
        if keep_claims:
            click.echo(
                f"Run {run.id} stands still; its claims and all work are kept. Go on with:"
                f" spec-kitty-orchestrator resume --feature {feature}"
            )
            return 0
        return asyncio.run(_Release(office, run).carry_out())


def _newest(office: Office, feature: str) -> RunInfo:
    """Returns the newest run. Raises Unusable, and HostRefused for a feature that is not there."""
    runs = office.runs(feature)
    if runs:
        return runs[0]
    asyncio.run(office.host.feature(feature))
    raise Unusable(
        f"No run of {feature} is here to give up. 'spec-kitty-orchestrator status' shows the runs"
        " that are."
    )


_WAS_BLOCKED = " (it was blocked)"


class _Release:
    """Releases what one run holds, as far as the host lets it."""

    def __init__(self, office: Office, run: RunInfo) -> None:
        self._office = office
        self._run = run
        self._world: World = office.world(run.id)
        self._memory = remember(self._world.log.records())
        self._settings = office.settings_to_look()
        self._refused = 0

    @property
    def _started(self) -> RunStarted:
        return self._memory.run or self._run.started

    async def carry_out(self) -> int:
        """Returns the exit code. Raises HostRefused where the host cannot even be asked."""
        world, started = self._world, self._started
        feature = await world.host.feature(started.feature)
        for attempt in self._memory.running:
            now = world.clock.now()
            self._write(AttemptEnded(now, attempt.started.id, Failure.ENDED, WHY))
        for package in feature.packages:
            if package.lane not in SETTLED:
                if package.is_held_by(started.actor, started.run_id):
                    await self._release(feature, package)
                elif self._was_ours(package):
                    click.echo(_told_taken(package))
        if self._refused:
            click.echo(f"Settle that, then: {_AGAIN.format(feature=feature.slug)}", err=True)
            return HOST
        self._write(RunEnded(world.clock.now(), Ended.ABORTED))
        tidy(self._office, started.run_id)
        click.echo(f"Run {started.run_id} of {feature.slug} is given up; all work is kept.")
        return 0

    def _write(self, record: Record) -> None:
        self._world.log.append(record)
        self._memory = after(self._memory, record)

    def _was_ours(self, package: Package) -> bool:
        """Says whether somebody took what the run has worked on."""
        worked = bool(self._memory.of_package(package.id))
        return worked and package.claimed_by is not None

    async def _release(self, feature: Feature, package: Package, was: str = "") -> None:
        world, started = self._world, self._started
        roster = roster_of(self._settings, started)
        view = View(feature, self._memory, roster, world.clock.now())
        key = step_key(view, package, Step.RELEASE)
        self._write(StepIntended(view.now, package.id, Step.RELEASE, key))
        # To unblock is no matter of an attempt; the claim outlives it and is released after it.
        blocked = package.lane is Lane.BLOCKED
        attempt = None if blocked else package.attempt
        request = Transition(package.id, Lane.PLANNED, attempt=attempt, note=WHY)
        caller = Caller(started.actor, started.run_id, self._policy(), key)
        try:
            answer = await world.host.change(feature.slug, request, caller)
        except HostRefused as refused:
            await self._settle(package, key, refused)
            return
        self._write(StepDone(world.clock.now(), package.id, Step.RELEASE, key, answer.lane))
        left = (await world.host.feature(feature.slug)).package(package.id)
        if blocked and left.is_held_by(started.actor, started.run_id):
            await self._release(feature, left, _WAS_BLOCKED)
            return
        click.echo(f"{package.id} is released to planned{_WAS_BLOCKED if blocked else was}.")

    async def _settle(self, package: Package, key: str, refused: HostRefused) -> None:
        """Writes the refusal down, and looks whether there is anything left to release."""
        world = self._world
        record = StepRefused(
            world.clock.now(), package.id, Step.RELEASE, key, refused.code, refused.message
        )
        self._write(record)
        if consequence(record) is Consequence.LOOK:
            now = (await world.host.feature(self._started.feature)).package(package.id)
            if not now.is_held_by(self._started.actor, self._started.run_id):
                click.echo(_told_taken(now))
                return
        self._refused += 1
        click.echo(f"{package.id} is still claimed: {one_line(refused.message)}", err=True)

    def _policy(self) -> Policy:
        """Returns the policy of the run's first implementer, of any agent if that is gone."""
        agents = self._settings.agents
        names = [name for name in self._started.implementers if name in agents]
        agent = agents[names[0] if names else next(iter(agents))]
        return self._world.agents.policy(agent, Role.IMPLEMENT)


_AGAIN = "spec-kitty-orchestrator abort --feature {feature}"


def _told_taken(package: Package) -> str:
    holder = one_line(package.claimed_by or "nobody")
    return f"{package.id} is left alone: it is {package.lane}, and {holder} holds it now."

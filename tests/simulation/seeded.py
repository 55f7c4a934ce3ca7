"""Plays one seed: a world, its weather, its people and its deaths, until the feature is merged.

python tests/simulation/seeded.py SEED    plays one seed again and tells what happened
"""

import asyncio
import sys
from collections import Counter
from dataclasses import dataclass, replace
from random import Random

from alice import Alice
from lives import Life, LifeClock, live
from memory_host import SLUG, HostKilled, MemoryPorts, Plan
from rules import Watchman, check_end, check_reason
from simulated_agents import (
    FAILURES,
    Character,
    Shop,
    SimulatedAgents,
    SimulatedCopies,
    SimulatedLog,
)
from simulated_host import INVENTED, SimulatedCalls, SimulatedHost, Weather
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty_orchestrator.domain.agents import Agent, Kind
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.memory import remember
from spec_kitty_orchestrator.domain.run.records import Ended, Record, RunEnded, RunStarted
from spec_kitty_orchestrator.domain.scheduling.view import Roster
from spec_kitty_orchestrator.domain.showing.telling import sentence
from spec_kitty_orchestrator.loop.orchestration import Orchestration
from spec_kitty_orchestrator.loop.world import Run, World
from spec_kitty_orchestrator.ports import HostRefused
from spec_kitty_orchestrator.testing.scripted_agents import PlainTexts
from spec_kitty_orchestrator.testing.time import START

ACTOR, RUN_ID = "orchestrator", "run-1"
# So often a run is begun with all that goes wrong, and so often afterwards without: the first
# such life may still find a bound that was reached, which a person then lifts.
TROUBLED_LIVES = 3
CALM_LIVES = 2


@dataclass
class Fate:
    """Is what a seed has in store."""

    weather: Weather
    character: Character
    deaths: float = 0.0
    meddling: int = 0
    stops: float = 0.0
    full_disk: float = 0.0
    dying_host: float = 0.0
    failing_checks: float = 0.0
    clash: int = 0

    @property
    def needs_people(self) -> bool:
        """Says whether a person may be needed although no work is blocked."""
        weather = self.weather
        way = weather.refused or weather.lost or weather.odd
        return bool(way or self.meddling or self.dying_host or self.failing_checks)


CALM = Fate(Weather(), Character())


class Seeded:
    """Is the world of one seed."""

    def __init__(self, seed: int, count: Counter[str]) -> None:
        self.dice, self.count = Random(seed), count
        self.fate = _fate(self.dice)
        # Each code has its turn, so that none is left out.
        self.fate.weather.odd_code = sorted(INVENTED)[seed % len(INVENTED)]
        self.limits = _limits(self.dice)
        self.roster = _roster(self.dice)
        self.ports = MemoryPorts(seed, _plan(self.dice), self.fate.clash)
        self._broken = bool(self.ports.plan.broken)
        self.shop = Shop(self.ports, self.limits.max_concurrent, count)
        self.shop.now = lambda: self.now
        self.watchman = Watchman(self.shop, ACTOR)
        self.alice = Alice(self.ports, self.dice, count)
        self.records: list[Record] = []
        self.now = START
        self.told: list[str] = []

    def play(self) -> None:
        """Plays to the merge. Raises AssertionError where something is wrong."""
        for _ in range(TROUBLED_LIVES):
            ended = self.live(self.fate)
            if ended is not None and ended.ended is Ended.DONE:
                return self.check_done()
            for _ in range(self.dice.randint(0, 2) if self.fate.meddling else 0):
                self.alice.meddle()
            if self.dice.random() < 0.5:
                self._calm_host()
                self.alice.settle(ACTOR, RUN_ID)
        self._end_troubles()
        for _ in range(CALM_LIVES):
            self.alice.settle(ACTOR, RUN_ID)
            ended = self.live(CALM)
            assert ended is not None
            if ended.ended is Ended.DONE:
                return self.check_done()
        raise AssertionError(f"nothing goes wrong any more, and still: {self.told[-1]}")

    def _calm_host(self) -> None:
        self.ports.workspaces.making = lambda package: None

    def _end_troubles(self) -> None:
        self._calm_host()
        self.ports.repository.clash = 0
        self.limits = replace(self.limits, budget_tokens=None, budget_usd=None)

    def live(self, fate: Fate) -> RunEnded | None:
        """Lets one process run; None if it was killed or could not go on."""
        self.count["runs"] += 1
        life = Life(self.now + self.dice.uniform(1, 100))
        log = SimulatedLog(life, self.records, self.shop)
        self._prepare(fate, life, log)
        ended, self.now = live(life, self._life(fate, life, log))
        self.shop.now = lambda: self.now
        if ended is None or isinstance(ended, str):
            self.count["fault:killed" if ended is None else f"fault:{ended}"] += 1
            self.told.append(f"-- {ended or 'killed'}")
            return None
        check_end(ended, self.count)
        self._check_need(ended, fate)
        self._check_blocked()
        self.told.append(f"-- {ended.ended}: {ended.reasons}")
        return ended

    def _prepare(self, fate: Fate, life: Life, log: SimulatedLog) -> None:
        dice, ports = self.dice, self.ports
        if dice.random() < fate.deaths:
            if dice.random() < 0.5:
                life.dies_at_turn = int(dice.expovariate(1 / 300)) + 1
            else:
                log.dies_at = len(self.records) + int(dice.expovariate(1 / 20))
                log.dies_before = dice.random() < 0.5
        if dice.random() < fate.full_disk:
            log.full_at = len(self.records) + dice.randint(0, 40)
        ports.landing.dying = lambda: (
            dice.choice(["before", "after"]) if dice.random() < fate.dying_host else ""
        )
        ports.checks.failing = lambda: dice.random() < fate.failing_checks
        ports.workspaces.making = lambda package: _make(dice, fate, package)

    async def _life(self, fate: Fate, life: Life, log: SimulatedLog) -> RunEnded | str:
        dice = self.dice
        calls = SimulatedCalls(self.ports, life, dice, fate.weather, self.count)
        copies = SimulatedCopies(life, self.shop, dice, fate.full_disk / 5)
        agents = SimulatedAgents(self.shop, life, dice, fate.character)
        clock = LifeClock(life)
        self.shop.now = clock.now
        world = World(SimulatedHost(calls), agents, copies, log, clock, PlainTexts())
        names = self.roster
        started = RunStarted(
            clock.now(),
            RUN_ID,
            SLUG,
            ACTOR,
            names.implementers,
            names.reviewers,
            self.limits,
            resumed=any(isinstance(each, RunStarted) for each in self.records),
        )
        try:
            feature = await world.host.feature(SLUG)
            forecast = await world.host.forecast(SLUG)
            memory = remember(self.records)
            run = Run(world, names, started, feature, memory, overlaps=forecast.overlaps)
            orchestration = Orchestration(run)
            beside = [
                asyncio.create_task(each)
                for each in (self._meddle(fate, life), self._stop(fate, orchestration))
            ]
            ended = await orchestration.run()
            assert self.shop.live == {}, "the run ended, and agents did not"
            assert copies.kept == set(), "a reviewer's copy was left"
            for each in beside:
                each.cancel()
        except HostRefused as refused:
            check_reason(refused.message)
            return f"host refused ({refused.code})"
        except OSError as problem:
            return f"failed ({problem.strerror})"
        return ended

    async def _meddle(self, fate: Fate, life: Life) -> None:
        for _ in range(self.dice.randint(0, fate.meddling)):
            await asyncio.sleep(self.dice.expovariate(1 / 300))
            life.check()
            self.alice.meddle()

    async def _stop(self, fate: Fate, orchestration: Orchestration) -> None:
        if self.dice.random() < fate.stops:
            await asyncio.sleep(self.dice.expovariate(1 / 600))
            self.count["fault:stopped"] += 1
            orchestration.stop()
            if self.dice.random() < 0.5:
                await asyncio.sleep(self.dice.uniform(0, 20))
                self.count["fault:stopped at once"] += 1
                orchestration.stop()

    def _check_need(self, ended: RunEnded, fate: Fate) -> None:
        """Where nobody meddles and the host works, only blocked work needs a person."""
        if ended.ended is not Ended.NEEDS_PERSON or fate.needs_people or self._broken:
            return
        state = self.ports.journal.state
        lanes = {package.lane for package in state.packages.values()} if state else set()
        agents = any("No agent is left" in reason for reason in ended.reasons)
        assert agents or Lane.BLOCKED in lanes, f"a person for nothing: {ended.reasons}"

    def _check_blocked(self) -> None:
        state = self.ports.journal.state
        for package in state.packages.values() if state else ():
            if package.lane is Lane.BLOCKED and package.last_actor == ACTOR:
                check_reason(package.reason or "")
                self.count["blocked"] += 1

    def check_done(self) -> None:
        state = self.ports.journal.state
        assert state is not None
        assert state.merged, "the run says it is done, and it is not merged"
        lanes = {package.lane for package in state.packages.values()}
        assert lanes <= {Lane.DONE, Lane.CANCELED}
        self.count["merged"] += 1

    def story(self) -> str:
        """Returns all that happened, for whoever looks for the mistake."""
        memory = remember([])
        lines = []
        for record in self.records:
            memory = remember([record], memory)
            lines.append(f"{record.at - START:10.1f} {sentence(record, memory) or record}")
        told = self.ports.journal.events_told
        journal = [f"{event.caller.actor}: {event.fact}"[:220] for _, event in told]
        return "\n".join([*lines, "JOURNAL", *journal, "LIVES", *self.told])


def _make(dice: Random, fate: Fate, package: str) -> None:
    if dice.random() < fate.dying_host / 2:
        raise HostKilled
    if dice.random() < fate.dying_host / 2:
        message = f"The workspace of {package} could not be made. Try again."
        raise Refusal(ErrorCode.WORKSPACE_FAILED, message)


def _fate(dice: Random) -> Fate:
    """Returns some troubles of all that there are, so that runs get far enough to meet each."""
    fate = Fate(Weather(slowest_seconds=dice.choice([0.05, 0.05, 5.0, 60.0])), Character())
    for trouble in dice.sample(TROUBLES, dice.choice([0, 1, 1, 2, 2, 3, 4, len(TROUBLES)])):
        trouble(fate, dice)
    return fate


def _bad_way(fate: Fate, dice: Random) -> None:
    fate.weather.refused, fate.weather.lost = dice.random() * 0.15, dice.random() * 0.2
    fate.weather.broken_streams = dice.random() * 0.3


def _odd_answers(fate: Fate, dice: Random) -> None:
    fate.weather.odd = dice.uniform(0.1, 0.3)


def _failures(fate: Fate, dice: Random) -> None:
    fate.character.fails = dice.choice([0.2, 0.5, 1.0])
    some = dice.sample(FAILURES, dice.choice([1, 1, 3, len(FAILURES)]))
    fate.character.ways = dice.choice([tuple(some), tuple(some), (FAILURES[0],)])


def _bad_work(fate: Fate, dice: Random) -> None:
    fate.character.lies, fate.character.misbehaves = dice.random() * 0.6, dice.random() * 0.4


def _hard_reviews(fate: Fate, dice: Random) -> None:
    fate.character.rejects, fate.character.unclear = dice.random(), dice.random() * 0.7


def _deaths(fate: Fate, dice: Random) -> None:
    fate.deaths = dice.uniform(0.5, 1.0)


def _people(fate: Fate, dice: Random) -> None:
    fate.meddling = dice.choice([3, 8, 20])


def _stops(fate: Fate, dice: Random) -> None:
    fate.stops = 0.7


def _sick_host(fate: Fate, dice: Random) -> None:
    fate.dying_host = dice.random() * 0.5


def _failing_checks(fate: Fate, dice: Random) -> None:
    fate.failing_checks = dice.choice([0.5, 1.0])


def _clashes(fate: Fate, dice: Random) -> None:
    fate.clash = dice.choice([10, 40, 100])


def _full_disk(fate: Fate, dice: Random) -> None:
    fate.full_disk = 0.5


TROUBLES = (
    _bad_way,
    _odd_answers,
    _odd_answers,
    _failures,
    _bad_work,
    _hard_reviews,
    _deaths,
    _deaths,
    _people,
    _people,
    _stops,
    _sick_host,
    _failing_checks,
    _clashes,
    _full_disk,
)


def _limits(dice: Random) -> Limits:
    return Limits(
        max_concurrent=dice.randint(1, 4),
        max_review_rounds=dice.randint(1, 4),
        max_failures=dice.choice([1, 2, 3, 30]),
        grace_seconds=dice.choice([0.0, 30.0, 600.0]),
        budget_tokens=dice.choice([*[None] * 9, dice.randint(2_000, 40_000)]),
        budget_usd=dice.choice([*[None] * 9, dice.uniform(0.02, 0.4)]),
    )


def _roster(dice: Random) -> Roster:
    names = ["ada", "ben", "eve", "joe"][: dice.randint(1, 4)]
    vendors = {name: dice.choice(["north", "south"]) for name in names}
    agents = {
        name: Agent(
            name,
            Kind.COMMAND,
            (name,),
            vendors[name],
            name,
            reviewer=dice.choice([None, None, *names]),
            fallbacks=tuple(dice.sample(names, dice.randint(0, min(2, len(names))))),
        )
        for name in names
    }
    implementers = tuple(dice.sample(names, dice.randint(1, len(names))))
    reviewers = tuple(dice.sample(names, dice.randint(0, len(names))))
    return Roster(agents, implementers, reviewers)


def _plan(dice: Random) -> Plan:
    size = dice.choice([1, 2, 2, 3, 3, 4, 5, 6, 8, 12])
    names = [f"WP{number:02}" for number in range(1, size + 1)]
    density = dice.choice([0.0, 0.2, 0.5])
    packages = {
        name: tuple(each for each in names[:place] if dice.random() < density)[:3]
        for place, name in enumerate(names)
    }
    minutes = {name: dice.randint(10, 200) for name in names if dice.random() < 0.7}
    owned: dict[str, tuple[str, ...]] = {
        name: (f"src/{dice.randint(1, 4)}/",) for name in names if dice.random() < 0.5
    }
    broken = frozenset({dice.choice(names)}) if dice.random() < 0.05 else frozenset[str]()
    return Plan(packages, minutes, owned, broken)


def play(seed: int, count: Counter[str]) -> None:
    """Plays a seed. Raises AssertionError, with the line that plays it again."""
    seeded = Seeded(seed, count)
    try:
        seeded.play()
    except Exception as problem:
        again = f"python tests/simulation/seeded.py {seed}"
        raise AssertionError(f"{type(problem).__name__}: {problem}\nAgain: {again}") from problem


if __name__ == "__main__":
    again = Seeded(int(sys.argv[1]), Counter())
    try:
        again.play()
    finally:
        print(again.story())

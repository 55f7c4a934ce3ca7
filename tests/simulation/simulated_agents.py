"""Owns agents that a seed plays: they work, fail in every way, and do not always tell the truth."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from lives import Life
from memory_host import SLUG, MemoryPorts
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import package_branch
from spec_kitty_orchestrator.domain.agents import Agent, Policy, Role, Usage
from spec_kitty_orchestrator.domain.prompts import Diff
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import AttemptEnded, AttemptStarted, Record
from spec_kitty_orchestrator.ports import (
    Agents,
    Assignment,
    Copies,
    Ending,
    Found,
    Report,
    RunLog,
)

FAILURES = (
    Failure.RATE_LIMIT,
    Failure.OVERLOAD,
    Failure.AUTH,
    Failure.LAUNCH,
    Failure.TIMEOUT,
    Failure.STALL,
    Failure.CRASH,
)
# So long may it take until a person's change has been heard of on a slow way.
SOON_SECONDS = 300.0
REJECTED = 'No.\n```json\n{"verdict": "changes_requested", "findings": ["Purr louder."]}\n```'
UNCLEAR = (
    "Looks good to me, approved!",
    "This must not be merged.",
    '{"verdict": "approved", "findings": [{"message": "It loses data.", "severity": "blocker"}]}',
    '{"verdict": "approved"} {"verdict": "changes_requested", "findings": ["x"]}',
    '{"verdict": "changes_requested"}',
    "",
)


@dataclass
class Character:
    """Says how agents are, in shares of 0..1 of their attempts."""

    fails: float = 0.0
    ways: tuple[Failure, ...] = FAILURES
    lies: float = 0.0
    misbehaves: float = 0.0
    rejects: float = 0.0
    unclear: float = 0.0


@dataclass
class Shop:
    """Is what outlives an orchestrator: who works right now, and what reviewers really said."""

    ports: MemoryPorts
    limit: int
    count: Counter[str]
    live: dict[str, Assignment] = field(default_factory=dict)
    orphans: dict[str, Assignment] = field(default_factory=dict)
    approved: set[tuple[str, str]] = field(default_factory=set)
    copied: dict[Path, str] = field(default_factory=dict)
    made: int = 0
    taken_at: dict[str, float] = field(default_factory=dict)
    paused: dict[str, tuple[float, float]] = field(default_factory=dict)
    now: Callable[[], float] = lambda: 0.0


class SimulatedAgents(Agents):
    def __init__(self, shop: Shop, life: Life, dice: Random, character: Character) -> None:
        self._shop, self._life, self._dice, self._is = shop, life, dice, character
        life.at_death.append(self._abandon)

    async def work(self, assignment: Assignment, report: Callable[[Report], None]) -> Ending:
        self._life.check()
        shop, package = self._shop, assignment.package
        assert package not in shop.live, f"two attempts at {package} at once"
        assert package not in shop.orphans, f"an orphan still works on {package}"
        shop.live[package] = assignment
        assert len(shop.live) <= shop.limit, "more agents at once than the limit allows"
        assert assignment.prompt.strip(), "an agent without a prompt"
        self._check_pause(assignment)
        try:
            report(Report(session=assignment.session or f"session-{assignment.id}"))
            await asyncio.sleep(self._dice.uniform(1, 600))
            self._check_wanted(assignment)
            self._spend(assignment, report)
            return self._end(assignment)
        except asyncio.CancelledError:
            shop.count["fault:agent ended"] += 1
            self._half_done(assignment)
            await asyncio.sleep(self._dice.uniform(0, 3))
            raise
        finally:
            if not self._life.over:
                del shop.live[package]

    def policy(self, agent: Agent, role: Role) -> Policy:
        return Policy("spec-kitty-orchestrator", "0", agent.family, "auto", "none", "open")

    async def find(self, agent: Agent) -> Found:
        return Found(agent.name, agent.command)

    def end_orphans(self, run_id: str) -> int:
        self._life.check()
        ended = len(self._shop.orphans)
        self._shop.count["fault:orphan ended"] += ended
        self._shop.orphans.clear()
        return ended

    def _check_pause(self, assignment: Assignment) -> None:
        """Who was about to start when the limit was told may still; a question goes on."""
        told, until = self._shop.paused.get(assignment.agent.vendor, (0.0, 0.0))
        now = self._shop.now()
        if told + SOON_SECONDS < now and not assignment.session:
            assert now >= until, f"{assignment.agent.vendor} is asked while it limits the rate"

    def _check_wanted(self, assignment: Assignment) -> None:
        """An agent is ended soon after its work package was taken from it."""
        state, taken = self._shop.ports.journal.state, self._shop.taken_at
        package = state.package(assignment.package) if state else None
        lane = Lane.IN_PROGRESS if assignment.role is Role.IMPLEMENT else Lane.FOR_REVIEW
        if package is not None and package.lane is not lane and package.id in taken:
            late = self._shop.now() - taken[package.id]
            assert late < SOON_SECONDS, f"{late:.0f} s of work on what was taken away"

    def _spend(self, assignment: Assignment, report: Callable[[Report], None]) -> None:
        used = assignment.used_before
        more = Usage(used.input_tokens + 1000, used.output_tokens + 100, 0, 0.01)
        report(Report(session_usage=more))

    def _end(self, assignment: Assignment) -> Ending:
        self._life.check()
        if self._dice.random() < self._is.fails:
            failure = self._dice.choice(self._is.ways)
            self._half_done(assignment)
            resets = None
            if failure is Failure.RATE_LIMIT and self._dice.random() < 0.6:
                now = self._life.began + asyncio.get_running_loop().time()
                resets = now + self._dice.uniform(-10, 1800)
            return Ending(failure, f"It ended early ({failure}).", resets_at=resets)
        if assignment.role is Role.IMPLEMENT:
            return self._implement(assignment)
        return self._review(assignment)

    def _implement(self, assignment: Assignment) -> Ending:
        package, dice, files = assignment.package, self._dice, self._shop.ports.workspaces.files
        if package not in files:
            return Ending(Failure.CRASH, "The workspace is gone.")
        if dice.random() < self._is.lies:
            self._shop.count["agent:claimed to be done"] += 1
            return Ending(answer="All done, and every test passes!")
        clean = {p for p in files[package] if not p.startswith(("conflict-", "kitty-", "secret"))}
        if dice.random() < self._is.misbehaves:
            self._shop.count["agent:misbehaved"] += 1
            clean.add(dice.choice(["kitty-specs/plan.md", f"secret-{package}.py"]))
        self._shop.made += 1
        files[package] = frozenset(clean | {f"src/{package}-{self._shop.made}.py"})
        if dice.random() < 0.3:
            self.commit(package)
        return Ending(answer="Done.")

    def commit(self, package: str) -> None:
        """Commits what the workspace holds, as agents and people do by themselves."""
        ports, ref = self._shop.ports, package_branch(SLUG, package)
        if ref in ports.repository.refs and package in ports.workspaces.files:
            tree, old = ports.workspaces.files[package], ports.repository.refs[ref]
            ports.repository.refs[ref] = ports.repository.make(tree, old)

    def _review(self, assignment: Assignment) -> Ending:
        head = self._shop.copied[assignment.folder]
        if self._dice.random() < self._is.unclear:
            self._shop.count["agent:unclear"] += 1
            return Ending(answer=self._dice.choice(UNCLEAR))
        if self._dice.random() < self._is.rejects:
            self._shop.count["agent:rejected"] += 1
            return Ending(answer=REJECTED)
        self._shop.approved.add((assignment.package, head))
        return Ending(answer='{"verdict": "approved", "summary": "Good."}')

    def _half_done(self, assignment: Assignment) -> None:
        """Leaves part of the work in the workspace, as whoever is interrupted does."""
        files, package = self._shop.ports.workspaces.files, assignment.package
        if assignment.role is Role.IMPLEMENT and package in files and self._dice.random() < 0.5:
            self._shop.made += 1
            files[package] = files[package] | {f"src/{package}-{self._shop.made}.py"}

    def _abandon(self) -> None:
        """Leaves some agents running when the orchestrator is killed."""
        for package, assignment in self._shop.live.items():
            self._half_done(assignment)
            if self._dice.random() < 0.5:
                self._shop.count["fault:orphan left"] += 1
                self._shop.orphans[package] = assignment
        self._shop.live.clear()


class SimulatedCopies(Copies):
    """Makes copies that take a while; those of this life have to be given back."""

    def __init__(self, life: Life, shop: Shop, dice: Random, full: float) -> None:
        self._life, self._shop, self._dice, self._full = life, shop, dice, full
        self.kept: set[Path] = set()

    async def make(self, workspace: Path, head: str, name: str) -> Path:
        self._life.check()
        await asyncio.sleep(self._dice.random())
        self._life.check()
        if self._dice.random() < self._full:
            raise OSError(28, "No space left on device")
        copy = Path("/copies") / name
        self._shop.copied[copy] = head
        assert copy not in self.kept, f"two copies at {copy}"
        self.kept.add(copy)
        return copy

    async def diff(self, copy: Path, base: str, head: str) -> Diff:
        self._life.check()
        assert base
        assert head
        await asyncio.sleep(self._dice.random() * 0.1)
        return Diff(base, head, "1 file changed", "a line")

    def discard(self, copy: Path) -> Coroutine[Any, Any, None]:
        self._life.check()
        return self._discard(copy)

    async def _discard(self, copy: Path) -> None:
        await asyncio.sleep(self._dice.random() * 0.1)
        self.kept.remove(copy)


class SimulatedLog(RunLog):
    """Keeps the run's records beyond its life; the life may end at one of them."""

    def __init__(self, life: Life, kept: list[Record], shop: Shop) -> None:
        self._life, self._kept, self._shop, self._count = life, kept, shop, shop.count
        self.dies_at: int | None = None
        self.dies_before = False
        self.full_at: int | None = None

    def append(self, record: Record) -> None:
        self._life.check()
        number = len(self._kept)
        if number == self.full_at:
            self.full_at = None
            self._count["fault:disk full"] += 1
            raise OSError(28, "No space left on device")
        if number == self.dies_at and self.dies_before:
            self._count["fault:killed before a record"] += 1
            self._life.kill()
        self._kept.append(record)
        if isinstance(record, AttemptEnded) and record.failure is not None:
            self._count[f"failure:{record.failure}"] += 1
            self._note_pause(record)
        if number == self.dies_at:
            self._count["fault:killed after a record"] += 1
            self._life.kill()

    def _note_pause(self, ended: AttemptEnded) -> None:
        for record in self._kept:
            if isinstance(record, AttemptStarted) and record.id == ended.id and ended.resets_at:
                self._shop.paused[record.vendor] = (ended.at, ended.resets_at)

    def records(self) -> tuple[Record, ...]:
        return tuple(self._kept)

"""Owns a host in memory: its own application and domain over ports that hold no file.

Everything that decides is the host's own code; here are only a journal that is a list, plans
that are values, and a repository of sets.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import TypeVar

from memory_repository import (
    MemoryCommits,
    MemoryIntegration,
    MemoryRepository,
    MemoryWorkspaces,
    oid,
)
from spec_kitty.application.host import Host
from spec_kitty.application.ports import Intent, LayOut
from spec_kitty.application.ports import Snapshot as Read
from spec_kitty.domain.checks import CheckOutcome
from spec_kitty.domain.events import Event, RefMove
from spec_kitty.domain.feature import Feature
from spec_kitty.domain.planning.plan import FeaturePlan, PlannedPackage, Problem
from spec_kitty.domain.planning.settings import ProjectSettings, VerifySettings
from spec_kitty.domain.refusals import ErrorCode, Refusal

_T = TypeVar("_T")

SLUG = "034-cats"
MAIN = "refs/heads/main"


class HostKilled(Exception):
    """The host's process dies in the middle of what it does."""


@dataclass
class Plan:
    """Is what people committed: an id and what it depends on, in order."""

    packages: dict[str, tuple[str, ...]]
    minutes: dict[str, int] = field(default_factory=dict)
    owned: dict[str, tuple[str, ...]] = field(default_factory=dict)
    broken: frozenset[str] = frozenset()

    def value(self) -> FeaturePlan:
        folder = f"kitty-specs/{SLUG}/tasks"
        packages = tuple(
            PlannedPackage(
                each,
                f"Title of {each}",
                f"{folder}/{each}.md",
                tuple(name for name in needed if name in self.packages),
                (),
                self.owned.get(each, ()),
                self.minutes.get(each),
                False,
                oid(f"task {each}"),
            )
            for each, needed in sorted(self.packages.items())
        )
        problems = tuple(
            Problem(f"{folder}/{each}.md", 3, "There is no key 'lanee'.", "error", each)
            for each in sorted(self.broken & set(self.packages))
        )
        return FeaturePlan(SLUG, "plan", "Cats", packages, problems, None)


class MemoryPlans:
    """Holds the plan and settings that were committed with each commit of the target."""

    def __init__(self, repository: MemoryRepository) -> None:
        self._in = repository
        self.plans: dict[str, FeaturePlan] = {}
        self.rules: dict[str, ProjectSettings] = {}

    def plan(self, rev: str, slug: str) -> FeaturePlan | None:
        return self._newest(self.plans, rev)

    def settings(self, rev: str) -> ProjectSettings:
        return self._newest(self.rules, rev) or ProjectSettings()

    def _newest(self, kept: Mapping[str, _T], rev: str) -> _T | None:
        commit = self._in.resolve(rev)
        while commit is not None and commit not in kept:
            commit = self._in.commits[commit].first
        return kept.get(commit or "")

    def slugs(self, rev: str) -> tuple[str, ...]:
        return (SLUG,)

    def is_project(self, rev: str) -> bool:
        return True


class MemoryJournal:
    """Is a list of events, each with the state before and after it."""

    def __init__(self, repository: MemoryRepository) -> None:
        self._in = repository
        self.events_told: list[tuple[str, Event]] = []
        self.state: Feature | None = None
        self.heard: list[Callable[[Feature | None, Event, Feature], None]] = []

    def slugs(self) -> tuple[str, ...]:
        return (SLUG,) if self.events_told else ()

    def exists(self, slug: str) -> bool:
        return bool(self.events_told)

    def read(self, slug: str, with_answers: bool = False, with_policies: bool = False) -> Read:
        tip = self.events_told[-1][0] if self.events_told else None
        return Read(tip, self.state)

    def events(self, slug: str, after: str | None = None) -> Iterator[tuple[str, Event]]:
        place = 0 if after is None else [at for at, _ in self.events_told].index(after) + 1
        return iter(self.events_told[place:])

    def mark(self, slug: str) -> object:
        return len(self.events_told)

    def lock(self, slug: str) -> nullcontext[None]:
        return nullcontext()

    def side_lock(self, slug: str, purpose: str, wait: bool) -> nullcontext[None]:
        return nullcontext()

    def append(
        self, before: Read, event: Event, after: Feature, lay_out: LayOut | None = None
    ) -> Read:
        assert before.tip == self.read(SLUG).tip, "two writers at once"
        for move in event.refs:
            assert self._in.refs.get(move.ref) == move.old, "a branch was not where it was said"
            self._in.refs.pop(move.ref, None)
            if move.new is not None:
                self._in.refs[move.ref] = move.new
        for each in self.heard:
            each(self.state, event, after)
        self.events_told.append((oid(f"event {len(self.events_told) + 1}"), event))
        self.state = after
        return self.read(SLUG)

    def intent(self, slug: str) -> Intent | None:
        return None

    def intend_landing(self, slug: str, landing: Mapping[str, object]) -> None:
        pass

    def forget_intent(self, slug: str) -> None:
        pass

    def delete_branch(self, slug: str, ref: str, old: str) -> None:
        if self._in.refs.get(ref) == old:
            del self._in.refs[ref]

    def roll_forward(self, slug: str, intent: Intent) -> tuple[RefMove, ...]:
        raise AssertionError("there are no intents in memory")


class MemoryChecks:
    """Fails as often as the seed says."""

    def __init__(self) -> None:
        self.failing: Callable[[], bool] = lambda: False

    def run(self, command: str, folder: str, timeout_seconds: float) -> CheckOutcome:
        failed = self.failing()
        return CheckOutcome(1 if failed else 0, False, 2.0, "1 failed" if failed else "ok")

    def scratch(self, slug: str, commit: str) -> nullcontext[str]:
        return nullcontext("/scratch")


class MemoryLanding:
    """Moves the target; `dying` says whether the host is killed before or after it has."""

    def __init__(self, repository: MemoryRepository) -> None:
        self._in = repository
        self.dying: Callable[[], str] = lambda: ""
        self.blocked: Callable[[], tuple[str, ...]] = lambda: ()

    def blockers(self, ref: str, old: str, new: str) -> tuple[str, ...]:
        return self.blocked()

    def land(self, ref: str, old: str, new: str, intend: object) -> tuple[str, ...]:
        death = self.dying()
        if death == "before":
            raise HostKilled
        if self._in.refs[ref] != old:
            raise Refusal(ErrorCode.MERGE_FAILED, "The target moved while the feature landed.")
        self._in.refs[ref] = new
        if death == "after":
            raise HostKilled
        return ()

    def recover(self, landing: object) -> tuple[str, ...]:
        return ()

    def give_up(self) -> None:
        """Does nothing: no lock is left in memory."""


class MemoryStrategies:
    def __init__(self, repository: MemoryRepository) -> None:
        self._in = repository

    def land_commit(
        self, strategy: str, target_tip: str, feature: Feature, message: str, titles: object
    ) -> str:
        merged = self._in.merge(target_tip, feature.feature_tip or "")
        return self._in.make(self._in.trees[merged.tree], target_tip, feature.feature_tip or "")  # type: ignore[union-attr]


class MemoryUpkeep:
    """Finds nothing: no journal is lost in memory."""

    def own_worktrees(self) -> tuple[object, ...]:
        return ()

    def made_branches(self, slug: str) -> tuple[str, ...]:
        return ()

    def remote_journals(self) -> tuple[tuple[str, str], ...]:
        return ()


class MemoryPrompts:
    def path(self, slug: str, package: str) -> str:
        return f"/prompts/{package}.md"

    def exists(self, slug: str, package: str) -> bool:
        return True

    def write(self, slug: str, package: str, text: bytes) -> None:
        pass


class CountedSystem:
    """Tells no real time: the journal's order is its order."""

    def __init__(self) -> None:
        self._count = 0

    def now(self) -> str:
        return "2027-01-15T08:00:00+00:00"

    def random_hex(self) -> str:
        self._count += 1
        return f"{self._count:032x}"

    def digest(self, data: bytes) -> str:
        return hashlib.sha1(data).hexdigest()


class MemoryPorts:
    """Gives the ports of one repository in memory, and keeps them all open to a look."""

    def __init__(self, seed: int, plan: Plan, clash: int = 0) -> None:
        self.repository = MemoryRepository(seed, clash)
        self.plans = MemoryPlans(self.repository)
        self.journal = self.reading = MemoryJournal(self.repository)
        self.commits = self.branches = MemoryCommits(self.repository)
        self.integration = MemoryIntegration(self.repository)
        self.workspaces = MemoryWorkspaces(self.repository)
        self.checks = MemoryChecks()
        self.strategies = MemoryStrategies(self.repository)
        self.landing = MemoryLanding(self.repository)
        self.prompts = MemoryPrompts()
        self.upkeep = MemoryUpkeep()
        self.system = CountedSystem()
        self.rules = ProjectSettings(verify=VerifySettings("make test"))
        self.repository.refs[MAIN] = self.repository.make(frozenset({"README.md"}))
        self.commit_plan(plan)

    def commit_plan(self, plan: Plan | None = None, path: str | None = None) -> None:
        """Has a person commit to the target: another plan, other settings, a file."""
        old = self.repository.refs[MAIN]
        tree = self.repository.commits[old].tree | ({path} if path else frozenset())
        new = self.repository.make(tree, old)
        if plan is not None:
            self.plan = plan
            self.plans.plans[new] = plan.value()
        self.plans.rules[new] = self.rules
        self.repository.refs[MAIN] = new

    def close(self) -> None:
        pass

    def host(self) -> Host:
        return Host(self)  # type: ignore[arg-type]

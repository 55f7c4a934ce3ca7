"""Owns what a run needs from the world: the host, agents, copies to review in, a log, a clock.

Every test double subclasses one of these, so that none can promise what the port does not.
"""

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spec_kitty_orchestrator.domain.agents import NO_USAGE, Agent, Policy, Role, Usage
from spec_kitty_orchestrator.domain.feature import Feature, Overlap
from spec_kitty_orchestrator.domain.prompts import Diff
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import Record
from spec_kitty_orchestrator.domain.verdict import Verdict


class HostRefused(Exception):
    """The host said no; `code` is the contract's error code, or one of the two below.

    `HOST_UNAVAILABLE`: there is no host that speaks this contract. `HOST_FAILED`: it gave no
    answer that can be read.
    """

    def __init__(self, code: str, message: str, facts: dict[str, object] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts or {}


class Unusable(Exception):
    """Something here keeps a command from its work; the message says what to do about it."""


class AlreadyRunning(Unusable):
    """A run of the feature is there already; the message says how to go on with it."""


@dataclass(frozen=True, slots=True)
class StartImplementation:
    package: str
    agent: str


@dataclass(frozen=True, slots=True)
class StartReview:
    package: str
    agent: str


@dataclass(frozen=True, slots=True)
class Transition:
    """Moves a work package to a lane; `attempt` is the fence, None for whichever is current."""

    package: str
    to: str
    agent: str | None = None
    attempt: int | None = None
    note: str | None = None
    review_ref: str | None = None
    verdict: Verdict | None = None
    head: str | None = None
    resolved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class AcceptFeature:
    pass


@dataclass(frozen=True, slots=True)
class MergeFeature:
    strategy: str | None = None


Request = StartImplementation | StartReview | Transition | AcceptFeature | MergeFeature


@dataclass(frozen=True, slots=True)
class Caller:
    """Is who asks for changes, and under which key so that a repeated call changes nothing."""

    actor: str
    run_id: str
    policy: Policy
    key: str


@dataclass(frozen=True, slots=True)
class Answer:
    """Is what the host answered to a change; what a call does not answer is None."""

    lane: str | None = None
    attempt: int | None = None
    head_commit: str | None = None
    base_commit: str | None = None
    workspace: Path | None = None
    prompt: Path | None = None
    merge_commit: str | None = None


@dataclass(frozen=True, slots=True)
class Workspace:
    """Is where a work package is worked on, and the text that says what to do."""

    folder: Path
    exists: bool
    prompt: Path | None


@dataclass(frozen=True, slots=True)
class PolicyAnswer:
    """Says whether the project allows a policy, and whether reviews must be by other agents."""

    allowed: bool
    message: str | None = None
    independent_review: bool = False


@dataclass(frozen=True, slots=True)
class Forecast:
    """Is what the host foretells of a plan; minutes are the plan's estimates."""

    waves: tuple[tuple[str, ...], ...] = ()
    critical_path: tuple[str, ...] = ()
    critical_minutes: int = 0
    overlaps: frozenset[Overlap] = frozenset()


@dataclass(frozen=True, slots=True)
class HostEvent:
    """Is one change in the journal, or a heartbeat (`package` and `actor` None)."""

    cursor: str | None
    actor: str | None = None
    package: str | None = None
    sentence: str = ""
    person: bool = False

    def is_by(self, actor: str) -> bool:
        """Says whether a program made the change in this actor's name."""
        return self.actor == actor and not self.person


class Host(ABC):
    """Is the contract's other side. Every method raises HostRefused."""

    @abstractmethod
    async def check_contract(self, version: str) -> str:
        """Returns the host's contract version, if a provider of this version fits."""

    @abstractmethod
    async def feature(self, slug: str) -> Feature: ...

    @abstractmethod
    async def forecast(self, slug: str) -> Forecast: ...

    @abstractmethod
    async def check_policy(self, slug: str, policy: Policy) -> PolicyAnswer: ...

    @abstractmethod
    async def workspace(self, slug: str, package: str) -> Workspace: ...

    @abstractmethod
    async def change(self, slug: str, request: Request, caller: Caller) -> Answer: ...

    @abstractmethod
    def watch(self, slug: str, after: str | None) -> AsyncIterator[HostEvent]: ...


@dataclass(frozen=True, slots=True)
class Assignment:
    """Is one attempt as an agent gets it: where, what, and for how long (seconds).

    `session` is the agent's own name of an earlier conversation to go on with; `used_before` is
    what that conversation had used by then.
    """

    id: str
    run_id: str
    feature: str
    package: str
    role: Role
    attempt: int
    agent: Agent
    folder: Path
    prompt: str
    timeout_seconds: float
    stall_seconds: float
    session: str | None = None
    used_before: Usage = NO_USAGE


@dataclass(frozen=True, slots=True)
class Report:
    """Is what an agent tells while it works; `session_usage` counts from the session's start."""

    session: str | None = None
    session_usage: Usage | None = None
    said: str | None = None
    waits_for: str | None = None


@dataclass(frozen=True, slots=True)
class Ending:
    """Is how an agent ended: `failure` None means in order, and `answer` is its last word.

    `resets_at` is in seconds since the epoch.
    """

    failure: Failure | None = None
    message: str = ""
    answer: str = ""
    resets_at: float | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """Is what can be told of an agent without running it on anything.

    `signed_in` None: it cannot be told. `problem` says why it cannot be used.
    """

    agent: str
    argv: tuple[str, ...]
    version: str | None = None
    signed_in: bool | None = None
    problem: str | None = None


class Agents(ABC):
    """Runs agents. Cancelling `work` ends the agent with everything that it started."""

    @abstractmethod
    async def work(self, assignment: Assignment, report: Callable[[Report], None]) -> Ending: ...

    @abstractmethod
    def policy(self, agent: Agent, role: Role) -> Policy:
        """Returns the policy metadata of the very launch that `work` would make."""

    @abstractmethod
    async def find(self, agent: Agent) -> Found: ...

    @abstractmethod
    def end_orphans(self, run_id: str) -> int:
        """Ends what an orchestrator that was killed left running; returns how many processes."""


class Copies(ABC):
    """Makes throw-away copies of submitted work for reviewers."""

    @abstractmethod
    async def make(self, workspace: Path, head: str, name: str) -> Path: ...

    @abstractmethod
    async def diff(self, copy: Path, base: str, head: str) -> Diff: ...

    @abstractmethod
    async def discard(self, copy: Path) -> None: ...


class RunLog(ABC):
    """Keeps a run's records, in order; what `append` returned from survives a kill."""

    @abstractmethod
    def append(self, record: Record) -> None:
        """Writes a record. Raises OSError when the disk takes no more."""

    @abstractmethod
    def records(self) -> Sequence[Record]: ...


class Clock(ABC):
    @abstractmethod
    def now(self) -> float:
        """Returns the seconds since the epoch."""


class Texts(ABC):
    """Reads prompt templates and the texts of work packages."""

    @abstractmethod
    def check(self) -> None:
        """Looks at all templates before anything starts. Raises UnusableTemplate, OSError."""

    @abstractmethod
    def template(self, name: str) -> str: ...

    @abstractmethod
    def task(self, prompt: Path) -> str: ...

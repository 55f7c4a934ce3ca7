"""Owns what a run writes down: one record for each thing that was begun, seen or decided.

The records are the run's memory (`memory.py` folds them), the stream of `--json` and the lines
that people read (`telling.py`). They are information about agents; lanes are the host's alone.
Times are seconds since the epoch.
"""

from dataclasses import dataclass
from enum import StrEnum

from spec_kitty_orchestrator.domain.agents import NO_USAGE, Role, Usage
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.verdict import Verdict


class Step(StrEnum):
    """Names a change that the host is asked for; also the last part of its key."""

    START = "start"
    SUBMIT = "submit"
    CLAIM_REVIEW = "claim-review"
    VERDICT = "verdict"
    BLOCK = "block"
    REOPEN = "reopen"
    RELEASE = "release"
    ACCEPT = "accept"
    MERGE = "merge"


class Ended(StrEnum):
    """Says how a run ended; each has its exit code in `results.py`."""

    DONE = "done"
    NEEDS_PERSON = "needs_person"
    BUDGET = "budget"
    INTERRUPTED = "interrupted"
    REFUSED = "refused"
    ABORTED = "aborted"


@dataclass(frozen=True, slots=True)
class RunStarted:
    """`resumed` is true for each start after the first; `process` is the orchestrator's id."""

    at: float
    run_id: str
    feature: str
    actor: str
    implementers: tuple[str, ...]
    reviewers: tuple[str, ...]
    limits: Limits
    merge: bool = True
    strategy: str | None = None
    process: int = 0
    resumed: bool = False


@dataclass(frozen=True, slots=True)
class StepIntended:
    """Stands before a call of the host; `package` is empty for the feature as a whole."""

    at: float
    package: str
    step: Step
    key: str


@dataclass(frozen=True, slots=True)
class StepDone:
    at: float
    package: str
    step: Step
    key: str
    lane: str | None = None
    detail: str = ""
    rounds: int = 0


@dataclass(frozen=True, slots=True)
class StepRefused:
    """`reason` is the host's word for programs, or the guard; `reopen` what it names for rework."""

    at: float
    package: str
    step: Step
    key: str
    code: str
    message: str
    reason: str | None = None
    reopen: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptStarted:
    """An agent begins; `id` is unique in the run, `attempt` the host's fence of the package."""

    at: float
    id: str
    package: str
    role: Role
    agent: str
    vendor: str
    attempt: int
    head: str | None = None
    asks_again: bool = False
    session: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptReported:
    """An agent told something on its way: its session, its use so far, what it waits for."""

    at: float
    id: str
    session: str | None = None
    usage: Usage | None = None
    waits_for: str | None = None


@dataclass(frozen=True, slots=True)
class AttemptEnded:
    """`failure` None: the agent ended in order. `usage` is this attempt's alone.

    `resets_at` is when a rate limit ends, where the agent said so. `answer` is the end of what
    the agent said last; `verdict` what a reviewer's answer comes to.
    """

    at: float
    id: str
    failure: Failure | None = None
    message: str = ""
    answer: str = ""
    resets_at: float | None = None
    usage: Usage = NO_USAGE
    session: str | None = None
    verdict: Verdict | None = None


@dataclass(frozen=True, slots=True)
class RunEnded:
    at: float
    ended: Ended
    reasons: tuple[str, ...] = ()


Record = (
    RunStarted
    | StepIntended
    | StepDone
    | StepRefused
    | AttemptStarted
    | AttemptReported
    | AttemptEnded
    | RunEnded
)

"""Owns what the scheduler can ask for: imperative values, carried out by the loop."""

from dataclasses import dataclass

from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.run.records import Ended
from spec_kitty_orchestrator.domain.verdict import Verdict


@dataclass(frozen=True, slots=True)
class Start:
    """Claims a work package and has its workspace made."""

    package: str
    agent: str


@dataclass(frozen=True, slots=True)
class Launch:
    """Lets an agent work; `asks_again` is for a reviewer whose answer held no verdict."""

    package: str
    role: Role
    agent: str
    asks_again: bool = False


@dataclass(frozen=True, slots=True)
class Submit:
    package: str
    agent: str


@dataclass(frozen=True, slots=True)
class ClaimReview:
    package: str
    agent: str


@dataclass(frozen=True, slots=True)
class GiveVerdict:
    package: str
    agent: str
    verdict: Verdict
    head: str


@dataclass(frozen=True, slots=True)
class Block:
    package: str
    reason: str


@dataclass(frozen=True, slots=True)
class EndAttempt:
    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Reopen:
    package: str
    reason: str


@dataclass(frozen=True, slots=True)
class Accept:
    pass


@dataclass(frozen=True, slots=True)
class Merge:
    pass


@dataclass(frozen=True, slots=True)
class Finish:
    ended: Ended
    reasons: tuple[str, ...] = ()


Action = (
    Start
    | Launch
    | Submit
    | ClaimReview
    | GiveVerdict
    | Block
    | EndAttempt
    | Reopen
    | Accept
    | Merge
    | Finish
)

"""Owns when a place is about to become free, so that the next work package can be claimed before.

Claiming takes the host a moment in which the place would stand empty. A claim that comes too
early starts from an older state of the feature than it could, so it is made only shortly before
an attempt should end, going by how long this run's attempts in that role took so far.
"""

from dataclasses import dataclass
from statistics import median

from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.run.memory import Attempt, Memory

# No claim is made longer than this before it should be worked on.
LEAD_SECONDS = 5.0
# An attempt is not expected to end before this part of the usual time is over.
_LEAST_PART = 0.25


@dataclass(frozen=True, slots=True)
class Foresight:
    """Says how many attempts should end soon, and when that will be true of the next one."""

    soon: int = 0
    look_again_at: float | None = None


def foresee(memory: Memory, now: float) -> Foresight:
    """Returns what can be foreseen; nothing before the first attempt in a role has ended."""
    usual = {role: _usual_seconds(memory, role) for role in Role}
    due = [
        attempt.started.at + max(seconds * _LEAST_PART, seconds - LEAD_SECONDS)
        for attempt in memory.running
        if (seconds := usual[attempt.started.role]) is not None
    ]
    later = [at for at in due if at > now]
    return Foresight(len(due) - len(later), min(later, default=None))


def _usual_seconds(memory: Memory, role: Role) -> float | None:
    took = [
        attempt.ended.at - attempt.started.at
        for attempt in memory.attempts.values()
        if _went_well(attempt, role) and attempt.ended is not None
    ]
    return median(took) if took else None


def _went_well(attempt: Attempt, role: Role) -> bool:
    return attempt.started.role is role and attempt.ended is not None and attempt.failure is None

"""Owns when an agent goes on with an earlier conversation, and what that had used by then.

An implementer keeps its context through rework and kills. A reviewer starts afresh for each
submission, so that it judges the work and not its own words; only a question after a missing
verdict goes on.
"""

from spec_kitty_orchestrator.domain.agents import NO_USAGE, Role, Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.memory import Memory
from spec_kitty_orchestrator.domain.run.records import AttemptStarted
from spec_kitty_orchestrator.domain.scheduling.actions import Launch


def session_of(memory: Memory, action: Launch) -> str | None:
    """Returns the conversation that an attempt goes on with; none after it broke down."""
    if action.role is Role.REVIEW and not action.asks_again:
        return None
    for attempt in reversed(memory.of(action.package, action.role)):
        if attempt.started.agent == action.agent:
            return None if attempt.failure is Failure.CRASH else attempt.session
    return None


def used_in(memory: Memory, started: AttemptStarted) -> Usage:
    """Returns what earlier attempts used in the conversation that this one goes on with."""
    total = NO_USAGE
    for attempt in memory.attempts.values():
        if started.session is not None and attempt.session == started.session:
            if attempt.started.id != started.id:
                total = total.plus(attempt.usage)
    return total

"""Owns how attempts fail and what is done about each: one table, looked up by the scheduler.

A failure counts when it says something about the work or the agent; what is nobody's fault
(a limit with a reset time, a run that was killed) does not, but is bounded all the same.
"""

from dataclasses import dataclass
from enum import StrEnum


class Failure(StrEnum):
    """Names why an attempt brought nothing."""

    RATE_LIMIT = "rate_limit"
    OVERLOAD = "overload"
    AUTH = "auth"
    LAUNCH = "launch"
    TIMEOUT = "timeout"
    STALL = "stall"
    CRASH = "crash"
    NO_CHANGE = "no_change"
    NO_VERDICT = "no_verdict"
    GUARD = "guard"
    ENDED = "ended"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Answer:
    """Is what a failure leads to.

    `counts`: towards the failures that a work package may have. `delay_seconds`: before the
    next try, doubled each time. `next_agent`: a fall-back is tried first. `drops_agent`: it is
    not used again in this run. `pauses_vendor`: until the reset, for all its agents.
    """

    counts: bool = True
    delay_seconds: float = 0.0
    next_agent: bool = False
    drops_agent: bool = False
    pauses_vendor: bool = False


ANSWERS: dict[Failure, Answer] = {
    Failure.RATE_LIMIT: Answer(counts=False, pauses_vendor=True),
    Failure.OVERLOAD: Answer(delay_seconds=15.0),
    Failure.AUTH: Answer(counts=False, next_agent=True, drops_agent=True),
    Failure.LAUNCH: Answer(counts=False, next_agent=True, drops_agent=True),
    Failure.TIMEOUT: Answer(next_agent=True),
    Failure.STALL: Answer(next_agent=True),
    Failure.CRASH: Answer(delay_seconds=2.0, next_agent=True),
    Failure.NO_CHANGE: Answer(),
    Failure.NO_VERDICT: Answer(next_agent=True),
    Failure.GUARD: Answer(),
    Failure.ENDED: Answer(counts=False),
    Failure.LOST: Answer(counts=False),
}

# A rate limit that does not say when it ends is taken to end after this long.
UNKNOWN_RESET_SECONDS = 300.0
# No vendor's limit lasts longer than a month: what says so is misread.
LONGEST_PAUSE_SECONDS = 32 * 86_400.0
# A delay is never longer than this, however often it was doubled.
LONGEST_DELAY_SECONDS = 600.0


def pause_end(at: float, resets_at: float | None) -> float:
    """Returns until when a rate limit of this moment lasts; a reset that cannot be is not one."""
    if resets_at is not None and at < resets_at <= at + LONGEST_PAUSE_SECONDS:
        return resets_at
    return at + UNKNOWN_RESET_SECONDS


def delay_seconds(failure: Failure, times: int, jitter: float) -> float:
    """Returns how long to wait after the failure happened `times` times in a row.

    `jitter` lies in 0..1 and spreads attempts that failed together over half the delay.
    """
    base = ANSWERS[failure].delay_seconds * (1 << min(max(times, 1) - 1, 16))
    return min(base, LONGEST_DELAY_SECONDS) * (1 + jitter / 2)

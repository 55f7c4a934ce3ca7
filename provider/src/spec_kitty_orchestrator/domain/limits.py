"""Owns the bounds of a run: how much at once, how often, how long, how dear."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Holds the bounds; times are in seconds, money in US dollars, None is unbounded.

    `max_failures` is how many counted failures in a row one work package may have in one role.
    `grace_seconds` is what running agents get after the first Ctrl-C.
    """

    max_concurrent: int = 2
    max_review_rounds: int = 3
    max_failures: int = 3
    timeout_seconds: float = 3600.0
    stall_seconds: float = 900.0
    grace_seconds: float = 30.0
    budget_usd: float | None = None
    budget_tokens: int | None = None

"""Owns the strategies by which an accepted feature comes onto its target branch."""

from __future__ import annotations

from enum import StrEnum

from spec_kitty.domain.refusals import ErrorCode, Refusal


class Strategy(StrEnum):
    """Names what history the target gets; the landed tree is always the accepted one."""

    MERGE = "merge"
    SQUASH = "squash"
    REBASE = "rebase"


def strategy_named(name: str) -> Strategy:
    """Returns the strategy, or refuses (UNSUPPORTED_STRATEGY)."""
    try:
        return Strategy(name)
    except ValueError:
        raise Refusal(
            ErrorCode.UNSUPPORTED_STRATEGY,
            f"There is no strategy {name!r}. Use one of: {', '.join(Strategy)}.",
            strategy=name,
        ) from None

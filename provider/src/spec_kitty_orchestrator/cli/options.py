"""Owns the options that say how a feature is to be run, and the wishes that they come to."""

import math
from collections.abc import Callable
from typing import Any, TypeVar

import click

from spec_kitty_orchestrator.loop.preparing import Wishes

_F = TypeVar("_F", bound=Callable[..., Any])

FEATURE = click.option("--feature", required=True, metavar="SLUG", help="The feature's slug.")


def _positive(_: click.Context, param: click.Parameter, value: float | None) -> float | None:
    """Insists on a number above zero; minutes and dollars need not be whole."""
    if value is not None and not (math.isfinite(value) and value > 0):
        raise click.BadParameter(f"{value} is not a number above zero.", param=param)
    return value


def _line(_: click.Context, param: click.Parameter, value: str | None) -> str | None:
    """Insists on what the host takes for a name: one printable line of at most 200 characters."""
    if value is not None and not (0 < len(value) <= 200 and value.isprintable()):
        raise click.BadParameter("It has to be one printable line.", param=param)
    return value


def _number(name: str, unit: str, text: str) -> Callable[[_F], _F]:
    return click.option(name, type=float, callback=_positive, metavar=unit, help=text)


_OPTIONS = (
    FEATURE,
    click.option(
        "--impl-agent", multiple=True, metavar="AGENT", help="Who implements; may be repeated."
    ),
    click.option("--review-agent", multiple=True, metavar="AGENT", help="Who reviews."),
    click.option("--max-concurrent", type=click.IntRange(1, 64), help="Agents at once."),
    click.option("--max-review-rounds", type=click.IntRange(1, 100), help="Before it is blocked."),
    _number("--timeout", "MIN", "Minutes for one attempt."),
    _number("--stall", "MIN", "Minutes without any activity."),
    _number("--budget-usd", "USD", "Dollars for the run."),
    click.option("--budget-tokens", type=click.IntRange(1), metavar="N", help="Tokens for it."),
    click.option("--merge/--no-merge", default=None, help="Merge when it is accepted."),
    click.option(
        "--strategy", type=click.Choice(["merge", "squash", "rebase"]), help="How to merge."
    ),
    click.option(
        "--actor", callback=_line, metavar="NAME", help="In whose name the host is asked."
    ),
)

_LIMITS = {
    "max_concurrent": ("max_concurrent", 1),
    "max_review_rounds": ("max_review_rounds", 1),
    "timeout": ("timeout_seconds", 60),
    "stall": ("stall_seconds", 60),
    "budget_usd": ("budget_usd", 1),
    "budget_tokens": ("budget_tokens", 1),
}


def run_options(command: _F) -> _F:
    """Gives a command the options of a run."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def wishes_of(asked: dict[str, Any]) -> Wishes:
    """Returns what the options ask for."""
    limits = {
        limit: asked[name] * factor
        for name, (limit, factor) in _LIMITS.items()
        if asked[name] is not None
    }
    return Wishes(
        asked["feature"],
        tuple(asked["impl_agent"]),
        tuple(asked["review_agent"]),
        limits,
        asked["merge"],
        asked["strategy"],
        asked["actor"],
    )

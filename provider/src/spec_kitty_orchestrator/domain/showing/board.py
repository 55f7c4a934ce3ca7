"""Owns what a board says of a run: one row for each work package, and the few facts above them.

It is the scheduler's own answer in words; how it is drawn is `cli/drawing.py`'s.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from spec_kitty_orchestrator.domain.agents import Usage
from spec_kitty_orchestrator.domain.feature import SETTLED, Lane, Package
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.memory import Attempt
from spec_kitty_orchestrator.domain.run.records import Step
from spec_kitty_orchestrator.domain.scheduling.stages import NeedsPerson, Settled, Waiting, stage
from spec_kitty_orchestrator.domain.scheduling.view import View
from spec_kitty_orchestrator.domain.showing.telling import clock, count, duration, one_line


class State(StrEnum):
    """Says how a work package stands, the most important first."""

    RUNNING = "running"
    PERSON = "needs_person"
    DUE = "due"
    WAITING = "waiting"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Row:
    """Is one work package; `attempt` is there while an agent works on it."""

    package: Package
    state: State
    note: str = ""
    attempt: Attempt | None = None


_STEPS = {
    Step.START: "is being claimed",
    Step.SUBMIT: "is being submitted",
    Step.CLAIM_REVIEW: "gets its reviewer",
    Step.VERDICT: "gets its verdict",
    Step.BLOCK: "is being blocked",
    Step.REOPEN: "is being reopened",
    Step.RELEASE: "is being released",
    Step.ACCEPT: "The feature is being accepted.",
    Step.MERGE: "The feature is being merged.",
}


def rows(view: View) -> tuple[Row, ...]:
    """Returns a row for each work package, in the plan's order."""
    running = {each.started.package: each for each in view.memory.running}
    return tuple(_row(view, package, running.get(package.id)) for package in view.feature.packages)


def _row(view: View, package: Package, attempt: Attempt | None) -> Row:
    if attempt is not None:
        waits = attempt.waits_for
        return Row(package, State.RUNNING, one_line(f"waits: {waits}") if waits else "", attempt)
    if package.id in view.busy:
        return Row(package, State.DUE, _STEPS[view.busy[package.id]])
    due = stage(view, package)
    match due:
        case NeedsPerson(why):
            return Row(package, State.PERSON, _without_name(why, package))
        case Waiting(why, until):
            when = f" (until {clock(until, view.now)})" if until else ""
            return Row(package, State.WAITING, _without_name(why, package) + when)
        case Settled():
            return Row(package, State.SETTLED)
        case _:
            return Row(package, State.DUE, "is next")


def _without_name(why: str, package: Package) -> str:
    """Leaves out the name that stands in front of the row anyway."""
    line = one_line(why)
    for between in (" ", ": "):
        line = line.removeprefix(f"{package.id}{between}")
    return line


def of_feature(view: View) -> str:
    """Returns what is being done to the feature as a whole, empty for nothing."""
    return _STEPS[view.busy[""]] if "" in view.busy else ""


def needs(view: View) -> tuple[str, ...]:
    """Returns what needs a person, each with its reason, once."""
    whys = [
        one_line(due.why)
        for each in view.feature.packages
        if each.id not in view.busy and isinstance(due := stage(view, each), NeedsPerson)
    ]
    return tuple(dict.fromkeys(whys))


def pauses(view: View) -> tuple[str, ...]:
    """Returns a sentence for each vendor that is paused now."""
    return tuple(
        f"{vendor} is paused until {clock(until, view.now)}: its rate limit is reached."
        for vendor, until in sorted(view.memory.paused_until.items())
        if until > view.now
    )


def stopping(view: View) -> str:
    """Returns what happens after Ctrl-C, empty before."""
    if view.stopping_since is None:
        return ""
    if view.stop_now:
        return "Stopping now: the agents are being ended, their work is kept."
    left = view.stopping_since + view.limits.grace_seconds - view.now
    if not view.memory.running or left <= 0:
        return "Stopping: the last steps are written down."
    return (
        f"Stopping: nothing new begins, agents get {duration(left)} more. Ctrl-C again ends them"
        " now."
    )


def progress(view: View) -> str:
    """Returns how many work packages are finished, and how many are worked on."""
    packages = view.feature.packages
    finished = sum(each.lane in SETTLED for each in packages)
    running = len(view.memory.running)
    return f"{finished} of {len(packages)} finished" + (f", {running} running" if running else "")


def spending(usage: Usage, limits: Limits) -> str:
    """Returns what is used so far, and of how much if that is bounded."""
    tokens, dollars = "", ""
    if limits.budget_tokens is not None:
        tokens = f"{usage.tokens:,} of {count(limits.budget_tokens, 'token')}"
    elif usage.tokens:
        tokens = count(usage.tokens, "token")
    if limits.budget_usd is not None:
        dollars = f"${usage.cost_usd or 0:.2f} of ${limits.budget_usd:.2f}"
    elif usage.cost_usd is not None:
        dollars = f"${usage.cost_usd:.2f}"
    return ", ".join(filter(None, (tokens, dollars)))


def cut(table: tuple[Row, ...], room: int) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Returns the rows that fit, in order, and those that do not: the important ones stay."""
    if len(table) <= room:
        return table, ()
    ranked = sorted(table, key=lambda row: list(State).index(row.state))
    kept = {row.package.id for row in ranked[: max(room - 1, 0)]}
    shown = tuple(row for row in table if row.package.id in kept)
    return shown, tuple(row for row in table if row.package.id not in kept)


def cut_words(hidden: Iterable[Row]) -> str:
    """Returns what stands for rows that did not fit: … and 12 more: 8 done, 4 planned."""
    lanes = [row.package.lane for row in hidden]
    counted = ", ".join(f"{lanes.count(lane)} {lane}" for lane in Lane if lane in lanes)
    return f"… and {len(lanes)} more: {counted}"

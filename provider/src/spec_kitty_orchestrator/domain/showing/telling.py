"""Owns how a run is told to people: one sentence for each record that is worth one."""

from datetime import datetime

from spec_kitty_orchestrator.domain.agents import Role, Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.memory import Memory
from spec_kitty_orchestrator.domain.run.records import (
    AttemptEnded,
    AttemptReported,
    AttemptStarted,
    Record,
    RunEnded,
    RunStarted,
    Step,
    StepDone,
    StepRefused,
)
from spec_kitty_orchestrator.domain.run.results import RESULTS
from spec_kitty_orchestrator.domain.verdict import Decision, Verdict

_DONE = {
    Step.START: "is claimed and has its workspace",
    Step.SUBMIT: "is submitted for review",
    Step.BLOCK: "is blocked: a person has to look at it",
    Step.REOPEN: "is reopened",
    Step.RELEASE: "is released",
    Step.ACCEPT: "The feature is accepted.",
    Step.MERGE: "The feature is merged.",
}
_VERDICTS = {"done": "is done and integrated", "in_progress": "goes back with findings"}


def sentence(record: Record, memory: Memory) -> str | None:
    """Returns what a record says to people, None if it is not for them.

    `memory` is the run's with the record in it.
    """
    match record:
        case RunStarted():
            how = "goes on" if record.resumed else "starts"
            return f"Run {record.run_id} of {record.feature} {how}."
        case StepDone(package="", step=step):
            return _DONE[step]
        case StepDone(step=Step.VERDICT, lane=lane):
            return f"{record.package} {_VERDICTS.get(lane or '', 'has its verdict')}."
        case StepDone():
            said = _DONE.get(record.step)
            return f"{record.package} {said}." if said else None
        case StepRefused():
            about = record.package or "The feature"
            named = record.message.startswith(about)
            return record.message if named else f"{about}: {record.message}"
        case AttemptStarted():
            return _started(record)
        case AttemptReported():
            waits = record.waits_for
            return f"{memory.attempts[record.id].started.package} waits: {waits}" if waits else None
        case AttemptEnded():
            return _ended(record, memory)
        case RunEnded():
            return "\n".join((RESULTS[record.ended].sentence, *record.reasons))
        case _:
            return None


def _started(record: AttemptStarted) -> str:
    if record.role is Role.REVIEW:
        what = "is asked again for a verdict on" if record.asks_again else "reviews"
        return f"{record.agent} {what} {record.package}."
    again = f" (attempt {record.attempt})" if record.attempt > 1 else ""
    return f"{record.agent} works on {record.package}{again}."


def _ended(record: AttemptEnded, memory: Memory) -> str:
    started = memory.attempts[record.id].started
    who = f"{started.agent} on {started.package}"
    if record.failure is None:
        if record.verdict is not None:
            return f"{who}: {judgement(record.verdict)}"
        return f"{who}: finished{_cost(record.usage)}."
    why = record.message or "no reason is known"
    until = ""
    if record.failure is Failure.RATE_LIMIT:
        resets = memory.paused_until.get(started.vendor)
        until = f" {started.vendor} is paused until {clock(resets, record.at)}." if resets else ""
    return f"{who}: {record.failure.replace('_', ' ')}. {why}{until}"


def judgement(verdict: Verdict) -> str:
    """Returns a verdict in a line."""
    if verdict.decision is Decision.APPROVED:
        return f"approved. {verdict.summary}".strip()
    listed = "; ".join(f"{each.id}: {each.message}" for each in verdict.findings)
    return f"changes requested. {listed}"


def one_line(text: str) -> str:
    """Returns text from outside as one line that cannot steer a terminal."""
    return printable(" ".join(text.split()))


def printable(line: str) -> str:
    """Returns a line with its control characters replaced; spaces stay as they are."""
    line = line.replace("\t", "    ")
    if line.isprintable():
        return line
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in line)


def count(number: int, noun: str) -> str:
    """Returns how many there are of something whose plural ends in s."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def minutes(number: float) -> str:
    """Returns an estimate as people say it: 45 min, 3 h, 3 h 20 min."""
    hours, rest = divmod(round(number), 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def clock(at: float, now: float) -> str:
    """Returns a time as people near this machine read it: the day only if it is another."""
    moment = datetime.fromtimestamp(at)
    today = moment.date() == datetime.fromtimestamp(now).date()
    return moment.strftime("%H:%M" if today else "%Y-%m-%d %H:%M")


def used(usage: Usage) -> str:
    """Returns a use of tokens and money in a few words, empty if nothing is known."""
    parts = [f"{usage.tokens:,} tokens"] if usage.tokens else []
    parts += [] if usage.cost_usd is None else [f"${usage.cost_usd:.2f}"]
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Returns a time span in two units: 42 s, 3 min 5 s, 2 h 10 min."""
    whole = int(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _cost(usage: Usage) -> str:
    said = used(usage)
    return f" ({said})" if said else ""

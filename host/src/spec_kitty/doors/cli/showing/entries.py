"""Owns how an event is told to people: when, what, and what was said with it.

What somebody wrote cannot pass for an entry: each of its lines stands behind a bar.
"""

from __future__ import annotations

from datetime import datetime

import click

from spec_kitty.application.telling.sentences import printable, sentence
from spec_kitty.domain import events as e
from spec_kitty.doors.cli.terminal import folded, harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.domain.feature import Verdict

_INDENT = " " * 18
_BAR = f"{_INDENT}| "
_LONG_CHARACTERS = 120
_SHORT_CHARACTERS = 60


def entry(event: e.Event) -> str:
    """Returns one event: a line, and what was said with it below."""
    when = datetime.fromisoformat(event.at).astimezone().strftime("%Y-%m-%d %H:%M")
    told = sentence(_shortened(event))
    first, *others = folded(told, len(_INDENT))
    lines = [f"{click.style(when, dim=True)}  {first}", *(_INDENT + line for line in others)]
    for text in _texts(event.fact):
        if _is_long(text) or text.strip() not in told:
            for line in text.strip().splitlines():
                lines.extend(_BAR + part for part in folded(harmless(line), len(_BAR)))
    return "\n".join(lines)


def _is_long(text: str) -> bool:
    return "\n" in text.strip() or len(text) > _LONG_CHARACTERS


def _shortened(event: e.Event) -> e.Event:
    """Returns the event with only the beginning of what stands below its sentence in full."""
    for field in ("note", "reason"):
        text = getattr(event.fact, field, None)
        if text is not None and _is_long(text):
            begun = printable(text.strip().splitlines()[0], _SHORT_CHARACTERS - 1)
            short = begun.rstrip("\N{HORIZONTAL ELLIPSIS}") + "\N{HORIZONTAL ELLIPSIS}"
            return event.replace(fact=event.fact.replace(**{field: short}))
    return event


def _texts(fact: e.Fact) -> Iterator[str]:
    """Returns what people and agents wrote in words."""
    for said in (getattr(fact, "note", None), getattr(fact, "reason", None)):
        if said:
            yield said
    verdict = getattr(fact, "verdict", None)
    note = verdict.note if verdict is not None else None
    if note:
        yield note
    rework = fact.rework if isinstance(fact, e.ReworkRequested) else None
    if rework is not None and rework.note and rework.note != note:
        yield rework.note
    if verdict is not None:
        yield from _findings(verdict)


def _findings(verdict: Verdict) -> Iterator[str]:
    for finding in verdict.findings:
        place = finding.path or ""
        if finding.path and finding.line is not None:
            place = f"{finding.path}:{finding.line}"
        yield f"{finding.id} ({finding.severity}) {place}: {finding.message}".replace(" :", ":")

"""Owns how findings look: grouped by feature, what is wrong first, each command on its own line."""

from __future__ import annotations

import os

import click

from spec_kitty.application.doctor.findings import Severity
from spec_kitty.doors.cli.terminal import broken, harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.doctor.diagnosis import Diagnosis
    from spec_kitty.application.doctor.findings import Finding
    from spec_kitty.doors.cli.session import Session

_FIX = "doctor --fix"
_COLOURS = {Severity.WRONG: "red", Severity.NOTE: "yellow"}
_INDENT = "         "
_CLONE = "This clone"


def show_diagnosis(session: Session, diagnosis: Diagnosis, left: int, offer_fix: bool) -> None:
    """Writes a line that sums up, then the findings; one line if there are none.

    `left` is how many acts could not be done.
    """
    session.say(_summary(diagnosis, left))
    groups: dict[str | None, list[Finding]] = {}
    for finding in diagnosis.findings:
        groups.setdefault(finding.feature, []).append(finding)
    for feature in sorted(groups, key=lambda each: (each is None, each or "")):
        session.say(f"\n{click.style(feature or _CLONE, bold=True)}")
        for finding in sorted(groups[feature], key=_order):
            _show(session, finding)
    mendable = len(diagnosis.mendable)
    if mendable and offer_fix:
        which = "it" if mendable == len(diagnosis.findings) == 1 else f"{_count(mendable)} of them"
        session.suggest(f"This puts {which} right, and says each step before it takes it:", _FIX)


def _summary(diagnosis: Diagnosis, left: int) -> str:
    wrong = sum(each.severity is Severity.WRONG for each in diagnosis.findings)
    notes = len(diagnosis.findings) - wrong
    if wrong:
        told = click.style(f"{_many(wrong, 'thing')} wrong", fg="red", bold=True)
    elif left:
        told = click.style(f"{_many(left, 'act')} could not be done", fg="red", bold=True)
    else:
        told = click.style("nothing is wrong", fg="green")
    if notes:
        told += f", {_many(notes, 'note')}"
    return f"{_many(diagnosis.features, 'feature')}: {told}."


def _order(finding: Finding) -> tuple[bool, str, str]:
    return finding.severity is not Severity.WRONG, finding.package or "", finding.kind.value


def _show(session: Session, finding: Finding) -> None:
    word = click.style(f"{finding.severity:5}", fg=_COLOURS[finding.severity], bold=True)
    session.say(f"  {word}  {_told(session, finding.message)}")
    session.say(_INDENT + click.style(_told(session, finding.why), dim=True))
    if finding.act is not None:
        session.say(_INDENT + _told(session, f"--fix {finding.act}."))
        return
    if finding.remedy:
        session.say(_INDENT + _told(session, finding.remedy))
    for command in finding.commands:
        session.say(f"{_INDENT}  {click.style(harmless(command), bold=True)}")


def show_act(session: Session, finding: Finding) -> None:
    """Says what is wrong and what will be done about it, before it is done."""
    session.say(
        f"{click.style(finding.feature or _CLONE, bold=True)}: {_told(session, finding.message)}"
    )
    session.say(f"  doctor {_told(session, f'{finding.act}.')}")


def show_outcome(session: Session, needed: bool, left: str | None) -> None:
    """Says how it ended."""
    if left is not None:
        told = click.style("not done:", fg="yellow", bold=True)
        # It is a refusal, and may hold a command: no line of it is broken.
        session.say(f"  {told} {_near(session, left)}")
    elif needed:
        session.say(f"  {click.style('done', fg='green')}")
    else:
        session.say("  there was nothing left to do")


def _told(session: Session, text: str) -> str:
    return broken(_near(session, text), len(_INDENT))


def _near(session: Session, text: str) -> str:
    """Returns a sentence with paths below the checkout shortened, nothing in it harmful."""
    checkout = session.host.ports.whereabouts.checkout()
    if checkout is not None:
        text = text.replace(os.path.join(checkout, ""), "")
    return harmless(text)


def _count(number: int) -> str:
    return "one" if number == 1 else f"{number:,}"


def _many(count: int, what: str) -> str:
    return f"{count:,} {what}" if count == 1 else f"{count:,} {what}s"

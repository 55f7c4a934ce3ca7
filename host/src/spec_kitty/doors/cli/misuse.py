"""Owns what is said to somebody who calls a command in a way that there is not."""

from __future__ import annotations

import re

import click

from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.doors.cli.terminal import make_printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_SENTENCES = (
    (re.compile(r"Missing (\w+) (.+?)\.(?=\s|$)"), r"The \1 \2 is missing."),
    (re.compile(r"No such (\w+):? (\S+?)\.?(?=\s|$)"), r"There is no \1 \2."),
    (re.compile(r"\((Did you mean .+?\?)\)\.?"), r"\1"),
    (re.compile(r"Invalid value for (.+?): "), r"This is no value for \1: "),
)

ORCHESTRATION = (
    "Orchestration lives in a program of its own: install the distribution "
    "'spec-kitty-orchestrator' and run 'spec-kitty-orchestrator orchestrate'. It drives this "
    "program through 'spec-kitty orchestrator-api'. By hand, begin with 'spec-kitty implement'."
)


def as_refusal(error: click.ClickException) -> Refusal:
    """Returns click's complaint as a refusal in full sentences, with the next step."""
    said = make_printable(error.format_message(), 1_000)
    for pattern, sentence in _SENTENCES:
        said = pattern.sub(sentence, said, count=1)
    if not said.endswith((".", "?", "!")):
        said += "."
    context = getattr(error, "ctx", None)
    if context is not None:
        said += f" '{context.command_path} --help' shows how it is called."
    return Refusal(ErrorCode.USAGE_ERROR, said)


def unknown_command(name: str, known: Iterable[str]) -> Refusal:
    """Returns the refusal of a command that there is not, with one that may be meant."""
    if name == "orchestrate":
        return Refusal(ErrorCode.USAGE_ERROR, ORCHESTRATION)
    from difflib import get_close_matches

    near = get_close_matches(name, known, 1)
    asked = f" Did you mean '{near[0]}'?" if near else ""
    return Refusal(
        ErrorCode.USAGE_ERROR,
        f"There is no command '{make_printable(name, 60)}'.{asked} 'spec-kitty --help' lists all.",
    )

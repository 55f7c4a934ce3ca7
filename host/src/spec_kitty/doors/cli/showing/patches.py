"""Owns how a difference between commits looks: colours on a terminal, the bare patch elsewhere.

On a terminal control characters in file contents are shown as escapes, so that no work can
steer the terminal of its reviewer.
"""

from __future__ import annotations

import click

from spec_kitty.doors.cli.terminal import harmless, width

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.doors.cli.session import Session

_HUNK: dict[str, Any] = {"fg": "cyan"}
_HEAD: dict[str, Any] = {"bold": True}
_LINES: dict[str, dict[str, Any]] = {"+": {"fg": "green"}, "-": {"fg": "red"}}


def show_stat(session: Session, base: str, tip: str) -> bool:
    """Writes a line for each changed file; says whether there are any."""
    lines = session.host.ports.diffs.stat(base, tip, width())
    if lines:
        session.say()
    for line in lines:
        session.say(harmless(line))
    return bool(lines)


def show_patch(session: Session, base: str, tip: str, plain: bool) -> None:
    """Writes the patch; `plain` writes it byte by byte as git gives it."""
    in_hunk = False
    for line in session.host.ports.diffs.patch(base, tip):
        if plain:
            session.say(line)
            continue
        if line.startswith("@@"):
            in_hunk = True
        elif line.startswith("diff --git "):
            in_hunk = False
        session.say(click.style(harmless(line), **_style(line, in_hunk)))


def _style(line: str, in_hunk: bool) -> dict[str, Any]:
    if not in_hunk:
        return _HEAD
    return _HUNK if line.startswith("@@") else _LINES.get(line[:1], {})

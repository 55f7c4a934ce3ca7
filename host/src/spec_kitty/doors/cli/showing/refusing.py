"""Owns how a refusal is told to a person: the sentence, then the facts that help with it.

No line is broken here: a command in it could not be copied any more. Terminals copy a line that
they broke themselves as one.
"""

from __future__ import annotations

import click

from spec_kitty.doors.cli.terminal import harmless

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.domain.refusals import Refusal
    from spec_kitty.doors.cli.session import Session

# A message names the first five of a longer list by itself.
_NAMED_IN_MESSAGE = 5
_LISTS = ("files", "paths", "problems", "blockers")
_WORKSPACE = "workspace_path"


def tell(refusal: Refusal, session: Session) -> None:
    """Writes the refusal to stderr."""
    head = f"refused ({refusal.code})"
    session.remark(f"{click.style(head, fg='red', bold=True)}: {_prose(refusal.message)}")
    for name in _LISTS:
        _list(refusal.facts.get(name), session)
    output = refusal.facts.get("output_tail")
    if isinstance(output, str) and output.strip():
        session.remark()
        for line in output.rstrip().split("\n"):
            session.remark(f"  | {harmless(line)}")
    folder = refusal.facts.get(_WORKSPACE)
    if isinstance(folder, str):
        session.remark(f"\n  cd {session.path(folder)}")


def _prose(message: str) -> str:
    return "".join(char if char.isprintable() else harmless(char) for char in message)


def _list(items: object, session: Session) -> None:
    if not isinstance(items, list) or len(items) <= _NAMED_IN_MESSAGE:
        return
    session.remark()
    for item in items:
        session.remark(f"  {harmless(_line(item))}")


def _line(item: object) -> str:
    if not isinstance(item, dict):
        return str(item)
    place = item.get("path") if item.get("line") is None else f"{item['path']}:{item['line']}"
    return f"{place}: {item.get('message')}"

"""Owns the making of long journals: real ones, decided and laid out by the host's own code.

Only the writing differs: `git fast-import` packs them, where the host fsyncs every event.
"""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from itertools import count
from typing import IO

from planned import SLUG, Planned, package_id
from spec_kitty.adapters.journal import tree as journal_tree
from spec_kitty.adapters.journal.event_codec import encode_event
from spec_kitty.adapters.journal.writer import IDENTITY, epoch_of, subject
from spec_kitty.domain.commands import AddNote, Command, MovePackage
from spec_kitty.domain.decide import decide
from spec_kitty.domain.events import Event
from spec_kitty.domain.feature import Caller, Feature
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import journal_ref
from spec_kitty.domain.planning.plan import FeaturePlan
from spec_kitty.domain.replay import replay
from spec_kitty.wiring import open_host

AT = "2026-01-01T00:00:00Z"
CALLER = Caller("bench", person=True)


def write_journal(planned: Planned, event_count: int, package_count: int) -> None:
    """Writes a journal of so many events, spread over all work packages."""
    desk = open_host(str(planned.folder)).reader.desk(SLUG)
    with subprocess.Popen(
        ["git", "fast-import", "--quiet"],
        cwd=planned.folder,
        env=planned.env,
        stdin=subprocess.PIPE,
    ) as child:
        assert child.stdin is not None
        story = _Story(child.stdin, desk.plan, desk.feature.target_branch)
        for number in range(event_count):
            story.add(_command(number, package_count))
        child.stdin.close()
        if child.wait() != 0:
            raise RuntimeError("git fast-import failed")


def _command(number: int, package_count: int) -> Command:
    """Returns what happens next: every package is noted, blocked and unblocked in turn."""
    package = package_id(number % package_count + 1)
    match number // package_count % 3:
        case 0:
            return AddNote(package, f"Note {number}.", f"hist-{number:032x}")
        case 1:
            return MovePackage(package, CALLER, Lane.BLOCKED, "It waits.", None, False)
        case _:
            return MovePackage(package, CALLER, Lane.PLANNED, "It goes on.", None, False)


class _Story:
    """Sends one event after the other to fast-import."""

    def __init__(self, out: IO[bytes], plan: FeaturePlan, target: str) -> None:
        self._out = out
        self._plan = plan
        self._target = target
        self._feature: Feature | None = None
        self._layout = journal_tree.Layout()
        self._marks = count(1)

    def add(self, command: Command) -> None:
        before = self._feature
        state = before or Feature(SLUG, self._target)
        decided = decide(state, self._plan, command)
        assert decided is not None
        target = self._target if before is None else None
        event = Event(state.sequence + 1, AT, CALLER, decided.fact, decided.refs, target)
        after = replay(before, SLUG, event)
        layout = journal_tree.write_changes(self._write, self._layout, before, after)
        self._commit(event, layout)
        self._feature, self._layout = after, layout

    def _write(self, kind: str, content: bytes) -> str:
        mark = f":{next(self._marks)}"
        self._out.write(b"%s\nmark %s\ndata %d\n%s\n" % (
            kind.encode(), mark.encode(), len(content), content
        ))  # fmt: skip
        return mark

    def _commit(self, event: Event, layout: journal_tree.Layout) -> None:
        stamp = f"{IDENTITY} {epoch_of(event.at)} +0000"
        message = f"{subject(event)}\n\n".encode() + encode_event(event) + b"\n"
        head = f"commit {journal_ref(SLUG)}\nauthor {stamp}\ncommitter {stamp}\n"
        self._out.write(head.encode() + b"data %d\n%s\n" % (len(message), message))
        for folder in ("root", "wp"):
            prefix = "" if folder == "root" else f"{folder}/"
            self._modify(prefix, getattr(self._layout, folder), getattr(layout, folder))

    def _modify(self, prefix: str, old: Mapping[str, str], new: Mapping[str, str]) -> None:
        for name, mark in new.items():
            if old.get(name) != mark:
                self._out.write(f"M 100644 {mark} {prefix}{name}\n".encode())

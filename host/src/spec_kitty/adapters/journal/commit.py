"""Owns which bytes a commit of the journal has, and telling where one has others."""

from __future__ import annotations

import re

from spec_kitty.adapters.journal.codec import Undecodable
from spec_kitty.adapters.journal.event_codec import decode_event
from spec_kitty.adapters.journal.writer import IDENTITY, epoch_of
from spec_kitty.application.ports import JournalCommit

_COMMIT = re.compile(
    rb"tree ([0-9a-f]+)\n"
    rb"((?:parent [0-9a-f]+\n)*)"
    rb"author (.*)\ncommitter (.*)\n"
    rb"\n(.*)\n\n(.*)\n"
)


def read_commit(oid: str, content: bytes, parent: str | None) -> JournalCommit:
    """Reads a commit that should follow `parent`; all that is odd about it becomes a fault."""
    parts = _COMMIT.fullmatch(content)
    if parts is None:
        return JournalCommit(oid, "", "", None, ("It is not a commit as the host writes it.",))
    tree, parents, author, committer, subject, line = parts.groups()
    read = JournalCommit(oid, tree.decode(), subject.decode(errors="replace"), None)
    faults = []
    if parents != (b"parent %s\n" % parent.encode() if parent else b""):
        faults.append(_parent_fault(parents.decode().split()[1::2], parent))
    try:
        event = decode_event(line)
        stamp = f"{IDENTITY} {epoch_of(event.at)} +0000".encode()
    except (Undecodable, ValueError, TypeError) as error:
        return read.replace(faults=(*faults, f"Its event cannot be read: {error}."))
    if author != stamp or committer != stamp:
        by = author if author != stamp else committer
        faults.append(
            f"It is not by the host at the time of its event, but by {_shown(by)}. Somebody "
            "rewrote it."
        )
    return read.replace(event=event, faults=tuple(faults))


def _parent_fault(parents: list[str], parent: str | None) -> str:
    if parent is None:
        return f"It is the first event, but follows {', '.join(each[:12] for each in parents)}."
    if not parents:
        return f"It does not follow {parent[:12]}, or anything."
    return f"It has {len(parents)} parents. Somebody merged two histories."


def _shown(stamp: bytes) -> str:
    text = stamp.decode(errors="replace")
    return "".join(char if char.isprintable() else "?" for char in text)[:100]

"""Owns who a commit is by, as git writes it down."""

from __future__ import annotations

from spec_kitty.domain.record import Record


class Person(Record):
    """Is an author or committer."""

    name: str
    email: str

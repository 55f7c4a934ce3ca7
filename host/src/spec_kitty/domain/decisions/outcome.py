"""Owns the shape of a yes: what happened, and which branches move with it."""

from __future__ import annotations

from spec_kitty.domain.events import Fact, RefMove
from spec_kitty.domain.record import Record


class Decided(Record):
    """Is the fact to record and the refs that move in the same transaction."""

    fact: Fact
    refs: tuple[RefMove, ...] = ()

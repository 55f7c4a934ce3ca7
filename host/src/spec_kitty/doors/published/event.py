"""Owns what is said of one event of the journal, in `history` and `watch`."""

from __future__ import annotations

from spec_kitty.doors.published.shapes import Field

REF = (
    Field("ref", "text", "The ref's full name."),
    Field("old", "commit?", "Where it stood; null if it did not exist."),
    Field("new", "commit?", "Where it stands now; null if it was deleted."),
)

EVENT = (
    Field("cursor", "cursor", "The event's place in the journal: what `--after` takes."),
    Field("sequence", "count", "Its number in the feature's journal, from 1."),
    Field("at", "time", "When it happened. Order is by sequence; clocks are information."),
    Field("type", "text", "What happened; a later version may have more types."),
    Field("wp_id", "wp?", "The work package it is about; null if it is about the feature."),
    Field("actor", "text", "Who did it."),
    Field("person", "switch", "Whether a person did it by hand."),
    Field("agent", "text?", "The coding agent that was named."),
    Field("run_id", "text?", "The provider's run that was named."),
    Field("policy", "text?", "The name of the policy metadata that it was done under."),
    Field("sentence", "text", "The event as one line for people."),
    Field("facts", "object", "What the event changed; the fields depend on its type."),
    Field("refs", "object[]", "The branches that moved with it.", REF),
)

"""Owns what a merge of two commits can come to. How git is asked is the adapters' business."""

from __future__ import annotations

from spec_kitty.domain.feature import ConflictedPath
from spec_kitty.domain.record import Record


class Merged(Record):
    """The two sides agree on this tree."""

    tree: str


class Conflicted(Record):
    """The sides do not agree: `tree` has conflict markers in it, `messages` is what git said."""

    tree: str
    paths: tuple[ConflictedPath, ...]
    messages: tuple[str, ...]


class Unrelated(Record):
    """The two sides have no commit in common, so there is nothing to merge from."""


Outcome = Merged | Conflicted | Unrelated

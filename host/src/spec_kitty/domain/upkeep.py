"""Owns the values in which the state of a clone is described: workspaces, locks, leftovers.

They say what was found and where, not whether it is wrong.
"""

from __future__ import annotations

from enum import StrEnum

from spec_kitty.domain.record import Record


class Shape(StrEnum):
    """Says in which state a workspace was found."""

    SOUND = "sound"
    MISSING = "missing"
    EMPTIED = "emptied"
    MOVED = "moved"
    POINTER = "pointer"
    UNREGISTERED = "unregistered"
    REGISTRATION = "registration"
    HEAD = "head"
    HALF = "half"
    DISPLACED = "displaced"
    OPERATION = "operation"
    IN_THE_WAY = "in the way"


class Condition(Record):
    """Is how a workspace was found. `other` is where it is, what it is on, or what stands there."""

    shape: Shape
    folder: str
    other: str | None = None


class OwnWorktree(Record):
    """Is a worktree that the host registered, by the name that folder and branch share."""

    name: str
    folder: str


class LeftLock(Record):
    """Is a lock of git's that nobody alive holds. `ours` says that the host may remove it.

    `name` is its path inside the common git dir: `refs/heads/main.lock`.
    """

    path: str
    name: str
    ours: bool


class Leftover(Record):
    """Is something of the host's own that a killed command left.

    `what` says it in words, `until` when it goes away by itself.
    """

    path: str
    what: str
    until: str


class KeptWork(Record):
    """Is work that was kept before its branch or workspace went away.

    `commit` is None where the ref cannot be read as a commit. `at` is its time in seconds since
    1970; `uncommitted` says that it holds files that nobody had committed.
    """

    ref: str
    feature: str
    package: str
    number: int
    commit: str | None
    at: int = 0
    subject: str = ""
    uncommitted: bool = False

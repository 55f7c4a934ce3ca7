"""Owns what is said about work before it is committed: which paths changed, and what was found.

These are facts only. Whether a change may be submitted is decided by the submit guards.
"""

from __future__ import annotations

from spec_kitty.domain.record import Record


class Change(Record):
    """Describes one path that differs between two trees.

    `status` is git's letter: A(dded), D(eleted), M(odified) or T(ype changed). The side on which
    the path does not exist has mode `000000` and an oid of zeros.
    """

    path: str
    old_mode: str
    new_mode: str
    old_oid: str
    new_oid: str
    status: str


class Snapshot(Record):
    """Describes the tree that a workspace's files would be committed as, and what it leaves out.

    `changed` says whether it differs from the head that the snapshot was taken against. Left out
    are `too_large` files (with their size in bytes), `nested` repositories (ending in `/`) and
    files found `in_submodules` that were never initialised.
    """

    tree: str
    changed: bool
    too_large: tuple[tuple[str, int], ...] = ()
    nested: tuple[str, ...] = ()
    in_submodules: tuple[str, ...] = ()

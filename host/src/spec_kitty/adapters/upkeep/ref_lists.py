"""Owns listing refs with what they name, and those that git cannot read and passes over."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.runner import Git


def listed_refs(git: Git, prefix: str) -> dict[str, str]:
    """Returns the object id that each ref names, whether or not there is such an object."""
    listed = git.run("for-each-ref", "--format=%(refname) %(objectname)", prefix).stdout
    rows = (line.partition(" ") for line in os.fsdecode(listed).splitlines())
    return {ref: oid for ref, _, oid in rows}


def broken_refs(git: Git, prefix: str) -> tuple[str, ...]:
    """Returns the refs below the prefix whose files hold no object id."""
    known = listed_refs(git, prefix)
    top = os.path.join(git.common_dir, prefix)
    found = [
        os.path.relpath(os.path.join(folder, name), git.common_dir)
        for folder, _, names in os.walk(top)
        for name in names
        if not name.endswith(".lock")
    ]
    return tuple(ref for ref in sorted(found) if ref not in known)

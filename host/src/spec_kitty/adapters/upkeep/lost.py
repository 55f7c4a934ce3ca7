"""Owns finding events that no ref names any more, after a journal's ref was lost.

Git goes through all objects for that, which takes a while; nobody asks unless a journal is gone.
"""

from __future__ import annotations

import re

from spec_kitty.adapters.git.plain_files import require_plain_worktrees
from spec_kitty.adapters.journal.writer import IDENTITY

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.runner import Git

_FSCK = ("fsck", "--connectivity-only", "--no-reflogs", "--dangling", "--no-progress")
_DANGLING = re.compile(rb"^dangling commit ([0-9a-f]+)$", re.MULTILINE)
# What git can end with that finds damage on its way.
_ANY = tuple(range(64))


def lost_journals(git: Git, slug: str) -> tuple[str, ...]:
    """Returns the newest events of a feature that no ref names, the last one first."""
    require_plain_worktrees(git.common_dir)
    said = git.run(*_FSCK, ok=_ANY).stdout
    oids = [oid.decode() for oid in _DANGLING.findall(said)]
    found = [(_time(git, oid, slug), oid) for oid in oids]
    return tuple(oid for at, oid in sorted(found, reverse=True) if at)


def _time(git: Git, oid: str, slug: str) -> int:
    """Returns when the event was recorded, 0 for a commit that is no event of the feature.

    The first claim of a feature names its branch, so some event before each one does.
    """
    words = ("log", "--fixed-strings", "--max-count=1", f"--committer={IDENTITY}")
    branch = f'"refs/heads/{slug}"'
    named = git.run(*words, f"--grep={branch}", "--format=%H", oid, "--", ok=(0, 128)).stdout
    if not named.strip():
        return 0
    stamp = git.run("log", "--max-count=1", "--format=%ct", oid, "--", ok=(0, 128)).stdout
    return int(stamp or b"0")

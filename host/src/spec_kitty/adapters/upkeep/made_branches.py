"""Owns telling which branches of a feature the host made, where no journal says it any more.

Git's own log of a branch does: the host names itself in every move. A bare repository keeps no
such log, and what is in it for long git forgets.
"""

from __future__ import annotations

import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.runner import Git

_OURS = re.compile(rb"^spec-kitty\b", re.MULTILINE)


def made_branches(git: Git, slug: str) -> tuple[str, ...]:
    """Returns the names of those branches of a feature that the host has moved or made."""
    wanted = (f"refs/heads/{slug}", f"refs/heads/{slug}-WP*")
    listed = git.run("for-each-ref", "--format=%(refname)", *wanted).stdout
    named = re.compile(rf"refs/heads/({re.escape(slug)}(?:-WP[0-9]+)?)")
    found = [named.fullmatch(ref) for ref in os.fsdecode(listed).splitlines()]
    return tuple(each[1] for each in found if each is not None and _is_made(git, each[0]))


def _is_made(git: Git, ref: str) -> bool:
    said = git.run("reflog", "show", "--format=%gs", ref, "--", ok=(0, 128)).stdout
    return _OURS.search(said) is not None

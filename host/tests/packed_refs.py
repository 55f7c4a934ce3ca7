"""Packs refs in such a way that a git that is at work takes `packed-refs` for unchanged.

Git knows the file by inode, size and seconds. An inode that a pack has freed is used for the next
but one, so busy repositories come to this by themselves now and then.
"""

from __future__ import annotations

import os

from repository import Repo


def pack_refs(repo: Repo) -> None:
    repo.git("pack-refs", "--all")


def pack_refs_alike(repo: Repo) -> bool:
    """Packs refs into a file with the inode of the last; says whether the second is the same."""
    packed = repo.path / ".git/packed-refs"
    before = packed.stat()
    aside = packed.with_name("packed-refs.aside")
    os.link(packed, aside)
    pack_refs(repo)
    aside.write_bytes(packed.read_bytes())
    aside.replace(packed)
    now = packed.stat()
    assert (now.st_ino, now.st_size) == (before.st_ino, before.st_size)
    return int(now.st_ctime) == int(before.st_ctime)

"""Owns whether the commits that submodules point to can be had from their remotes.

Only the project's own clones of its submodules are asked, never one in a workspace, which the
agent could have prepared. A commit counts as published when a remote-tracking branch has it.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.runner import GitFailed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.domain.submission.changes import Change

GITLINK_MODE = "160000"


def missing_gitlinks(git: Git, head: str, changes: Sequence[Change]) -> tuple[str, ...]:
    """Returns the paths of changed submodules whose new commit no known remote branch holds."""
    links = [change for change in changes if change.new_mode == GITLINK_MODE]
    if not links:
        return ()
    names = _names_by_path(git, head)
    return tuple(
        link.path
        for link in links
        if not _is_published(git, names.get(link.path, link.path), link.new_oid)
    )


def _names_by_path(git: Git, head: str) -> dict[str, str]:
    """Returns the submodules' names by path as the commit's .gitmodules has them."""
    listed = git.run(
        "config", "--blob", f"{head}:.gitmodules", "-z", "--get-regexp", r"\.path$", ok=(0, 1, 128)
    ).stdout
    pairs = (entry.partition("\n") for entry in os.fsdecode(listed).split("\0") if entry)
    return {path: key.removeprefix("submodule.").removesuffix(".path") for key, _, path in pairs}


def _is_published(git: Git, name: str, commit: str) -> bool:
    clone = os.path.normpath(os.path.join(git.common_dir, "modules", name))
    if not clone.startswith(os.path.join(git.common_dir, "modules") + os.sep):
        return False
    if not os.path.isdir(clone):
        return False
    try:
        found = git.run(
            "for-each-ref", "--count=1", f"--contains={commit}", "refs/remotes", git_dir=clone
        )
    except GitFailed:
        return False
    return bool(found.stdout.strip())

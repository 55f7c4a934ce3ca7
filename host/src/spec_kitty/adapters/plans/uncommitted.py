"""Owns telling what of a plan lies on disk only, and so does not count yet."""

from __future__ import annotations

import os

from spec_kitty.adapters.git.location import git_dir_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.runner import Git

_STATUS = (
    "status",
    "--porcelain",
    "-z",
    "--untracked-files=all",
    "--no-renames",
    "--ignore-submodules=all",
)


def uncommitted(git: Git, checkout: str, target_ref: str, path: str) -> tuple[str, ...]:
    """Returns the files under a path that differ between the checkout and its target branch.

    `path` is relative to the checkout: `kitty-specs/034-x`, or `kitty-specs` for all features,
    those never committed included. While another branch is checked out, what lies on disk is
    not meant for the target, and the answer is empty. Ignored files do not count.
    """
    has_pointer = os.path.lexists(os.path.join(checkout, ".git"))
    git_dir = git_dir_of(checkout) if has_pointer else git.common_dir  # else core.worktree names it
    head = git.run("symbolic-ref", "-q", "HEAD", ok=(0, 1), git_dir=git_dir)
    if os.fsdecode(head.stdout).strip() != target_ref:
        return ()
    words = ("-C", checkout, f"--work-tree={checkout}", "--literal-pathspecs", *_STATUS)
    said = git.run(*words, "--", path, git_dir=git_dir).stdout
    # Each entry is two letters, a space and the path.
    return tuple(os.fsdecode(entry[3:]) for entry in said.split(b"\0") if entry)

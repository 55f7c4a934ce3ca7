"""Owns telling what a killed move of a workspace's files wrote from what somebody edited since.

A file is the move's own work if it is as it was, as it was to become, missing, or cut off in the
middle. Anything else is somebody's, and is not overwritten.
"""

from __future__ import annotations

import os
import stat

from spec_kitty.adapters.comparing.changes import changes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.work_trees.work_tree import WorkTree
    from spec_kitty.domain.submission.changes import Change


def edited_since(work_tree: WorkTree, old: str, new: str) -> tuple[str, ...]:
    """Returns the files between two commits that are neither's, nor half of the newer one's."""
    return tuple(
        change.path
        for change in changes(work_tree.git, old, new)
        if not _is_of_the_move(work_tree, change)
    )


def _is_of_the_move(work_tree: WorkTree, change: Change) -> bool:
    path = os.path.join(work_tree.place.folder, change.path)
    try:
        mode = os.lstat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        return True
    if not stat.S_ISREG(mode):
        return True
    words = ("hash-object", f"--path={change.path}", "--", path)
    found = work_tree.run(*words).stdout.decode().strip()
    if found in (change.old_oid, change.new_oid):
        return True
    return change.new_oid.strip("0") != "" and _is_cut_off(work_tree, path, change.new_oid)


def _is_cut_off(work_tree: WorkTree, path: str, oid: str) -> bool:
    """Says whether the file is the beginning of a blob; one that a filter changes never is."""
    kind = work_tree.run("cat-file", "-t", oid, ok=(0, 128)).stdout.strip()
    if kind != b"blob":
        return False
    whole = work_tree.run("cat-file", "blob", oid).stdout
    with open(path, "rb") as file:
        begun = file.read(len(whole) + 1)
    return whole.startswith(begun)

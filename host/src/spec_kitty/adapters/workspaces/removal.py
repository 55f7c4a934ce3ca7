"""Owns how a folder that an agent filled is deleted.

`rm` walks it: it follows no symlink, knows no depth limit and holds no path. Folders that the
agent made read-only are opened first.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git import processes
from spec_kitty.domain.refusals import ErrorCode, Refusal


def remove_tree(path: str) -> None:
    """Deletes whatever is at the path; a symlink is deleted, not what it points to.

    Raises Refusal (WORKSPACE_FAILED) when something cannot be deleted.
    """
    if not os.path.lexists(path):
        return
    if _run("rm", "-rf", "--", path).returncode == 0:
        return
    if os.path.isdir(path) and not os.path.islink(path):
        _run("chmod", "-R", "u+rwX", "--", path)
    outcome = _run("rm", "-rf", "--", path)
    if outcome.returncode != 0:
        raise Refusal(
            ErrorCode.WORKSPACE_FAILED,
            f"{path} could not be deleted: {outcome.stderr.decode(errors='replace').strip()}. "
            "Delete it by hand, then try again.",
            paths=(path,),
        )


def _run(*words: str) -> processes.Completed:
    return processes.run(words, {**os.environ, "LC_ALL": "C"})

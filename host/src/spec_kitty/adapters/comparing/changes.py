"""Owns how two trees are compared. It reads objects only; no checkout and no index.

git reads attributes from the folder that it runs in, so it runs in an empty one; `--text` keeps
attributes from elsewhere from hiding a change as binary.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.comparing.patch import AddedLine, added_in
from spec_kitty.adapters.git import processes
from spec_kitty.application.ports import ObjectsVanished
from spec_kitty.domain.submission.changes import Change

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.adapters.git.runner import Git

_COMPARE = ("diff-tree", "-r", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color")


def changes(git: Git, base: str, tip: str) -> tuple[Change, ...]:
    """Returns the paths that differ between two commits or trees, submodules included."""
    outcome = git.run(
        "-C", _empty_folder(git), *_COMPARE, "-z", "--raw", "--ignore-submodules=none", base, tip
    )
    fields = os.fsdecode(outcome.stdout).split("\0")
    return tuple(
        Change(path, *facts.removeprefix(":").split(" "))
        for facts, path in zip(fields[::2], fields[1::2], strict=False)
    )


def added_lines(git: Git, base: str, tip: str) -> Iterator[AddedLine]:
    """Yields path, line number and text of each line that only the second tree has.

    Lines that hold a NUL are not text and left out; long ones are cut.
    """
    argv = git.command(
        "-C",
        _empty_folder(git),
        "-c",
        "core.quotePath=true",
        *_COMPARE,
        *("-p", "-U0", "--text", "--src-prefix=a/", "--dst-prefix=b/", "--ignore-submodules=all"),
        base,
        tip,
    )
    silent = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
    try:
        child = processes.spawn(argv, git.environment, stderr_fd=silent)
    finally:
        os.close(silent)
    os.close(child.stdin)
    read_to_end = False
    try:
        with open(child.stdout, "rb") as patch:
            yield from added_in(patch)
            read_to_end = True
    finally:
        _, status = os.waitpid(child.pid, 0)
    if read_to_end and status:
        raise ObjectsVanished(f"something of {base} or {tip} cannot be read")


def _empty_folder(git: Git) -> str:
    folder = os.path.join(git.common_dir, "spec-kitty", "empty")
    os.makedirs(folder, exist_ok=True)
    return folder

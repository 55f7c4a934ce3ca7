"""Owns how people are shown what two commits differ in. It reads objects only.

No pager, no colour, no external program. Git reads attributes from the folder that it runs in,
so it runs in an empty one: the work that is shown cannot hide a change by its own attributes.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git import processes
from spec_kitty.adapters.git.runner import environment
from spec_kitty.application.ports import Diffs as DiffsPort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.adapters.git.runner import Git

_COMPARE = (
    *("-c", "core.quotePath=false", "diff-tree", "-r", "--find-renames"),
    *("--no-ext-diff", "--no-textconv", "--no-color", "--ignore-submodules=none"),
)
_PATCH = ("-p", "--src-prefix=a/", "--dst-prefix=b/", "--submodule=short")


class Diffs(DiffsPort):
    """Compares commits or trees of one repository."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def stat(self, base: str, tip: str, columns: int) -> tuple[str, ...]:
        """Returns a line for each changed file, and one that sums up; none if all is equal."""
        words = ("-C", self._empty_folder(), *_COMPARE, f"--stat={columns}", base, tip)
        return tuple(os.fsdecode(self._git.run(*words).stdout).splitlines())

    def patch(self, base: str, tip: str) -> Iterator[str]:
        """Yields the lines of the patch as git finds them."""
        words = ("-C", self._empty_folder(), *_COMPARE, *_PATCH, base, tip)
        silent = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        try:
            child = processes.spawn(self._git.command(*words), environment(), stderr_fd=silent)
        finally:
            os.close(silent)
        os.close(child.stdin)
        read_to_end = False
        try:
            with open(child.stdout, "rb") as patch:
                for line in patch:
                    yield os.fsdecode(line.removesuffix(b"\n"))
                read_to_end = True
        finally:
            _, status = os.waitpid(child.pid, 0)
        if read_to_end and status:
            raise RuntimeError(f"git diff-tree {base} {tip} ended with {status}")

    def commits(self, base: str, tip: str) -> tuple[tuple[str, str], ...]:
        """Returns object id and subject of what `tip` has and `base` has not, newest first."""
        words = ("log", "--topo-order", "--no-color", "--no-show-signature", "--format=%H%x09%s")
        listed = os.fsdecode(self._git.run(*words, f"{base}..{tip}", "--").stdout)
        parts = (line.partition("\t") for line in listed.splitlines())
        return tuple((oid, subject) for oid, _, subject in parts)

    def _empty_folder(self) -> str:
        folder = os.path.join(self._git.common_dir, "spec-kitty", "empty")
        os.makedirs(folder, exist_ok=True)
        return folder

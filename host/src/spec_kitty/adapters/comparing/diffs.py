"""Owns how people are shown what two commits differ in. It reads objects only.

No pager, no colour, no external program, and no attributes, neither of the work nor of the
checkout nor of the repository: what is shown cannot be hidden by calling it binary.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.integration.sealed import BorrowedSettings, SealedRepository
from spec_kitty.application.ports import Diffs as DiffsPort
from spec_kitty.application.ports import ObjectsVanished

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
        with self._sealed() as sealed:
            shown = sealed.run(*_COMPARE, f"--stat={columns}", base, tip).stdout
        return tuple(os.fsdecode(shown).splitlines())

    def patch(self, base: str, tip: str) -> Iterator[str]:
        """Yields the lines of the patch as git finds them."""
        with self._sealed() as sealed:
            yield from self._lines(sealed, base, tip)

    def _lines(self, sealed: SealedRepository, base: str, tip: str) -> Iterator[str]:
        silent = os.open(os.devnull, os.O_WRONLY | os.O_CLOEXEC)
        try:
            child = sealed.started(*_COMPARE, *_PATCH, base, tip, stderr_fd=silent)
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
            raise ObjectsVanished(f"something of {base} or {tip} cannot be read")

    def commits(self, base: str, tip: str) -> tuple[tuple[str, str], ...]:
        """Returns object id and subject of what `tip` has and `base` has not, newest first."""
        words = ("log", "--topo-order", "--no-color", "--format=%H%x09%s")
        listed = os.fsdecode(self._git.run(*words, f"{base}..{tip}", "--").stdout)
        parts = (line.partition("\t") for line in listed.splitlines())
        return tuple((oid, subject) for oid, _, subject in parts)

    def _sealed(self) -> SealedRepository:
        return SealedRepository(self._git, BorrowedSettings(self._git))

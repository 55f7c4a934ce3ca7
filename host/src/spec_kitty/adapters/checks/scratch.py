"""Owns the throw-away worktree in which the project's checks run on the tree that would land."""

from __future__ import annotations

import os
import re

from spec_kitty.adapters.checks.running import Checks
from spec_kitty.adapters.files import own_path
from spec_kitty.adapters.git.filters import trusted_filters
from spec_kitty.adapters.git.plain_files import require_plain_worktrees
from spec_kitty.adapters.locks import PATIENCE_SECONDS, WriterLock
from spec_kitty.adapters.workspaces.durable import read_bytes
from spec_kitty.adapters.workspaces.removal import remove_tree
from spec_kitty.application.ports import Checks as ChecksPort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import TracebackType

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.domain.checks import CheckOutcome


class ProjectChecks(ChecksPort):
    """Runs the project's commands, in workspaces and in scratch worktrees."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._checks = Checks()

    def run(self, command: str, folder: str, timeout_seconds: float) -> CheckOutcome:
        return self._checks.run(command, folder, timeout_seconds)

    def scratch(self, slug: str, commit: str) -> Scratch:
        return Scratch(self._git, slug, commit)


class Scratch:
    """Is a detached worktree of a commit inside a `with` block; one a feature at a time."""

    def __init__(self, git: Git, slug: str, commit: str) -> None:
        self._git = git
        self._commit = commit
        self._folder = own_path(git.common_dir, "scratch", f"verify-{slug}")

    def __enter__(self) -> str:
        self.clear()
        os.makedirs(os.path.dirname(self._folder), exist_ok=True)
        try:
            self._make()
        except BaseException:
            self.clear()
            raise
        return self._folder

    def _make(self) -> None:
        with self._lock():
            require_plain_worktrees(self._git.common_dir)
            self._git.run(
                *("worktree", "add", "--force", "--detach", "--quiet", self._folder, self._commit),
                env=trusted_filters(self._git.configuration).environment,
            )

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.clear()

    def clear(self) -> None:
        """Removes what this or a killed check left: the folder, and what git knows of it."""
        remove_tree(self._folder)
        with self._lock():
            for registration in self._registrations():
                remove_tree(registration)

    def _registrations(self) -> Iterator[str]:
        """Yields those of this folder, half-made ones too. Git numbers a name that is taken."""
        parent = os.path.join(self._git.common_dir, "worktrees")
        name = os.path.basename(self._folder)
        for entry in os.listdir(parent) if os.path.isdir(parent) else ():
            if re.fullmatch(rf"{re.escape(name)}\d*", entry):
                registration = os.path.join(parent, entry)
                pointer = read_bytes(os.path.join(registration, "gitdir")) or b""
                if os.fsdecode(pointer).strip() in ("", os.path.join(self._folder, ".git")):
                    yield registration

    def _lock(self) -> WriterLock:
        """Two `git worktree` commands at once can see each other's half-made entries."""
        return WriterLock(self._git.common_dir, "scratch", PATIENCE_SECONDS)

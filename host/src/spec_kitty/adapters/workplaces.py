"""Owns what the application asks of workspaces: the port, composed of its parts."""

from __future__ import annotations

from functools import cached_property

from spec_kitty.adapters.workspaces.place import workspace_place
from spec_kitty.application.ports import ObjectsVanished
from spec_kitty.application.ports import Workspaces as WorkspacesPort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.salvage import Salvage
    from spec_kitty.adapters.staging import Staging
    from spec_kitty.adapters.worktrees import Worktrees
    from spec_kitty.domain.submission.changes import Snapshot


class Workplaces(WorkspacesPort):
    """Makes, reads and removes the workspaces of one repository."""

    def __init__(self, git: Git) -> None:
        self._git = git

    @cached_property
    def _worktrees(self) -> Worktrees:
        from spec_kitty.adapters.worktrees import Worktrees

        return Worktrees(self._git)

    @cached_property
    def _staging(self) -> Staging:
        from spec_kitty.adapters.staging import Staging

        return Staging(self._git, self._worktrees)

    @cached_property
    def _salvage(self) -> Salvage:
        from spec_kitty.adapters.salvage import Salvage

        return Salvage(self._git, self._worktrees, self._staging)

    def path(self, slug: str, package: str) -> str:
        return workspace_place(self._git.location, slug, package).folder

    def exists(self, slug: str, package: str) -> bool:
        # A mere look needs nothing of what makes and follows workspaces.
        from spec_kitty.adapters.workspaces.registration import stands

        return stands(self._git, workspace_place(self._git.location, slug, package))

    def ensure(self, slug: str, package: str) -> bool:
        self._salvage.keep_detached(slug, package)
        return self._worktrees.ensure(slug, package)

    def settle(self, slug: str, package: str) -> None:
        self._worktrees.settle(slug, package)

    def copy_files(self, slug: str, package: str, patterns: Sequence[str]) -> tuple[str, ...]:
        return self._worktrees.copy_files(slug, package, tuple(patterns))

    def unfinished(self, slug: str, package: str) -> str | None:
        return self._worktrees.unfinished(slug, package)

    def snapshot(
        self, slug: str, package: str, head: str, unstaged: Sequence[str], max_file_bytes: int
    ) -> Snapshot:
        """Stores the workspace's files as a tree, after restoring its link with git."""
        self._salvage.keep_detached(slug, package)
        self._worktrees.restore_pointer(slug, package)
        self._worktrees.require_laid_out(slug, package)
        return self._staging.snapshot(slug, package, head, tuple(unstaged), max_file_bytes)

    def agree(self, slug: str, package: str, commit: str) -> None:
        self._staging.agree(slug, package, commit)

    def let_go(self, slug: str, package: str) -> None:
        self._worktrees.let_go(slug, package)

    def lay_out(self, slug: str, package: str, old: str, new: str) -> None:
        """Brings the files along; the branch has moved, so what a prune took since comes back."""
        try:
            self._worktrees.lay_out(slug, package, old, new)
        except ObjectsVanished:
            from spec_kitty.adapters.refs.code_spares import CodeSpares

            CodeSpares(self._git).heal()
            self._worktrees.lay_out(slug, package, old, new)

    def postpone(self, slug: str, package: str, old: str, new: str) -> None:
        self._worktrees.postpone(slug, package, old, new)

    def in_the_way(self, slug: str, package: str, old: str, new: str) -> tuple[str, ...]:
        return self._worktrees.in_the_way(slug, package, old, new)

    def uncommitted(self, slug: str, package: str) -> tuple[str, ...]:
        if not self._worktrees.exists(slug, package):
            return ()
        return self._worktrees.uncommitted(slug, package)

    def remove(self, slug: str, package: str) -> None:
        self._worktrees.remove(slug, package)

    def keep(
        self, slug: str, package: str, merged_into: str | None, unstaged: Sequence[str]
    ) -> str | None:
        return self._salvage.keep(slug, package, merged_into, tuple(unstaged))

    def other_checkout(self, ref: str, slug: str, package: str | None) -> str | None:
        return self._worktrees.other_checkout(ref, slug if package else None, package)

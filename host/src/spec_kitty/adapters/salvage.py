"""Owns how unmerged work is kept before its branch or workspace goes away.

Ignored files are not kept, nor what is inside submodules. Where files cannot be kept at all the
removal is refused.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.staging import EMPTIED
from spec_kitty.adapters.workspaces.durable import sync_folder
from spec_kitty.domain import names
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.staging import Staging
    from spec_kitty.adapters.worktrees import Worktrees

_KEEPER = {
    "GIT_AUTHOR_NAME": "spec-kitty",
    "GIT_AUTHOR_EMAIL": "journal@spec-kitty.invalid",
    "GIT_COMMITTER_NAME": "spec-kitty",
    "GIT_COMMITTER_EMAIL": "journal@spec-kitty.invalid",
}


class Salvage:
    """Keeps work under `refs/spec-kitty-salvage/`."""

    def __init__(self, git: Git, worktrees: Worktrees, staging: Staging) -> None:
        self._git = git
        self._worktrees = worktrees
        self._staging = staging

    def keep(
        self,
        slug: str,
        package_id: str,
        merged_into: str | None,
        unstaged: Sequence[str] = (),
    ) -> str | None:
        """Keeps the branch's tip and what is uncommitted on it; returns the ref that holds it.

        None means that there is nothing to keep: no branch, or a clean workspace whose tip is in
        `merged_into`. Asked again, it answers the ref that keeps the same work already. Raises
        Refusal (WORKSPACE_FAILED) naming what cannot be kept.
        """
        tip = self._tip(names.package_branch(slug, package_id))
        if tip is None:
            return None
        tree = self._uncommitted_tree(slug, package_id, tip, unstaged)
        if tree is None and merged_into is not None and self._contains(merged_into, tip):
            return None
        kept = self._kept(slug, package_id)
        for ref, commit, its_tree, parent in kept:
            if (commit == tip) if tree is None else (its_tree == tree and parent == tip):
                return ref
        number = 1 + max((int(ref.rpartition("/")[2]) for ref, *_ in kept), default=0)
        ref = names.salvage_ref(slug, package_id, number)
        self._create(ref, tip if tree is None else self._commit(tree, tip, package_id))
        return ref

    def _uncommitted_tree(
        self, slug: str, package_id: str, tip: str, unstaged: Sequence[str]
    ) -> str | None:
        """Returns the tree of the workspace's files if it differs from the tip's."""
        folder = self._worktrees.path(slug, package_id)
        if not os.path.isdir(folder):
            return None
        try:
            found = self._staging.snapshot(slug, package_id, tip, unstaged, limit_bytes=None)
        except Refusal as refusal:
            if refusal.facts.get("reason") == EMPTIED:
                return None
            raise
        lost = (*found.nested, *found.in_submodules)
        if lost:
            raise Refusal(
                ErrorCode.WORKSPACE_FAILED,
                f"Repositories inside {folder} cannot be kept: {', '.join(lost)}. "
                "Move them away or delete them, then try again.",
                paths=lost,
            )
        return found.tree if found.changed else None

    def _tip(self, branch: str) -> str | None:
        found = self._git.run("rev-parse", "--verify", "-q", f"{branch}^{{commit}}", ok=(0, 1))
        return found.stdout.decode().strip() or None

    def _contains(self, commit: str, tip: str) -> bool:
        return self._git.run("merge-base", "--is-ancestor", tip, commit, ok=(0, 1)).returncode == 0

    def _kept(self, slug: str, package_id: str) -> list[tuple[str, str, str, str]]:
        """Returns ref, commit, tree and parents of what is kept of the package already."""
        prefix = names.salvage_ref(slug, package_id, 0).removesuffix("0")
        listed = self._git.run(
            "for-each-ref", "--format=%(refname)%00%(objectname)%00%(tree)%00%(parent)", prefix
        )
        rows = (line.split("\0") for line in listed.stdout.decode().splitlines())
        return [
            (ref, commit, tree, parent)
            for ref, commit, tree, parent in rows
            if ref.removeprefix(prefix).isdecimal()
        ]

    def _commit(self, tree: str, tip: str, package_id: str) -> str:
        made = self._git.run(
            *("commit-tree", tree, "-p", tip),
            stdin=f"Uncommitted work of {package_id}, kept before its removal\n".encode(),
            env=_KEEPER,
        )
        return made.stdout.decode().strip()

    def _create(self, ref: str, commit: str) -> None:
        self._git.run("update-ref", ref, commit, "0" * len(commit))
        sync_folder(os.path.dirname(os.path.join(self._git.common_dir, ref)))

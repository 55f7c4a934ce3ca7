"""Owns how unmerged work is kept before its branch or workspace goes away.

Ignored files are not kept, nor what is inside submodules: a workspace with clones of those is put
aside whole (`workspaces/aside.py`). Where files cannot be kept at all the removal is refused.
"""

from __future__ import annotations

import os
from functools import partial

from spec_kitty.adapters.git.loose_objects import is_object_id
from spec_kitty.adapters.refs.code_spares import CodeSpares
from spec_kitty.adapters.refs.durability import sync_objects
from spec_kitty.adapters.refs.refs import move_refs
from spec_kitty.adapters.staging import EMPTIED
from spec_kitty.adapters.workspaces.durable import read_bytes
from spec_kitty.adapters.workspaces.registration import in_the_way
from spec_kitty.application.tries import written_again
from spec_kitty.domain import names
from spec_kitty.domain.events import RefMove
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


def is_keeper(identity: str) -> bool:
    """Says whether a commit's `name <email>` is that of what keeps uncommitted work."""
    return identity == f"{_KEEPER['GIT_COMMITTER_NAME']} <{_KEEPER['GIT_COMMITTER_EMAIL']}>"


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

        None means that there is nothing to keep: neither branch nor workspace, or a clean one
        whose tip is in `merged_into`. Asked again, it answers the ref that keeps the same work
        already. Raises Refusal (WORKSPACE_FAILED) naming what cannot be kept.
        """
        # What was moved away could not be removed afterwards, nor be kept now.
        self._worktrees.require_in_place(slug, package_id)
        self.keep_detached(slug, package_id)
        return written_again(lambda: self._keep(slug, package_id, merged_into, unstaged))

    def _keep(
        self, slug: str, package_id: str, merged_into: str | None, unstaged: Sequence[str]
    ) -> str | None:
        # Without its branch, what the workspace holds is kept on top of what it was merged into.
        tip = self._tip(names.package_branch(slug, package_id)) or merged_into
        if tip is None:
            folder = self._worktrees.path(slug, package_id)
            if os.path.lexists(folder):
                raise _without_branch(folder)
            return None
        tree = self._uncommitted_tree(slug, package_id, tip, unstaged)
        if tree is None and merged_into is not None and self._contains(merged_into, tip):
            return None
        kept = self._kept(slug, package_id)
        for ref, commit, its_tree, parent in kept:
            if (commit == tip) if tree is None else (its_tree == tree and parent == tip):
                return ref
        commit = tip if tree is None else self._commit(tree, tip, package_id)
        return self._create(slug, package_id, commit)

    def keep_detached(self, slug: str, package_id: str) -> None:
        """Keeps commits that only the workspace's own HEAD holds, before it goes to the branch."""
        place = self._worktrees.place(slug, package_id)
        written = read_bytes(os.path.join(place.registration, "HEAD")) or b""
        head = written.decode("ascii", errors="replace").strip()
        commit = self._tip(head) if is_object_id(head) else None
        if commit is None:
            return
        holding = ("refs/heads", "refs/tags", "refs/remotes", "refs/spec-kitty-salvage")
        words = ("for-each-ref", "--count=1", f"--contains={commit}", *holding)
        if not self._git.run(*words).stdout:
            self._create(slug, package_id, commit)

    def _uncommitted_tree(
        self, slug: str, package_id: str, tip: str, unstaged: Sequence[str]
    ) -> str | None:
        """Returns the tree of the workspace's files if it differs from the tip's."""
        folder = self._worktrees.path(slug, package_id)
        if not os.path.lexists(folder):
            return None
        if os.path.islink(folder) or not os.path.isdir(folder):
            raise in_the_way(folder)
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
        """Returns ref, commit, tree and parents of what is kept of the package already.

        A damaged ref ends the listing early; then something may be kept twice.
        """
        prefix = names.salvage_ref(slug, package_id, 0).removesuffix("0")
        shape = "--format=%(refname)%00%(objectname)%00%(tree)%00%(parent)"
        listed = self._git.run("for-each-ref", shape, prefix, ok=(0, 128))
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

    def _create(self, slug: str, package_id: str, commit: str) -> str:
        ref = names.salvage_ref(slug, package_id, 1 + max(self._taken(slug, package_id), default=0))
        own = names.package_branch(slug, package_id).removeprefix("refs/heads/")
        new = partial(sync_objects, self._git, commit, f"--exclude={own}", "--branches")
        spares = CodeSpares(self._git)
        spares.protect(new)
        move_refs(self._git, [RefMove(ref, None, commit)], "spec-kitty: work is kept", None)
        spares.heal()
        return ref

    def _taken(self, slug: str, package_id: str) -> list[int]:
        """Returns the numbers in use, those of damaged refs too, which git does not list."""
        folder = os.path.dirname(names.salvage_ref(slug, package_id, 0))
        listed = self._git.run("for-each-ref", "--format=%(refname)", f"{folder}/").stdout.decode()
        loose = os.path.join(self._git.common_dir, folder)
        found = [*listed.splitlines(), *(os.listdir(loose) if os.path.isdir(loose) else ())]
        numbers = (name.rpartition("/")[2] for name in found)
        return [int(number) for number in numbers if number.isdecimal()]


def _without_branch(folder: str) -> Refusal:
    return Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"The branch of {folder} is gone, so what is in there cannot be kept. Bring the branch "
        "back, or move the folder away, then try again.",
        paths=(folder,),
    )

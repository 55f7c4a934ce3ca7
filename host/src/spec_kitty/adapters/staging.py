"""Owns how a workspace's files become a tree, as `git add -A` would make it, but safely.

`git add` runs git inside nested repositories, with their configuration, and believes the index
of the workspace; both belong to an agent. Here the paths are found and stored one by one with
the host's own index. Blobs and trees are written, nothing else changes.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.loose_objects import LooseObjects
from spec_kitty.adapters.git.plain_files import endless_rules
from spec_kitty.adapters.git.runner import GitFailed, GitLacksObjects, GitStopped
from spec_kitty.adapters.work_trees.files import Files
from spec_kitty.adapters.work_trees.filtered import require_filters
from spec_kitty.adapters.work_trees.index_lock import IndexLock
from spec_kitty.adapters.work_trees.restless import Steadiness
from spec_kitty.adapters.work_trees.work_tree import WorkTree
from spec_kitty.adapters.workspaces.held import Held
from spec_kitty.adapters.workspaces.sparse import refuse_hidden
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.changes import Snapshot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.work_trees.work_tree import Listing
    from spec_kitty.adapters.workspaces.place import Place
    from spec_kitty.adapters.worktrees import Worktrees

EMPTIED = "emptied"
DEFAULT_LIMIT_BYTES = 50 * 1024 * 1024


class Staging:
    """Takes snapshots of workspaces and makes their indexes agree with what was committed."""

    def __init__(self, git: Git, worktrees: Worktrees) -> None:
        self._git = git
        self._worktrees = worktrees

    def snapshot(
        self,
        slug: str,
        package_id: str,
        head: str,
        unstaged: Sequence[str] = (),
        limit_bytes: int | None = DEFAULT_LIMIT_BYTES,
    ) -> Snapshot:
        """Stores the workspace's files on top of the commit `head`; moves nothing.

        Files in `unstaged` stay out unless `head` has them; files over the limit stay out and
        are reported. Without a limit, work is kept at any price: files whose filter driver is
        off too, as they are. Raises Refusal (WORKSPACE_FAILED) when the workspace is gone or looks
        emptied, and when git cannot store a file.
        """
        place = self._worktrees.place(slug, package_id)
        if not os.path.isdir(place.folder):
            raise _gone(place)
        with Held(place) as held:
            work_tree = WorkTree(self._git, held)
            listing = _compared(work_tree, head)
            if listing.unread:
                raise _not_storable(work_tree, listing.unread)
            files = Files(work_tree, listing, unstaged, limit_bytes)
            if files.looks_emptied:
                raise _failed(
                    f"The workspace {place.folder} looks emptied: none of its files is left. "
                    "Restore them with 'git restore .' in it, or claim the work package again.",
                    EMPTIED,
                )
            steadiness = None
            if limit_bytes is not None:
                steadiness = Steadiness(work_tree, held, files.present, limit_bytes)
                refuse_hidden(self._git, place, files.gone)
                require_filters(work_tree, listing, files.present)
            return self._store(work_tree, files, head, steadiness)

    def agree(self, slug: str, package_id: str, commit: str) -> None:
        """Makes the workspace's own index hold the commit that the branch was moved to.

        Raises Refusal (BUSY) when a git command of somebody else keeps that index.
        """
        place = self._worktrees.place(slug, package_id)
        if not self._worktrees.exists(slug, package_id):
            raise _gone(place)
        with Held(place) as held, IndexLock(place.registration) as lock:
            work_tree = WorkTree(self._git, held)
            if not work_tree.holds(commit):
                work_tree.start_from(commit)
            lock.publish(place.index)

    def _store(
        self, work_tree: WorkTree, files: Files, head: str, steadiness: Steadiness | None
    ) -> Snapshot:
        try:
            # Paths that left come first: a folder may stand where a file was.
            _update(work_tree, files.gone, "--force-remove")
            ignored = _update(work_tree, files.present, "--add", "--remove", "--replace")
            if steadiness is not None:
                steadiness.store_again()
            before = tree = self._tree_of(head)
            if files.gone or files.present:
                tree = os.fsdecode(work_tree.run("write-tree").stdout).strip()
        except GitLacksObjects:
            raise
        except GitFailed as failure:
            raise _endless(work_tree) or _not_storable(work_tree, failure.said) from None
        if ignored:
            raise _not_storable(work_tree, ignored)
        work_tree.note("tree", tree)
        return Snapshot(
            tree=tree,
            changed=tree != before,
            too_large=files.too_large,
            nested=files.nested,
            in_submodules=files.in_submodules,
        )

    def _tree_of(self, commit: str) -> str:
        loose = LooseObjects(self._git.common_dir).tree_of(commit)
        return loose or self._git.line("rev-parse", "--verify", f"{commit}^{{tree}}")


def _compared(work_tree: WorkTree, head: str) -> Listing:
    try:
        return work_tree.start_from(head)
    except (GitStopped, Refusal):
        endless = _endless(work_tree)
        if endless is None:
            raise
        raise endless from None


def _endless(work_tree: WorkTree) -> Refusal | None:
    """Names the pipes for which git waited, if that is why it did not come to an end."""
    found = endless_rules(work_tree.place.folder)
    named = f"{', '.join(found[:5])}: no file but a pipe, a socket or a device"
    return _not_storable(work_tree, named) if found else None


def _update(work_tree: WorkTree, paths: tuple[str, ...], *options: str) -> str:
    """Puts the paths into the host's index; returns what git said about ones it left out."""
    if not paths:
        return ""
    listed = b"".join(os.fsencode(path) + b"\0" for path in paths)
    outcome = work_tree.run("update-index", "-z", *options, "--stdin", stdin=listed)
    said = outcome.stderr.decode(errors="replace").splitlines()
    return "; ".join(line for line in said if line.startswith("Ignoring path "))


def _not_storable(work_tree: WorkTree, said: str) -> Refusal:
    return _failed(
        f"git cannot store the files of {work_tree.place.folder}: {said}. "
        "Correct, rename or delete what it names, then try again.",
        "not storable",
    )


def _gone(place: Place) -> Refusal:
    message = f"The workspace {place.folder} is gone. Claim the work package again."
    return _failed(message, "gone")


def _failed(message: str, reason: str) -> Refusal:
    return Refusal(ErrorCode.WORKSPACE_FAILED, message, reason=reason)

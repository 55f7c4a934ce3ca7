"""Owns the workspaces of work packages: making, finding, following, removing them.

Each public method that works on files holds the workspace while it does, and is safe to repeat.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.files import sync_folder
from spec_kitty.adapters.work_trees.attachment import (
    Attachment,
    follows,
    is_taken,
    lacks_files,
    refuse_link,
    tip_of,
)
from spec_kitty.adapters.work_trees.work_tree import WorkTree
from spec_kitty.adapters.workspaces.aside import holds_clones, put_aside
from spec_kitty.adapters.workspaces.checkouts import checkout_of, operation_under_way
from spec_kitty.adapters.workspaces.held import Held
from spec_kitty.adapters.workspaces.place import Place, workspace_place
from spec_kitty.adapters.workspaces.registration import Registration, is_ours, stands
from spec_kitty.adapters.workspaces.removal import remove_tree
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.work_trees.layout import Layout


class Worktrees:
    """Keeps the workspaces of one repository."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def place(self, slug: str, package_id: str) -> Place:
        """Returns where everything about a workspace lies, made or not."""
        return workspace_place(self._git.location, slug, package_id)

    def path(self, slug: str, package_id: str) -> str:
        """Returns the workspace's absolute path, made or not."""
        return self.place(slug, package_id).folder

    def exists(self, slug: str, package_id: str) -> bool:
        """Says whether the workspace is registered and its folder is there."""
        return stands(self._git, self.place(slug, package_id))

    def require_in_place(self, slug: str, package_id: str) -> None:
        """Raises Refusal (WORKSPACE_FAILED) when the workspace, or its name, is somewhere else."""
        Registration(self._git, self.place(slug, package_id)).is_there()

    def ensure(self, slug: str, package_id: str) -> bool:
        """Attaches the workspace to its existing branch; says whether files had to be made.

        Raises Refusal (WORKSPACE_FAILED) naming what is in the way.
        """
        from spec_kitty.adapters.workspaces.exclude import exclude_workspaces

        place = self.place(slug, package_id)
        with Held(place) as held:
            exclude_workspaces(self._git.common_dir)
            made = Attachment(self._git, held).make()
            return self._layout(held).catch_up() or made

    def settle(self, slug: str, package_id: str) -> None:
        """Says that all is done that making the workspace's files called for."""
        place = self.place(slug, package_id)
        with Held(place):
            Registration(self._git, place).settle()

    def restore_pointer(self, slug: str, package_id: str) -> bool:
        """Undoes what an agent did to the workspace's link with git; says whether it did."""
        place = self.place(slug, package_id)
        with Held(place) as held:
            refuse_link(place.parent)
            registration = Registration(self._git, place)
            if not registration.is_there():
                return False
            registration.repair()
            return Attachment(self._git, held).restore_pointer()

    def postpone(self, slug: str, package_id: str, old: str, new: str) -> None:
        """Leaves it to whoever needs the workspace next to bring its files along."""
        place = self.place(slug, package_id)
        if is_ours(place.registration):
            with Held(place) as held:
                self._layout(held).postpone(old, new)

    def require_laid_out(self, slug: str, package_id: str) -> None:
        """Refuses a workspace whose files were only begun: what is missing is no work of anybody.

        Files that were to follow their branch do so now.

        Raises Refusal (WORKSPACE_FAILED).
        """
        place = self.place(slug, package_id)
        registration = Registration(self._git, place)
        if follows(registration.progress) is not None:
            with Held(place) as held:
                self._layout(held).catch_up()
        if lacks_files(registration.progress):
            raise Refusal(
                ErrorCode.WORKSPACE_FAILED,
                f"The files of {place.folder} were not laid out to the end. Finish that with "
                f"'spec-kitty implement {package_id}' (programs: start-implementation), then "
                "submit.",
                reason="half_made",
            )

    def in_the_way(self, slug: str, package_id: str, old: str, new: str) -> tuple[str, ...]:
        """Returns the files that `lay_out` would overwrite, for which it refuses."""
        place = self.place(slug, package_id)
        with Held(place) as held:
            return self._layout(held).in_the_way(old, new)

    def let_go(self, slug: str, package_id: str) -> None:
        """Gives up a move of files that was cut short: what is in the workspace stays as it is."""
        from spec_kitty.adapters.work_trees.index_lock import IndexLock

        place = self.place(slug, package_id)
        with Held(place):
            registration = Registration(self._git, place)
            if registration.is_there():
                registration.note("")
                IndexLock(place.registration).clear_stale()

    def lay_out(self, slug: str, package_id: str, old: str, new: str) -> None:
        """Brings files and index along after the branch moved from old to new.

        Raises Refusal (WORKSPACE_FAILED), with nothing changed, when files are in the way, and
        (BUSY) when a git command of somebody else holds the workspace's index.
        """
        place = self.place(slug, package_id)
        with Held(place) as held:
            self._layout(held).bring_along(old, new)

    def _layout(self, held: Held) -> Layout:
        from spec_kitty.adapters.work_trees.layout import Layout

        return Layout(self._git, held)

    def uncommitted(self, slug: str, package_id: str) -> tuple[str, ...]:
        """Returns the paths that are changed or untracked, relative to the branch's tip."""
        place = self.place(slug, package_id)
        if not os.path.isdir(place.folder):
            return ()
        with Held(place) as held:
            listing = WorkTree(self._git, held).start_from(tip_of(self._git, place))
            return tuple(sorted({*listing.modified, *listing.deleted, *listing.untracked}))

    def unfinished(self, slug: str, package_id: str) -> str | None:
        """Returns the git command (`rebase`, `merge`) that was begun in the workspace."""
        return operation_under_way(self.place(slug, package_id).registration)

    def copy_files(self, slug: str, package_id: str, patterns: Sequence[str]) -> tuple[str, ...]:
        """Copies untracked files of the main checkout that the patterns name.

        Returns every path that matched, those included that the workspace had already, which
        stay as they are: none of them may ever be staged.
        """
        place = self.place(slug, package_id)
        checkout = self._git.location.checkout
        if checkout is None or not patterns:
            return ()
        from spec_kitty.adapters.work_trees.copied_files import copy_file, matching_files

        with Held(place) as held:
            named = sorted({path for text in patterns for path in matching_files(checkout, text)})
            if not named:
                return ()
            listed = WorkTree(self._git, held).paths(
                "ls-tree", "-r", "-z", "--full-tree", "--name-only", place.branch, "--", *named
            )
            paths = tuple(path for path in named if path not in listed)
            for path in paths:
                copy_file(checkout, held, path)
            return paths

    def remove(self, slug: str, package_id: str) -> bool:
        """Deletes the workspace's folder and registration, if they are ours; says whether so.

        What is worth keeping was salvaged before. The branch stays. A workspace with clones of
        submodules is put aside whole instead.
        """
        place = self.place(slug, package_id)
        with Held(place) as held:
            registered = Registration(self._git, place).is_there()
            if not registered and is_taken(place.parent):
                return False  # the host made nothing there
            refuse_link(place.parent)
            ours = registered or Attachment(self._git, held).points_here()
            if registered and holds_clones(place):
                put_aside(place)
                registered = False
            elif ours and os.path.lexists(place.folder):
                remove_tree(place.doomed_folder)
                os.rename(place.folder, place.doomed_folder)
            remove_tree(place.doomed_registration)
            if registered:
                os.rename(place.registration, place.doomed_registration)
            remove_tree(place.doomed_folder)
            remove_tree(place.doomed_registration)
            WorkTree(self._git, held).forget_index()
            for path in (place.folder, place.registration):
                sync_folder(os.path.dirname(path))
            _remove_if_empty(place.parent)
            return ours

    def other_checkout(
        self, branch_ref: str, slug: str | None = None, package_id: str | None = None
    ) -> str | None:
        """Returns a checkout of the branch other than the named package's own workspace."""
        own = None
        if slug is not None and package_id is not None:
            own = self.place(slug, package_id).registration
        return checkout_of(self._git.location, branch_ref, own)


def _remove_if_empty(folder: str) -> None:
    try:
        os.rmdir(folder)
    except OSError:  # others have their workspaces there
        return

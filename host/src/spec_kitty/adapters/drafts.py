"""Owns writing the first files of plans: only in the checkout where plans are committed."""

from __future__ import annotations

import os

from spec_kitty.adapters.git.location import WORKSPACES, git_dir_of
from spec_kitty.adapters.locks import PATIENCE_SECONDS, WriterLock
from spec_kitty.adapters.plans import scaffold, uncommitted
from spec_kitty.adapters.workspaces.exclude import exclude_workspaces
from spec_kitty.application.ports import Draft
from spec_kitty.application.ports import Drafts as DraftsPort
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git


class Drafts(DraftsPort):
    """Writes into one repository's main checkout; `start` is the folder of the call."""

    def __init__(self, git: Git, start: str) -> None:
        self._git = git
        self._start = start

    def require_main_checkout(self) -> str:
        """Returns the checkout that plans are written in, of a bare repository the worktree here.

        Refuses a call from another worktree, from a workspace, and where there is no checkout.
        """
        checkout = self._git.location.checkout
        here = _checkout_around(self._start)
        own = here is not None and git_dir_of(here) == os.path.realpath(self._git.common_dir)
        if checkout is None:
            if here is None or own or os.path.basename(os.path.dirname(here)) == WORKSPACES:
                raise Refusal(
                    ErrorCode.ENVIRONMENT_UNSUPPORTED,
                    "Plans are files of a checkout, and there is none here. Plan in a worktree of "
                    "the branch that plans live on (git worktree add), or in a clone.",
                )
            return here
        if here is not None and here != os.path.realpath(checkout) and not own:
            raise Refusal(
                ErrorCode.PREFLIGHT_FAILED,
                "This is a linked worktree, and what is planned here would not count. Plan in the "
                f"main checkout: cd {checkout}",
                path=here,
            )
        return checkout

    def initialise(self) -> tuple[str, ...]:
        """Writes the settings file and keeps workspaces out of `git status`; idempotent.

        Returns the paths written, relative to the checkout.
        """
        checkout = self.require_main_checkout()
        exclude_workspaces(self._git.common_dir)
        with self._alone():
            return scaffold.initialise(checkout)

    def create_feature(self, title: str, taken: Sequence[str], number: int | None) -> Draft:
        """Writes a new feature. Raises Refusal: USAGE_ERROR, PREFLIGHT_FAILED."""
        checkout = self.require_main_checkout()
        with self._alone():
            made = scaffold.create_feature(checkout, title, taken, number)
        return Draft(made.slug, made.paths)

    def _alone(self) -> WriterLock:
        return WriterLock(self._git.common_dir, "drafts", PATIENCE_SECONDS)

    def slugs(self) -> tuple[str, ...]:
        """Returns the features on disk, committed or not."""
        checkout = self._git.location.checkout
        return () if checkout is None else scaffold.slugs_on_disk(checkout)

    def uncommitted(self, target_ref: str, path: str) -> tuple[str, ...]:
        """Returns the files below a path that differ from the target branch checked out."""
        checkout = self._git.location.checkout
        if checkout is None:
            return ()
        return uncommitted.uncommitted(self._git, checkout, target_ref, path)


def _checkout_around(start: str) -> str | None:
    folder = os.path.realpath(start)
    while not os.path.lexists(os.path.join(folder, ".git")):
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
    return folder

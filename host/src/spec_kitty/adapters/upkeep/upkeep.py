"""Owns what doctor asks of a clone: the port, composed of its parts, and what git's refs say."""

from __future__ import annotations

import os
import time

from spec_kitty.adapters.git.configuration import TRUSTED_SCOPES
from spec_kitty.adapters.journal.lone_moves import move_alone
from spec_kitty.adapters.refs.refs import (
    STALE_AFTER_SECONDS,
    RefsMoved,
)
from spec_kitty.adapters.upkeep.conditions import checked_out, condition_of, own_worktrees
from spec_kitty.adapters.upkeep.in_use import is_held
from spec_kitty.adapters.upkeep.leftovers import Leftovers
from spec_kitty.adapters.upkeep.locks_left import LeftLocks
from spec_kitty.adapters.upkeep.lost import lost_journals
from spec_kitty.adapters.upkeep.made_branches import made_branches
from spec_kitty.adapters.upkeep.own_paths import misshapen
from spec_kitty.adapters.upkeep.ref_lists import broken_refs, listed_refs
from spec_kitty.adapters.workspaces.aside import all_put_aside
from spec_kitty.adapters.workspaces.exclude import exclude_workspaces, is_excluded
from spec_kitty.adapters.workspaces.held import Held
from spec_kitty.adapters.workspaces.place import workspace_place
from spec_kitty.adapters.workspaces.registration import Registration, in_the_way
from spec_kitty.application.ports import Upkeep as UpkeepPort
from spec_kitty.domain.events import RefMove
from spec_kitty.domain.names import journal_ref
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.domain.upkeep import Condition, LeftLock, Leftover, OwnWorktree

_REMOTE_JOURNALS = "refs/spec-kitty-remote/"
_REASON = "spec-kitty doctor: brought back"


class Upkeep(UpkeepPort):
    """Looks after one repository."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._common_dir = git.common_dir
        self._leftovers = Leftovers(git)
        self._locks = LeftLocks(git)

    def is_shallow(self) -> bool:
        """Says whether this clone was made without its whole history."""
        return os.path.exists(os.path.join(self._common_dir, "shallow"))

    def is_writable(self) -> bool:
        return os.access(self._common_dir, os.W_OK)

    def checked_out(self) -> Mapping[str, str]:
        """Returns the folder of a checkout, no workspace of the host's, by the branch it is on."""
        return dict(checked_out(self._git))

    def is_at_work(self, slug: str, purpose: str) -> bool:
        """Says whether a command is at work that lasts: a `delivery`, a `WP01.workspace`."""
        return is_held(self._common_dir, "lock", f"{slug}.{purpose}.lock")

    def put_aside(self) -> tuple[tuple[str, str], ...]:
        """Returns folder and clones of each workspace that was put aside."""
        return all_put_aside(workspace_place(self._git.location, "any", "WP01"))

    def shows_workspaces(self) -> bool:
        """Says whether there are workspaces that `git status` of the checkout shows."""
        workspaces = os.path.dirname(workspace_place(self._git.location, "any", "WP01").folder)
        is_folder = os.path.isdir(workspaces) and not os.path.islink(workspaces)
        has_any = is_folder and bool(os.listdir(workspaces))
        in_checkout = self._git.location.checkout is not None
        return has_any and in_checkout and not is_excluded(self._common_dir)

    def hide_workspaces(self) -> None:
        exclude_workspaces(self._common_dir)

    def ignored_programs(self) -> tuple[str, ...]:
        """Returns the settings of the repository's own that name programs for file contents.

        For large-file storage the host has a definition of its own.
        """
        found = {
            setting.key
            for setting in self._git.configuration.settings
            if setting.scope not in TRUSTED_SCOPES
            and _names_program(setting.key)
            and setting.value
            and not setting.key.startswith("filter.lfs.")
        }
        return tuple(sorted(found))

    def broken_journals(self) -> tuple[str, ...]:
        """Returns the refs of journals that git cannot read, and so passes over."""
        return broken_refs(self._git, journal_ref(""))

    def lost_journals(self, slug: str) -> tuple[str, ...]:
        """Returns the newest events of a feature that no ref names, the last one first."""
        return lost_journals(self._git, slug)

    def remote_journals(self) -> tuple[tuple[str, str], ...]:
        """Returns ref and feature of each journal that was fetched from a remote."""
        found = listed_refs(self._git, _REMOTE_JOURNALS)
        return tuple((ref, ref.rpartition("/")[2]) for ref in found)

    def locks(self) -> tuple[LeftLock, ...]:
        return tuple(self._locks.found())

    def remove_lock(self, lock: LeftLock) -> None:
        """Removes a lock of the host's. Raises Refusal (BUSY) when somebody may hold it."""
        self._locks.remove(lock)

    def misshapen(self) -> tuple[str, ...]:
        """Returns paths of the host's own where something else stands than it keeps there."""
        return tuple(misshapen(self._git))

    def leftovers(self) -> tuple[Leftover, ...]:
        return tuple(self._leftovers.found())

    def remove_leftover(self, leftover: Leftover) -> None:
        self._leftovers.remove(leftover)

    def condition(self, slug: str, package: str) -> Condition:
        return condition_of(self._git, slug, package)

    def own_worktrees(self) -> tuple[OwnWorktree, ...]:
        return tuple(own_worktrees(self._git))

    def made_branches(self, slug: str) -> tuple[str, ...]:
        """Returns the branches of a feature that the host made."""
        return made_branches(self._git, slug)

    def bring_back(self, slug: str, package: str, folder: str) -> None:
        """Moves a workspace that was moved away back to its place.

        Raises Refusal (WORKSPACE_FAILED) when something is in the way or it cannot be moved.
        """
        place = workspace_place(self._git.location, slug, package)
        with Held(place):
            os.makedirs(place.parent, exist_ok=True)
            if os.path.lexists(place.folder):
                raise in_the_way(place.folder)
            try:
                os.rename(folder, place.folder)
                Registration(self._git, place).repair()
            except OSError as error:
                raise Refusal(
                    ErrorCode.WORKSPACE_FAILED,
                    f"{folder} could not be moved to {place.folder}: {error.strerror}. "
                    "Move it by hand, then run 'spec-kitty doctor --fix' again.",
                    paths=(folder,),
                ) from None

    def make_branch(self, ref: str, commit: str, slug: str) -> None:
        """Makes a branch of a feature, whose lock the caller holds.

        Raises Refusal: USAGE_ERROR when it cannot be called so, PREFLIGHT_FAILED when there is one.
        """
        if self._git.run("check-ref-format", ref, ok=(0, 1)).returncode or "/-" in ref:
            raise Refusal(
                ErrorCode.USAGE_ERROR,
                f"Git does not allow a branch of the name {ref.removeprefix('refs/heads/')!r}. "
                "Choose another one.",
            )
        try:
            move_alone(self._git, slug, RefMove(ref, None, commit), _REASON)
        except RefsMoved:
            name = ref.removeprefix("refs/heads/")
            raise Refusal(
                ErrorCode.PREFLIGHT_FAILED,
                f"There is a branch {name} already; it was left alone. Choose another name, or "
                f"rename that one: git branch -m {name} <new-name>",
                branch=name,
            ) from None

    def pause(self) -> None:
        """Lets pass what a live git needs to let go of a lock."""
        time.sleep(STALE_AFTER_SECONDS + 0.1)


def _names_program(key: str) -> bool:
    section, _, rest = key.partition(".")
    variable = rest.rpartition(".")[2]
    if section == "filter":
        return variable in ("clean", "smudge", "process")
    return section == "merge" and variable == "driver"

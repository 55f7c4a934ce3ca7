"""Owns where everything about a workspace lies. Nothing here is read from the workspace itself."""

from __future__ import annotations

import os

from spec_kitty.adapters.git.location import WORKSPACES
from spec_kitty.domain import names
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.location import Location


class Place(Record):
    """Names a workspace's branch, its folder, its registration and the host's files about it.

    `registration` is the folder that git calls the worktree's git dir. `index` is the host's own
    index of the workspace: an agent's index may hide changes, so it is never read.
    """

    name: str
    branch: str
    folder: str
    registration: str
    index: str
    lock: str

    @property
    def pointer(self) -> str:
        return os.path.join(self.folder, ".git")

    @property
    def pointer_text(self) -> bytes:
        return b"gitdir: " + os.fsencode(self.registration) + b"\n"

    @property
    def parent(self) -> str:
        return os.path.dirname(self.folder)

    @property
    def doomed_folder(self) -> str:
        return os.path.join(self.parent, f".removing-{self.name}")

    @property
    def doomed_registration(self) -> str:
        return f"{self.index}.removing"

    @property
    def kept_registrations(self) -> str:
        return os.path.join(os.path.dirname(os.path.dirname(self.index)), "kept")

    @property
    def new_registration(self) -> str:
        return f"{self.index}.new"


def workspace_place(location: Location, slug: str, package_id: str) -> Place:
    """Derives the place of a work package's workspace from the repository's own location."""
    name = names.workspace_name(slug, package_id)
    common_dir = location.common_dir
    top = location.checkout or os.path.dirname(common_dir)
    return Place(
        name=name,
        branch=names.package_branch(slug, package_id),
        folder=os.path.join(top, WORKSPACES, name),
        registration=os.path.join(common_dir, "worktrees", name),
        index=os.path.join(common_dir, "spec-kitty", "index", name),
        lock=os.path.join(common_dir, "spec-kitty", "workspace-locks", name),
    )

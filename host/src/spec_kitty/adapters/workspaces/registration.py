"""Owns how git knows about a workspace: the folder `worktrees/<name>` in the common git dir.

It is made by hand and appears in one rename, because `git worktree add` run in parallel reads
the half-made entries of its neighbours and fails at random. It is always locked: any `git gc`
would else prune it while its disk is not mounted. An agent can write in it; the host takes
nothing from it but the answer whether it is there and whose it is.
"""

from __future__ import annotations

import os
import stat

from spec_kitty.adapters.files import make_folder, remove_durably, sync_folder
from spec_kitty.adapters.workspaces.checkouts import belongs_elsewhere, operation_under_way
from spec_kitty.adapters.workspaces.durable import read_bytes, write_atomically
from spec_kitty.adapters.workspaces.removal import remove_tree
from spec_kitty.adapters.workspaces.sparse import sparse_settings
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.workspaces.place import Place

_OUR_REASON = b"spec-kitty"
_PROGRESS = "spec-kitty-progress"
_DUE = "spec-kitty-due"


class Registration:
    """Makes, repairs and reads the registration of one workspace."""

    def __init__(self, git: Git, place: Place) -> None:
        self._git = git
        self._place = place

    def is_there(self) -> bool:
        """Says whether the workspace is registered.

        Raises Refusal (WORKSPACE_FAILED) when its name is taken by something else.
        """
        try:
            mode = os.lstat(self._place.registration).st_mode
        except FileNotFoundError:
            return False
        if not stat.S_ISDIR(mode):
            raise in_the_way(self._place.registration)
        if not os.listdir(self._place.registration):
            return False
        registered = self.registered_pointer
        if registered not in (None, self._place.pointer):
            self._require_left(os.path.dirname(str(registered)))
        return True

    def _require_left(self, folder: str) -> None:
        """Refuses a registration that leads to a worktree which stands somewhere else.

        The folder of a repository that this one is a copy of is none of its worktrees.
        """
        ours = is_ours(self._place.registration)
        if ours and os.path.lexists(os.path.join(folder, ".git")):
            if not belongs_elsewhere(folder, self._place.registration):
                raise _moved(self._place.folder, folder)
        elif not ours:
            raise _name_taken(self._place.name, folder)

    @property
    def registered_pointer(self) -> str | None:
        """Where git thinks that the folder's `.git` is, None if it does not say."""
        written = os.fsdecode(self._read("gitdir")).strip("\n")
        if not written:
            return None
        return os.path.normpath(os.path.join(self._place.registration, written))

    @property
    def is_whole(self) -> bool:
        """Whether each file of it but HEAD is what it must be."""
        contents = self._contents()
        return all(self._read(name) == contents[name] for name in contents if name != "HEAD")

    def make(self, progress: str) -> None:
        """Registers the workspace, with a word on what remains to be done after that."""
        new = self._place.new_registration
        os.makedirs(os.path.dirname(new), exist_ok=True)
        remove_tree(new)
        os.makedirs(os.path.join(new, "logs"))
        for name, content in self._contents().items():
            write_atomically(os.path.join(new, name), content)
        write_atomically(os.path.join(new, _PROGRESS), progress.encode())
        write_atomically(os.path.join(new, _DUE), b"")
        sync_folder(new)
        folder = os.path.dirname(self._place.registration)
        make_folder(folder)
        os.rename(new, self._place.registration)
        sync_folder(folder)

    def repair(self) -> None:
        """Makes each file of the registration what it must be.

        A rebase under way keeps its HEAD: putting it on the branch would break its `--abort`.
        """
        busy = operation_under_way(self._place.registration) is not None
        for name, content in self._contents().items():
            if self._read(name) != content and not (busy and name == "HEAD"):
                write_atomically(os.path.join(self._place.registration, name), content)

    @property
    def was_cut_short(self) -> bool:
        """Whether a `git worktree add` ended before it had written the files."""
        return self._read("locked").strip() == b"initializing"

    @property
    def has_index(self) -> bool:
        return os.path.lexists(os.path.join(self._place.registration, "index"))

    @property
    def is_due(self) -> bool:
        """Whether the workspace's files were made, and what makes it ready has not ended since."""
        return os.path.lexists(os.path.join(self._place.registration, _DUE))

    def owe(self) -> None:
        """Notes that more is due than files, before they are made."""
        write_atomically(os.path.join(self._place.registration, _DUE), b"")

    def settle(self) -> None:
        """Notes that nothing more is due."""
        remove_durably(os.path.join(self._place.registration, _DUE))

    @property
    def progress(self) -> str:
        """What the host was about to do or has done to the files, empty if not known."""
        return self._read(_PROGRESS).decode(errors="replace")

    def note(self, progress: str) -> None:
        """Records what the host is about to do or has done to the files."""
        write_atomically(os.path.join(self._place.registration, _PROGRESS), progress.encode())
        sync_folder(self._place.registration)

    def _contents(self) -> dict[str, bytes]:
        contents = {
            "HEAD": b"ref: " + self._place.branch.encode() + b"\n",
            "commondir": b"../..\n",
            "gitdir": os.fsencode(self._place.pointer) + b"\n",
            "locked": _OUR_REASON + b" keeps this workspace; it is removed with the feature\n",
        }
        if self._git.configuration.is_true("extensions.worktreeconfig"):
            # Without it a bare repository's own `core.bare` would hold for the workspace too.
            sparse = sparse_settings(self._place.registration)
            contents["config.worktree"] = b"[core]\n\tbare = false\n" + sparse
        return contents

    def _read(self, name: str) -> bytes:
        return read_bytes(os.path.join(self._place.registration, name)) or b""


def stands(git: Git, place: Place) -> bool:
    """Says whether a workspace is registered and its folder is there; raises as `is_there`."""
    folder = os.path.isdir(place.folder) and not os.path.islink(place.folder)
    return folder and Registration(git, place).is_there()


def is_ours(registration: str) -> bool:
    """Says whether the host made a registration and keeps it."""
    return (read_bytes(os.path.join(registration, "locked")) or b"").startswith(_OUR_REASON)


def in_the_way(path: str) -> Refusal:
    """Returns the refusal that names what stands where a workspace must be."""
    return Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"{path} is in the way of the workspace and was not made by spec-kitty. "
        "Move it away or delete it, then try again.",
        paths=(path,),
    )


def _moved(folder: str, now: str) -> Refusal:
    return Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"The workspace {folder} was moved to {now}, and the host looks for it in one place only. "
        "Bring it back: spec-kitty doctor --fix",
        paths=(now,),
    )


def _name_taken(name: str, folder: str) -> Refusal:
    return Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"Git knows a worktree at {folder} by the name {name}, which the workspace needs. Commit "
        f"what is in it, then remove it: git worktree remove {folder}",
        paths=(folder,),
    )

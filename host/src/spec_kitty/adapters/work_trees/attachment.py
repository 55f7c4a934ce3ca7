"""Owns how a workspace comes to be, from whatever state an earlier attempt left it in.

Order: registration, folder, pointer, files, index. The registration carries a note of what is
still to be done, so that an attempt that was killed is continued by the next.
"""

from __future__ import annotations

import os
import stat

from spec_kitty.adapters.files import make_folder
from spec_kitty.adapters.git.loose_objects import is_object_id
from spec_kitty.adapters.git.runner import GitFailed
from spec_kitty.adapters.work_trees.edits import edited_since
from spec_kitty.adapters.work_trees.index_lock import IndexLock
from spec_kitty.adapters.work_trees.work_tree import WorkTree
from spec_kitty.adapters.workspaces.durable import read_bytes, write_atomically
from spec_kitty.adapters.workspaces.registration import Registration, in_the_way
from spec_kitty.adapters.workspaces.removal import remove_tree
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.workspaces.held import Held
    from spec_kitty.adapters.workspaces.place import Place

CHECK_OUT = "write files"
ADOPT = "write index"
_MOVE = "move files"
_FOLLOW = "files are to follow"
_FOLDER_ATTEMPTS = 5


def move(old: str, new: str) -> str:
    """Returns the note of a workspace whose files are on their way from old to new."""
    return f"{_MOVE} {old} {new}"


def follow(old: str, new: str) -> str:
    """Returns the note of a workspace whose files are still to be moved, and were not touched."""
    return f"{_FOLLOW} {old} {new}"


def follows(progress: str) -> tuple[str, str] | None:
    """Returns from where to where files are still to be moved, None if they are not."""
    if not progress.startswith(_FOLLOW):
        return None
    old, new = progress.split()[-2:]
    return old, new


def done(commit: str) -> str:
    """Returns the note of a workspace whose files the host laid out at the commit."""
    return f"laid out {commit}"


def is_unfinished(progress: str) -> bool:
    """Says whether a note tells of files that are not laid out yet."""
    return progress.startswith((CHECK_OUT, ADOPT, _MOVE, _FOLLOW))


def lacks_files(progress: str) -> bool:
    """Says whether a note tells of files that may be missing in the folder."""
    return progress.startswith((CHECK_OUT, _MOVE, _FOLLOW))


class Attachment:
    """Attaches a workspace that the host holds to its branch."""

    def __init__(self, git: Git, held: Held) -> None:
        self._git = git
        self._held = held
        self._place = held.place
        self._registration = Registration(git, held.place)

    def make(self) -> bool:
        """Makes what is missing of the workspace; says whether its files had to be made.

        So it says until they are settled: copies and a set-up are due, which can fail or be killed.
        """
        refuse_link(self._place.parent)
        remove_tree(self._place.doomed_folder)
        remove_tree(self._place.doomed_registration)
        filled = self._is_filled()
        if not self._registration.is_there():
            if filled and not self.points_here():
                raise in_the_way(self._place.folder)
            tip_of(self._git, self._place)
            self._registration.make(ADOPT if filled else CHECK_OUT)
        elif not filled or self._registration.was_cut_short:
            self._registration.owe()
            self._registration.note(CHECK_OUT)
        elif not self._registration.has_index and self._registration.progress != CHECK_OUT:
            self._registration.owe()
            self._registration.note(ADOPT)
        self._registration.repair()
        self.restore_pointer()
        IndexLock(self._place.registration).clear_stale()
        return self.finish() or self._registration.is_due

    def finish(self) -> bool:
        """Does what the registration's note says is left to do; says whether there was any."""
        progress = self._registration.progress
        if progress == CHECK_OUT:
            self._take_index(None, tip_of(self._git, self._place), "-u")
        elif progress == ADOPT:
            self._take_index(None, tip_of(self._git, self._place))
        elif progress.startswith(_MOVE):
            old, new = progress.split()[-2:]
            edited = edited_since(WorkTree(self._git, self._held), old, new)
            if edited:
                raise would_be_overwritten(self._place.folder, edited)
            self._take_index(old, new, "-u")
        else:
            return False
        return True

    def restore_pointer(self) -> bool:
        """Makes the folder's `.git` file what it must be; says whether it was not."""
        self._make_folder()
        folder, pointer = self._held.folder, os.path.basename(self._place.pointer)
        if read_bytes(pointer, folder_fd=folder) == self._place.pointer_text:
            return False
        self._put_aside(folder, pointer)
        temporary = os.path.join(self._place.parent, f".pointer-{self._place.name}")
        write_atomically(pointer, self._place.pointer_text, temporary, folder)
        return True

    def points_here(self) -> bool:
        """Says whether the folder is one of ours by its pointer."""
        return read_bytes(self._place.pointer) == self._place.pointer_text

    def _take_index(self, old: str | None, new: str, *update: str) -> None:
        """Makes index, and files with `-u`, those of a commit, whatever is in the folder.

        What `old` had and `new` has not is deleted.
        """
        work_tree = WorkTree(self._git, self._held)
        with IndexLock(self._place.registration) as lock:
            if old is None:
                work_tree.forget_index()
            else:
                work_tree.start_from(old)
            work_tree.write_files("read-tree", "--reset", *update, new)
            if update:
                work_tree.sync(old, new)
                work_tree.note("commit", new)
            lock.publish(self._place.index)
        self._registration.note(done(new))

    def _is_filled(self) -> bool:
        """Says whether the folder holds more than its pointer."""
        try:
            mode = os.lstat(self._place.folder).st_mode
        except FileNotFoundError:
            return False
        if not stat.S_ISDIR(mode):
            raise in_the_way(self._place.folder)
        entries = os.listdir(self._place.folder)
        return entries != [] and not (entries == [".git"] and self.points_here())

    def _make_folder(self) -> None:
        for _ in range(_FOLDER_ATTEMPTS):
            try:
                make_folder(self._place.folder)
                return
            except FileNotFoundError:  # the parent was empty and another process removed it
                continue
        raise in_the_way(self._place.parent)

    def _put_aside(self, folder: int, pointer: str) -> None:
        """Moves a repository that was made inside the workspace out of git's way."""
        try:
            mode = os.stat(pointer, dir_fd=folder, follow_symlinks=False).st_mode
        except FileNotFoundError:
            return
        if not stat.S_ISDIR(mode):
            return
        number = 1
        while os.path.lexists(aside := f"{self._place.registration}/displaced-{number}"):
            number += 1
        try:
            os.rename(pointer, aside, src_dir_fd=folder)
        except OSError:
            raise in_the_way(self._place.pointer) from None


def tip_of(git: Git, place: Place) -> str:
    """Returns the commit that the workspace's branch is at."""
    written = read_bytes(os.path.join(git.common_dir, place.branch)) or b""
    tip = written.decode(errors="replace").rstrip("\n")
    if is_object_id(tip):
        return tip
    try:
        return git.line("rev-parse", "--verify", f"{place.branch}^{{commit}}")
    except GitFailed:
        raise Refusal(
            ErrorCode.WORKSPACE_FAILED,
            f"The branch {place.name} of the workspace does not exist. Release the work "
            "package and claim it again.",
            branch=place.name,
        ) from None


def would_be_overwritten(folder: str, paths: tuple[str, ...]) -> Refusal:
    return Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"Files in {folder} would be overwritten: {', '.join(paths[:5])}. "
        "Move them away or commit them, then try again.",
        paths=paths,
    )


def refuse_link(folder: str) -> None:
    """Refuses to work through a symlink, or a file, where the host's own folder must be."""
    if is_taken(folder):
        raise in_the_way(folder)


def is_taken(folder: str) -> bool:
    """Says whether something that is no real folder stands where the host's own must be."""
    return os.path.lexists(folder) and (os.path.islink(folder) or not os.path.isdir(folder))

"""Owns how git is run over a workspace's files.

The git dir is always the repository's own, never the workspace's registration: an agent can write
there, and a planted `commondir` or `config.worktree` would be obeyed. The index is always the
host's. Settings by which the repository could hide changes, or start programs, are pinned.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.comparing.changes import changes
from spec_kitty.adapters.git.filters import Filters, filter_names, trusted_filters
from spec_kitty.adapters.git.runner import GitFailed, GitLacksObjects
from spec_kitty.adapters.refs.synced_files import sync_files
from spec_kitty.adapters.work_trees.index_note import IndexNote
from spec_kitty.adapters.workspaces.durable import forget
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from spec_kitty.adapters.git.processes import Completed
    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.workspaces.held import Held

_GITLINK = "160000 "
_MOST_UNREAD = 3
_MOST_CHARACTERS = 300

# How git marks the lines that it lists; a small letter or another one hides something.
_TRACKED, _MODIFIED, _DELETED, _UNTRACKED = "H ", "C ", "R ", "? "

# `trustctime` and `checkStat` keep a file of unchanged size and time from passing as unchanged;
# `submodule.recurse` would start git inside repositories that an agent made.
_SETTINGS = tuple(
    argument
    for setting in (
        "core.filemode=true",
        "core.symlinks=true",
        "core.ignoreStat=false",
        "core.trustctime=true",
        "core.checkStat=default",
        "core.sparseCheckout=false",
        "core.sparseCheckoutCone=false",
        "core.splitIndex=false",
        "index.sparse=false",
        "submodule.recurse=false",
    )
    for argument in ("-c", setting)
)


class Listing(Record):
    """Holds what git finds in a workspace compared with the host's index of it.

    A `deleted` path is `modified` too. An untracked repository ends in `/`. `unread` is what git
    said about folders that it could not look into.
    """

    tracked: tuple[str, ...]
    submodules: frozenset[str]
    modified: frozenset[str]
    deleted: frozenset[str]
    untracked: tuple[str, ...]
    unread: str = ""


class WorkTree:
    """Runs git over a workspace that the host holds, with the host's index of it."""

    def __init__(self, git: Git, held: Held) -> None:
        self.git = git
        self.place = held.place
        self._held = held
        self._filters: Filters | None = None
        self._note = IndexNote(git.common_dir, held.place.index)

    @property
    def filters(self) -> Filters:
        if self._filters is None:
            self._filters = trusted_filters(self.git.configuration)
        return self._filters

    def run(self, *words: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> Completed:
        """Runs one git command in the workspace's folder."""
        return self.git.run(
            "-C",
            self._held.path,
            *_SETTINGS,
            "--work-tree=.",
            "--literal-pathspecs",
            *words,
            stdin=stdin,
            ok=ok,
            env={**self.filters.environment, "GIT_INDEX_FILE": self.place.index},
            inherited_fd=self._held.descriptor,
        )

    def write_files(self, *words: str) -> None:
        """Runs a git command that writes the workspace's files.

        Raises Refusal (WORKSPACE_FAILED) with git's own words when it cannot.
        """
        try:
            self.run(*words)
        except GitLacksObjects:
            raise
        except GitFailed as failure:
            raise Refusal(
                ErrorCode.WORKSPACE_FAILED,
                f"The files of {self.place.folder} cannot be written: {failure.said}. "
                "Commit, move or free what git names, then try again.",
            ) from None

    def sync(self, old: str | None, new: str) -> None:
        """Makes files that were just written durable: those of a commit, or what differs from old.

        The host's index holds the new commit.
        """
        if old is None:
            written = self.paths("ls-files", "-z")
        else:
            written = [change.path for change in changes(self.git, old, new)]
        sync_files(self.place.folder, written)

    def filter_names(self, paths: Iterable[str]) -> dict[str, str]:
        """Returns the name of the filter driver of each of the paths that has one."""
        return filter_names(self.run, paths)

    def paths(self, *words: str) -> list[str]:
        """Returns the NUL-separated paths that a command prints."""
        return [path for path in os.fsdecode(self.run(*words).stdout).split("\0") if path]

    def start_from(self, commit: str) -> Listing:
        """Makes the host's index hold exactly the commit, and returns how the files differ.

        What the index knew about unchanged files is kept, so that they are not read again. A
        damaged index, or one with bits that would hide changes, is made anew.
        """
        self._make_room()
        try:
            if not self.holds(commit):
                self._take(commit)
            listing = self._listing()
        except GitFailed:
            listing = None
        if listing is None:
            self.forget_index()
            self._take_anew(commit)
            listing = self._listing()
        assert listing is not None
        return listing

    def holds(self, commit: str) -> bool:
        """Says whether the host's index is known to hold the commit already."""
        return self._note.says(commit)

    def note(self, kind: str, oid: str) -> None:
        """Remembers that the host's index holds this `commit` or `tree`, files compared."""
        self._note.holds(kind, oid)

    def _take(self, commit: str) -> None:
        self.run("read-tree", "--reset", commit)
        self.run("update-index", "-q", "--refresh", ok=(0, 1))
        self.note("commit", commit)

    def _take_anew(self, commit: str) -> None:
        try:
            self._take(commit)
        except GitFailed as failure:
            raise Refusal(
                ErrorCode.WORKSPACE_FAILED,
                f"Git cannot read the commit {commit[:12]} of the branch {self.place.name}: "
                f"{failure.said}. Take that commit back with 'git reset --soft' in the "
                "workspace, or give the branch another one.",
                reason="not storable",
            ) from None

    def forget_index(self) -> None:
        """Removes the host's index."""
        self._make_room()
        self._note.forget()
        forget(self.place.index)

    def _make_room(self) -> None:
        """Makes the folder of the index and removes a lock that a killed git left."""
        os.makedirs(os.path.dirname(self.place.index), exist_ok=True)
        forget(f"{self.place.index}.lock")

    def _listing(self) -> Listing | None:
        """Compares files and index; None if an entry carries a bit that hides changes."""
        options = ("--cached", "--stage", "--modified", "--deleted", "--others")
        listed = self.run("ls-files", "-z", "-v", *options, "--exclude-standard")
        lines = [line for line in os.fsdecode(listed.stdout).split("\0") if line]
        tags = {line[:2] for line in lines}
        if not tags <= {_TRACKED, _MODIFIED, _DELETED, _UNTRACKED}:
            return None
        tracked = [line for line in lines if line.startswith(_TRACKED)]
        return Listing(
            tuple(map(_path, tracked)),
            frozenset(_path(line) for line in tracked if line[2:].startswith(_GITLINK)),
            frozenset(_path(line) for line in lines if line.startswith(_MODIFIED)),
            frozenset(_path(line) for line in lines if line.startswith(_DELETED)),
            tuple(line[2:] for line in lines if line.startswith(_UNTRACKED)),
            _unread(os.fsdecode(listed.stderr)),
        )


def _unread(said: str) -> str:
    """Returns what git says of folders that it passed over, as if nothing were in them."""
    lines = (line.removeprefix("warning: ") for line in said.splitlines())
    unread = [line for line in lines if line.startswith("could not open directory ")]
    return "; ".join(_shortened(line) for line in unread[:_MOST_UNREAD])


def _shortened(line: str) -> str:
    return line if len(line) <= _MOST_CHARACTERS else f"{line[:_MOST_CHARACTERS]}..."


def _path(line: str) -> str:
    return line.partition("\t")[2]

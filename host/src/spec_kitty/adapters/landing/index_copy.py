"""Owns the copy of a checkout's index on which a landing is prepared.

The person's own index stays as it is until the prepared one takes its place in one step.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.comparing.changes import changes
from spec_kitty.adapters.files import sync_folder
from spec_kitty.adapters.git.configuration import LIST, ConfigurationReader
from spec_kitty.adapters.git.filters import filter_names, trusted_filters
from spec_kitty.adapters.refs.synced_files import sync_files
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from spec_kitty.adapters.git.configuration import Configuration
    from spec_kitty.adapters.git.filters import Filters
    from spec_kitty.adapters.git.processes import Completed
    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.landing.checkouts import Checkout
    from spec_kitty.domain.submission.changes import Change

_SETTINGS = ("-c", "core.splitIndex=false", "-c", "submodule.recurse=false")
SPARSE = "S"


class IndexEntry(Record):
    """Is what an index holds at a path. `flag` is git's letter, `S` outside a sparse checkout."""

    flag: str
    mode: str
    oid: str


class IndexCopy:
    """Runs git over a checkout's files with its own index at `path`."""

    def __init__(
        self, git: Git, checkout: Checkout, path: str, inherited_fd: int | None = None
    ) -> None:
        self.folder = checkout.folder
        self.path = path
        self._git = git
        self._git_dir = checkout.git_dir
        self._inherited_fd = inherited_fd
        self._filters: Filters | None = None

    @property
    def original(self) -> str:
        return os.path.join(self._git_dir, "index")

    def begin(self) -> None:
        """Copies the checkout's index; one that does not exist is like an empty one."""
        self.discard()
        try:
            with open(self.original, "rb") as source, open(self.path, "wb") as copy:
                copy.write(source.read())
        except FileNotFoundError:
            return
        # A file changed in the moment in which the index was written is told by its time.
        times = os.stat(self.original)
        os.utime(self.path, ns=(times.st_atime_ns, times.st_mtime_ns))

    @property
    def filters(self) -> Filters:
        if self._filters is None:
            self._filters = trusted_filters(self._configuration())
        return self._filters

    def run(self, *words: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> Completed:
        return self._git.run(
            *("-C", self.folder, f"--work-tree={self.folder}", "--literal-pathspecs"),
            *_SETTINGS,
            *words,
            stdin=stdin,
            ok=ok,
            git_dir=self._git_dir,
            env={**self.filters.environment, "GIT_INDEX_FILE": self.path},
            inherited_fd=self._inherited_fd,
        )

    def filter_names(self, paths: Iterable[str]) -> dict[str, str]:
        """Returns the name of the filter driver of each of the paths that has one."""
        return filter_names(self.run, paths)

    def _configuration(self) -> Configuration:
        """Returns what applies in this checkout: a linked one can have settings of its own."""
        if self._git_dir == self._git.common_dir:
            return self._git.configuration
        listed = self._git.run(*LIST, git_dir=self._git_dir)
        return ConfigurationReader(self._git_dir, lambda: listed.stdout).read()

    def paths(self, *words: str) -> set[str]:
        """Returns the NUL-separated paths that a command prints."""
        return {path for path in os.fsdecode(self.run(*words).stdout).split("\0") if path}

    def refresh(self) -> None:
        """Makes the index know again which files are unchanged."""
        self.run("update-index", "-q", "--refresh", ok=(0, 1))

    def entries(self) -> dict[str, IndexEntry]:
        found = {}
        for line in self.paths("ls-files", "-z", "-s", "-v"):
            facts, _, path = line.partition("\t")
            flag, mode, oid, _ = facts.split(" ")
            found[path] = IndexEntry(flag, mode, oid)
        return found

    def changes(self, old: str, new: str) -> tuple[Change, ...]:
        return changes(self._git, old, new)

    def sync_files(self, old: str, new: str) -> None:
        """Makes the files that differ between two commits, and the copy, survive a power cut."""
        sync_files(self.folder, [change.path for change in self.changes(old, new)])
        self._sync()

    def _sync(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        sync_folder(os.path.dirname(self.path))

    def publish(self) -> None:
        """Makes the copy the checkout's index. The caller holds the checkout's `index.lock`."""
        self._sync()
        os.rename(self.path, self.original)
        sync_folder(self._git_dir)

    def discard(self) -> None:
        for path in (self.path, f"{self.path}.lock"):
            try:
                os.unlink(path)
            except FileNotFoundError:
                continue

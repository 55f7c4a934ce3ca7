"""Owns the copy of a checkout's index on which a landing is prepared.

The person's own index stays as it is until the prepared one takes its place in one step.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.comparing.changes import changes
from spec_kitty.adapters.files import sync_folder
from spec_kitty.adapters.git.filters import trusted_filters
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

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
        self._filters: Mapping[str, str] | None = None

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

    def run(self, *words: str, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> Completed:
        if self._filters is None:
            self._filters = trusted_filters(self._git).environment
        return self._git.run(
            *("-C", self.folder, f"--work-tree={self.folder}", "--literal-pathspecs"),
            *_SETTINGS,
            *words,
            stdin=stdin,
            ok=ok,
            git_dir=self._git_dir,
            env={**self._filters, "GIT_INDEX_FILE": self.path},
            inherited_fd=self._inherited_fd,
        )

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

    def sync(self) -> None:
        """Makes the copy survive a power cut."""
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def publish(self) -> None:
        """Makes the copy the checkout's index. The caller holds the checkout's `index.lock`."""
        self.sync()
        os.rename(self.path, self.original)
        sync_folder(self._git_dir)

    def discard(self) -> None:
        for path in (self.path, f"{self.path}.lock"):
            try:
                os.unlink(path)
            except FileNotFoundError:
                continue

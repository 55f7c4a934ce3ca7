"""Owns the sealed repository in which merges are computed and work is looked at.

`git merge-tree` executes the merge drivers that the configuration and `info/attributes` name,
and it reads `.gitattributes` from the files of its folder, whatever tree it merges. So a merge
runs in a small temporary repository that borrows the objects and nothing else: it has no
configuration, attributes only as they are given here, and refs only to give conflict markers
their labels. Commits that a computation needs and nobody wants to keep stay in it.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.files import remove_folder
from spec_kitty.adapters.git.processes import spawn
from spec_kitty.adapters.refs.packs import quoted
from spec_kitty.adapters.scratch_folder import ScratchFolder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from spec_kitty.adapters.git.processes import Completed, Pipes
    from spec_kitty.adapters.git.runner import Git

_BORROWED_OF_REMOTES = (".url", ".promisor", ".partialclonefilter")
LEFTOVER_PREFIX = "merge-"
# Any identity will do for commits that are thrown away.
_NOBODY = {
    f"GIT_{role}_{field}": value
    for role in ("AUTHOR", "COMMITTER")
    for field, value in (("NAME", "spec-kitty"), ("EMAIL", "spec-kitty"), ("DATE", "@0 +0000"))
}


class BorrowedSettings:
    """Holds what a sealed repository must know of the repository whose objects it borrows."""

    def __init__(self, git: Git) -> None:
        self._core = ["\trepositoryformatversion = 0\n", "\tbare = false\n"]
        self._extensions: list[str] = []
        self.remotes: list[str] = []
        for setting in git.configuration.settings:
            if setting.scope != "local":
                continue
            name, value = setting.key, setting.value or ""
            if name == "core.sharedrepository" and _is_plain(value):
                self._core.append(f"\tsharedRepository = {value}\n")
            elif name == "extensions.objectformat" and _is_plain(value):
                self._core[0] = "\trepositoryformatversion = 1\n"
                self._extensions = ["[extensions]\n", f"\tobjectFormat = {value}\n"]
            elif name.startswith("remote.") and name.endswith(_BORROWED_OF_REMOTES):
                self.remotes += ["-c", f"{name}={value}"]
        # Only a partial clone, which fetches missing objects while it merges, needs its remotes.
        self.is_partial = any(".promisor=" in setting for setting in self.remotes)

    @property
    def text(self) -> str:
        return "".join(["[core]\n", *self._core, *self._extensions])


class SealedRepository:
    """Is a temporary repository, gone when the `with` block ends."""

    def __init__(self, git: Git, settings: BorrowedSettings) -> None:
        self._git = git
        self._settings = settings
        self._scratch = ScratchFolder(git.common_dir, LEFTOVER_PREFIX)
        self._git_dir = os.path.join(self._scratch.path, "git")
        self._own_objects = os.path.join(self._git_dir, "objects")
        self._files = os.path.join(self._scratch.path, "files")

    def __enter__(self) -> Self:
        self._scratch.__enter__()
        try:
            self._make()
        except BaseException:
            self._scratch.__exit__(None, None, None)
            raise
        return self

    def _make(self) -> None:
        for folder in (self._own_objects, os.path.join(self._git_dir, "refs"), self._files):
            os.makedirs(folder)
        _write(os.path.join(self._git_dir, "HEAD"), b"ref: refs/heads/none\n")
        _write(os.path.join(self._git_dir, "config"), self._settings.text.encode())

    def __exit__(self, *_: object) -> None:
        self._scratch.__exit__(None, None, None)

    def name_commits(self, refs: Mapping[str, str]) -> None:
        """Makes these refs; merging by ref puts the ref's name on the conflict markers."""
        lines = "".join(f"{commit} {ref}\n" for ref, commit in refs.items())
        _write(os.path.join(self._git_dir, "packed-refs"), os.fsencode(lines))

    def put_attributes(self, files: Mapping[str, bytes]) -> None:
        """Makes these `.gitattributes` files, by path, the ones that apply."""
        remove_folder(self._files)
        os.makedirs(self._files)
        for path, content in files.items():
            file = os.path.join(self._files, path)
            os.makedirs(os.path.dirname(file), exist_ok=True)
            _write(file, content)

    def commit(self, tree: str, message: str, *parents: str) -> str:
        """Makes a commit that goes away with this repository."""
        words = [word for parent in parents for word in ("-p", parent)]
        made = self.try_out("commit-tree", tree, *words, stdin=message.encode())
        return made.stdout.decode().strip()

    def try_out(
        self, *words: str | bytes, stdin: bytes = b"", ok: tuple[int, ...] = (0,)
    ) -> Completed:
        """Runs git in here; new objects go away with this repository."""
        env = {
            **_NOBODY,
            "GIT_OBJECT_DIRECTORY": self._own_objects,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted(self._shared_objects),
        }
        return self._run(words, stdin, ok, env)

    def run(self, *words: str | bytes, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> Completed:
        """Runs git in here; new objects go to the repository whose objects are borrowed."""
        return self._run(words, stdin, ok, self._borrowing())

    def started(self, *words: str | bytes, stderr_fd: int) -> Pipes:
        """Starts a git that only reads, for output that is too long to be kept."""
        options, env = self._setting(self._borrowing())
        command = self._git.command(*options, *words, git_dir=self._git_dir)
        return spawn(command, {**self._git.environment, **env}, stderr_fd=stderr_fd)

    def _borrowing(self) -> dict[str, str]:
        return {
            "GIT_OBJECT_DIRECTORY": self._shared_objects,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": quoted(self._own_objects),
        }

    @property
    def _shared_objects(self) -> str:
        return os.path.join(self._git.common_dir, "objects")

    def _run(
        self, words: tuple[str | bytes, ...], stdin: bytes, ok: tuple[int, ...], env: dict[str, str]
    ) -> Completed:
        options, env = self._setting(env)
        return self._git.run(*options, *words, stdin=stdin, ok=ok, git_dir=self._git_dir, env=env)

    def _setting(self, env: dict[str, str]) -> tuple[list[str], dict[str, str]]:
        """Returns options and environment of a git in here."""
        env["GIT_SHALLOW_FILE"] = os.path.join(self._git.common_dir, "shallow")
        env["GIT_ATTR_NOSYSTEM"] = "1"
        options = ["-C", self._files, f"--work-tree={self._files}"]
        if self._settings.is_partial:
            options += self._settings.remotes
        else:
            env["GIT_CONFIG_NOSYSTEM"] = "1"
            env["GIT_CONFIG_GLOBAL"] = os.devnull
        return options, env


def _is_plain(value: str) -> bool:
    return value.isascii() and value.isalnum()


def _write(path: str, content: bytes) -> None:
    with open(path, "wb") as file:
        file.write(content)

"""Owns the sealed repository in which merges are computed.

`git merge-tree` executes the merge drivers that the configuration and `info/attributes` name,
and it reads `.gitattributes` from the files of its folder, whatever tree it merges. So a merge
runs in a small temporary repository that borrows the objects and nothing else: it has no
configuration, attributes only as they are given here, and refs only to give conflict markers
their labels. Commits that a computation needs and nobody wants to keep stay in it.
"""

from __future__ import annotations

import os
import re
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Self

    from spec_kitty.adapters.git.processes import Completed
    from spec_kitty.adapters.git.runner import Git

_BORROWED_OF_REMOTES = (".url", ".promisor", ".partialclonefilter")
_PLAIN_VALUE = re.compile(r"[A-Za-z0-9]+")
_PREFIX = "merge-"
_LEFTOVER_SECONDS = 24 * 3600
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
            if name == "core.sharedrepository" and _PLAIN_VALUE.fullmatch(value):
                self._core.append(f"\tsharedRepository = {value}\n")
            elif name == "extensions.objectformat" and _PLAIN_VALUE.fullmatch(value):
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
        scratch = os.path.join(git.common_dir, "spec-kitty", "scratch")
        _remove_leftovers(scratch)
        self._folder = os.path.join(scratch, f"{_PREFIX}{os.urandom(8).hex()}")
        self._git_dir = os.path.join(self._folder, "git")
        self._own_objects = os.path.join(self._git_dir, "objects")
        self._files = os.path.join(self._folder, "files")

    def __enter__(self) -> Self:
        for folder in (self._own_objects, os.path.join(self._git_dir, "refs"), self._files):
            os.makedirs(folder)
        _write(os.path.join(self._git_dir, "HEAD"), b"ref: refs/heads/none\n")
        _write(os.path.join(self._git_dir, "config"), self._settings.text.encode())
        return self

    def __exit__(self, *_: object) -> None:
        remove_folder(self._folder)

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
        env = {
            **_NOBODY,
            "GIT_OBJECT_DIRECTORY": self._own_objects,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(self._shared_objects),
        }
        made = self._run(("commit-tree", tree, *words), message.encode(), (0,), env)
        return made.stdout.decode().strip()

    def run(self, *words: str | bytes, stdin: bytes = b"", ok: tuple[int, ...] = (0,)) -> Completed:
        """Runs git in here; new objects go to the repository whose objects are borrowed."""
        env = {
            "GIT_OBJECT_DIRECTORY": self._shared_objects,
            "GIT_ALTERNATE_OBJECT_DIRECTORIES": _quoted(self._own_objects),
        }
        return self._run(words, stdin, ok, env)

    @property
    def _shared_objects(self) -> str:
        return os.path.join(self._git.common_dir, "objects")

    def _run(
        self, words: tuple[str | bytes, ...], stdin: bytes, ok: tuple[int, ...], env: dict[str, str]
    ) -> Completed:
        env["GIT_SHALLOW_FILE"] = os.path.join(self._git.common_dir, "shallow")
        env["GIT_ATTR_NOSYSTEM"] = "1"
        options = ["-C", self._files, f"--work-tree={self._files}"]
        if self._settings.is_partial:
            options += self._settings.remotes
        else:
            env["GIT_CONFIG_NOSYSTEM"] = "1"
            env["GIT_CONFIG_GLOBAL"] = os.devnull
        return self._git.run(*options, *words, stdin=stdin, ok=ok, git_dir=self._git_dir, env=env)


def remove_folder(folder: str) -> None:
    """Removes a folder of our own with all that is in it; one that is gone is no error."""
    for parent, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.unlink(os.path.join(parent, name))
        for name in folders:
            os.rmdir(os.path.join(parent, name))
    try:
        os.rmdir(folder)
    except FileNotFoundError:
        pass


def _remove_leftovers(scratch: str) -> None:
    """Removes what a killed process left behind, once it is too old to be in use."""
    try:
        names = [name for name in os.listdir(scratch) if name.startswith(_PREFIX)]
    except FileNotFoundError:
        return
    for name in names:
        folder = os.path.join(scratch, name)
        try:
            if os.lstat(folder).st_mtime < time.time() - _LEFTOVER_SECONDS:
                remove_folder(folder)
        except FileNotFoundError:
            continue


def _quoted(path: str) -> str:
    escaped = path.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _write(path: str, content: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    try:
        os.write(descriptor, content)
    finally:
        os.close(descriptor)

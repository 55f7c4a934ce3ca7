"""Finds what a command lost: work of a person that is neither on disk nor kept under a ref."""

from __future__ import annotations

import hashlib
import os
import subprocess
from pathlib import Path

_KEEPING = ("--branches", "--tags", "--glob=refs/spec-kitty-salvage/*", "--glob=refs/stash")


class Belongings:
    """Is what a person has at a moment: every commit of a branch, every file in a working tree."""

    def __init__(self, base: Path, git_dir: Path) -> None:
        self._base = base
        self._git_dir = git_dir
        self._commits = self._tips()
        self._files = self._contents()

    def lost(self, git_dir: Path | None = None) -> list[str]:
        """Returns what is nowhere any more; `git_dir` is where the repository lies now."""
        self._git_dir = git_dir or self._git_dir
        kept = self._reachable()
        on_disk = self._contents()
        commits = [
            f"commit {each} of {name}" for each, name in self._commits.items() if each not in kept
        ]
        files = [path for oid, path in self._files.items() if oid not in kept | on_disk.keys()]
        return sorted(commits + files)

    def _tips(self) -> dict[str, str]:
        listed = self._git(
            "for-each-ref",
            "--format=%(objectname) %(refname)",
            "refs/heads",
            "refs/tags",
            "refs/spec-kitty-salvage",
        )
        rows = (line.split(" ", 1) for line in listed.splitlines())
        return {oid: ref for oid, ref in rows if self._is_there(oid)}

    def _is_there(self, oid: str) -> bool:
        return self._run("cat-file", "-e", oid).returncode == 0

    def _reachable(self) -> set[str]:
        listed = self._git("rev-list", "--objects", "--ignore-missing", *_KEEPING)
        return {line.split(" ", 1)[0] for line in listed.splitlines()}

    def _contents(self) -> dict[str, str]:
        """Returns the object id that each file's content has or would have."""
        found: dict[str, str] = {}
        for folder, folders, names in os.walk(self._base):
            if "HEAD" in names and "objects" in folders:
                folders[:] = []
                continue
            for name in names:
                path = os.path.join(folder, name)
                if name != ".git" and not os.path.islink(path) and os.path.isfile(path):
                    data = Path(path).read_bytes()
                    head = b"blob %d\0" % len(data)
                    found[hashlib.sha1(head + data).hexdigest()] = path
        return found

    def _git(self, *words: str) -> str:
        return os.fsdecode(self._run(*words).stdout)

    def _run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            ["git", f"--git-dir={self._git_dir}", *words], capture_output=True, check=False
        )

"""Owns how new objects outlive a git that deletes what no ref holds yet.

`git gc --prune=now` looks at the refs first and deletes afterwards whatever they did not hold, be
it a moment old. So while one is at work, the objects of a transaction are put into a pack of their
own before the refs move, with the `.keep` file by which git protects what it fetches. A plain
`git prune` shows itself only by what it deleted: what a journal lacks then is written again, and
what a branch lacks has second names (`code_spares.py`).
"""

from __future__ import annotations

import os
import time
from functools import cached_property

from spec_kitty.adapters.git.runner import GitLacksObjects
from spec_kitty.application.ports import ObjectsPruned

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from types import TracebackType
    from typing import Self, TypeVar

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.refs.packs import Packs
    from spec_kitty.domain.events import RefMove

    _Result = TypeVar("_Result")

KEPT = "spec-kitty moves refs to this"
# Git itself takes an older note of a running gc for one that was left behind.
_STALE_SECONDS = 12 * 3600
# A prune passes each folder of objects once, so that writing them again soon succeeds.
_TRIES = 10


class Shelter:
    """Protects the objects of new commits while the `with` block moves refs to them.

    `check` looks at what the caller has just written, `restore` at all that it can bring back;
    both write again what is gone and say whether anything was. Raises ObjectsPruned when something
    is gone for good before the refs move, GitLacksObjects when it is afterwards.
    """

    def __init__(
        self,
        git: Git,
        moves: Sequence[RefMove],
        check: Callable[[], bool],
        restore: Callable[[], bool],
    ) -> None:
        self._git = git
        self._moves = [move for move in moves if move.new is not None]
        self._check = check
        self._restore = restore
        self._kept: str | None = None

    def __enter__(self) -> Self:
        # A gc that has come and gone may have taken what this command made before.
        if deletes_new_objects(self._git) or self._git.store_mark() != self._git.known_store:
            try:
                self._kept = self.try_often(lambda: self._packed(["--not", "--all"]))
            except GitLacksObjects as error:
                raise ObjectsPruned(str(error)) from None
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._kept is None and kind is None:
            if self._check() or deletes_new_objects(self._git):
                # It began after the block did, and may not have seen the refs as they are now.
                old = [f"^{move.old}" for move in self._moves if move.old]
                self._kept = self.try_often(lambda: self._packed(old))
        if self._kept is not None:
            self._packs.let_go(self._kept)
        self._git.known_store = self._git.store_mark()

    @cached_property
    def _packs(self) -> Packs:
        from spec_kitty.adapters.refs.packs import Packs

        return Packs(self._git)

    def try_often(self, act: Callable[[], _Result]) -> _Result:
        """Acts, again where an object was gone that could be restored."""
        for _ in range(_TRIES):
            try:
                return act()
            except GitLacksObjects:
                if not (self._check() or self._restore()):
                    raise
        return act()

    def _packed(self, without: Sequence[str]) -> str | None:
        """Puts the objects into a pack that git leaves alone, and returns its name."""
        listed = self._listed(without)
        return self._packs.make(listed, self._announce) if listed else None

    def _announce(self, name: str) -> None:
        self._packs.keep(name, KEPT)

    def _listed(self, without: Sequence[str]) -> bytes:
        """Lists the objects of the new commits; each is there now."""
        commits = [str(move.new) for move in self._moves if move.old or "--all" in without]
        words = ("rev-list", "--objects", *commits, *without)
        return self._git.run(*words).stdout


def deletes_new_objects(git: Git) -> bool:
    """Says whether a gc is at work here that does not spare what is younger than two weeks."""
    try:
        with open(os.path.join(git.common_dir, "gc.pid"), encoding="utf-8") as file:
            age_seconds = time.time() - os.fstat(file.fileno()).st_mtime
            process, _, machine = file.read(1000).partition(" ")
    except FileNotFoundError:
        return False
    if age_seconds > _STALE_SECONDS:
        return False
    if machine.strip() != os.uname().nodename or not process.isdecimal():
        return True
    told = _told(process)
    if told is None or b"--prune" in told or b"pruneexpire" in told:
        return told is not None
    return git.configuration.value("gc.pruneexpire") not in (None, "never")


def _told(process: str) -> bytes | None:
    """Returns words and environment of a process, in small letters; None when it has ended."""
    if not os.path.isdir("/proc/self"):
        return b"--prune"
    try:
        parts = []
        for name in ("cmdline", "environ"):
            with open(f"/proc/{process}/{name}", "rb") as file:
                parts.append(file.read())
        return b"\0".join(parts).lower()
    except PermissionError:
        return b"--prune"
    except OSError:
        return None

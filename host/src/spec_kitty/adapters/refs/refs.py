"""Owns the moving of refs: all or none, only from the value they are known to have, durably.

The first move of a transaction is its commit point (git renames in the order given), so callers
put the journal first. A stale lock file that a killed process left is removed only where the
design allows it: under `refs/spec-kitty*/` or named by our own intent, after a wait, and only
while no live process may hold it. Anybody else's lock is BUSY.
"""

from __future__ import annotations

import os
import re
import time
from functools import partial

from spec_kitty.adapters.git.runner import Git, failure
from spec_kitty.adapters.refs.durability import sync_object_names, sync_refs
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.refs.code_spares import CodeSpares
    from spec_kitty.domain.events import RefMove

# A live git holds a ref's lock for milliseconds; one that outlasts this was left behind.
STALE_AFTER_SECONDS = 1.5
_TRIES = 3
_PAUSE_SECONDS = 0.01
_MOVED = ("but expected", "unable to resolve", "already exists")
_LOCK = r"Unable to create '(.+?\.lock)': File exists"
_OWN = os.path.join("refs", "spec-kitty")


class RefsMoved(Exception):
    """Reports that a ref did not have the recorded old value; nothing was moved."""


def move_refs(
    git: Git, moves: Sequence[RefMove], reason: str, lock: int | None, named: Sequence[str] = ()
) -> None:
    """Moves the refs in one transaction, or raises RefsMoved and moves none.

    `lock` is the descriptor of the writer lock, which lives on in the child; `named` are the
    lock files that our intent names. Raises Refusal (BUSY) when another process holds a lock, and
    ObjectsPruned when something is gone that a branch was to get.
    """
    spares = _secured(git, moves)
    lines = "".join(_line(move) for move in moves)
    words = ("update-ref", "--no-deref", "-m", reason, "--stdin")
    for remaining in reversed(range(_TRIES)):
        outcome = git.run(*words, stdin=lines.encode(), ok=(0, 1, 128), inherited_fd=lock)
        if outcome.returncode == 0:
            sync_refs(git.common_dir, moves)
            _clear_own_locks(git.common_dir, moves)
            if spares is not None:
                spares.heal()
            return
        said = outcome.stderr.decode(errors="replace")
        held = re.search(_LOCK, said)
        if held is None:
            if any(reason in said for reason in _MOVED):
                # A `git pack-refs` at work lets a ref seem gone, or old, for a moment.
                if remaining:
                    time.sleep(_PAUSE_SECONDS)
                    continue
                raise RefsMoved(said.strip())
            if "cannot create" in said:
                raise _name_taken(said.strip())
            raise failure(words, outcome)
        path = held.group(1)
        clear_stale_lock(git.common_dir, path, named)
    from spec_kitty.adapters.refs.lock_owners import busy

    raise busy(git.common_dir, path)


def _secured(git: Git, moves: Sequence[RefMove]) -> CodeSpares | None:
    """Makes what is new on branches outlive a power cut and a prune; None when nothing is."""
    new = [(move.new, move.old) for move in moves if not move.ref.startswith(_OWN)]
    spans = [(commit, old) for commit, old in new if commit is not None and old is not None]
    if not spans:
        return None
    from spec_kitty.adapters.refs.code_spares import CodeSpares

    spares = CodeSpares(git)
    for commit, old in spans:
        spares.protect(partial(sync_object_names, git, commit, old))
    return spares


def _clear_own_locks(common_dir: str, moves: Sequence[RefMove]) -> None:
    """Removes what is left of the move: git ends well even if the disk keeps one of its locks."""
    names = lock_files(common_dir, moves)
    for path in (os.path.join(common_dir, name) for name in names):
        if os.path.lexists(path):
            clear_stale_lock(common_dir, path, names)


def _line(move: RefMove) -> str:
    if move.new is None:
        return f"delete {move.ref} {move.old}\n"
    if move.old is None:
        return f"create {move.ref} {move.new}\n"
    return f"update {move.ref} {move.new} {move.old}\n"


def lock_files(common_dir: str, moves: Sequence[RefMove]) -> tuple[str, ...]:
    """Returns the lock files that a transaction may leave behind, relative to the common dir."""
    names = [f"{move.ref}.lock" for move in moves]
    if any(move.new is None for move in moves):
        names.append("packed-refs.lock")
    try:
        with open(os.path.join(common_dir, "HEAD"), encoding="utf-8") as file:
            head = file.read().removeprefix("ref: ").strip()
    except OSError:
        head = ""
    if any(move.ref == head for move in moves):
        names.append("HEAD.lock")
    return tuple(names)


def clear_stale_lock(common_dir: str, path: str, named: Sequence[str]) -> None:
    """Removes a lock file that is ours and stale; one that goes away is waited for.

    Raises Refusal (BUSY) for every other one, saying whose it may be.
    """
    from spec_kitty.adapters.refs.lock_owners import PATIENCE_SECONDS, busy, is_released, owner_of

    relative = os.path.relpath(path, common_dir)
    ours = relative.startswith(_OWN) or relative in named
    if ours and is_released(path, STALE_AFTER_SECONDS - _age_seconds(path)):
        return
    if ours and owner_of(common_dir, path) is None:
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
    elif not is_released(path, PATIENCE_SECONDS):
        raise busy(common_dir, path)


def _age_seconds(path: str) -> float:
    try:
        return max(0.0, time.time() - os.stat(path).st_mtime)
    except FileNotFoundError:
        return 0.0


def _name_taken(said: str) -> Refusal:
    return Refusal(
        ErrorCode.PREFLIGHT_FAILED,
        "A branch cannot be made, because another one has its name as a folder (git keeps 'a' "
        f"and 'a/b' apart). Rename the other one. Git says: {said}",
    )

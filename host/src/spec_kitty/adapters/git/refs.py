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

from spec_kitty.adapters.files import sync_folder
from spec_kitty.adapters.git.runner import Git, GitFailed
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.domain.events import RefMove

# A live git holds a ref's lock for milliseconds; one that outlasts this was left behind.
STALE_AFTER_SECONDS = 1.5
_LOCK = re.compile(r"Unable to create '(.+?\.lock)': File exists")
_OWN = os.path.join("refs", "spec-kitty")
# Git commands that take no lock on refs, however long they run.
_READERS = (b"cat-file", b"log", b"show", b"diff", b"blame", b"status")


class RefsMoved(Exception):
    """Reports that a ref did not have the recorded old value; nothing was moved."""


def move_refs(
    git: Git, moves: Sequence[RefMove], reason: str, lock: int | None, named: Sequence[str] = ()
) -> None:
    """Moves the refs in one transaction, or raises RefsMoved and moves none.

    `lock` is the descriptor of the writer lock, which lives on in the child; `named` are the
    lock files that our intent names. Raises Refusal (BUSY) when another process holds a lock.
    """
    lines = "".join(_line(move) for move in moves)
    words = ("update-ref", "--no-deref", "-m", reason, "--stdin")
    for _ in range(3):
        outcome = git.run(*words, stdin=lines.encode(), ok=(0, 1, 128), inherited_fd=lock)
        if outcome.returncode == 0:
            for folder in {os.path.dirname(move.ref) for move in moves}:
                sync_folder(os.path.join(git.common_dir, folder))
            return
        said = outcome.stderr.decode(errors="replace")
        held = _LOCK.search(said)
        if held is None:
            if "but expected" in said or "unable to resolve" in said or "already exists" in said:
                raise RefsMoved(said.strip())
            if "cannot create" in said:
                raise _name_taken(said.strip())
            raise GitFailed(words, outcome)
        clear_stale_lock(git.common_dir, held.group(1), named)
    raise _busy(held.group(1) if held else "?", None)


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
    """Removes a lock file that is ours and stale. Raises Refusal (BUSY) for every other one."""
    relative = os.path.relpath(path, common_dir)
    ours = relative.startswith(_OWN) or relative in named
    try:
        seen = os.stat(path)
    except FileNotFoundError:
        return
    age_seconds = max(0.0, time.time() - seen.st_mtime)
    deadline = time.monotonic() + STALE_AFTER_SECONDS - age_seconds
    while time.monotonic() < deadline:
        time.sleep(0.02)
        try:
            now = os.stat(path)
        except FileNotFoundError:
            return
        if (now.st_ino, now.st_mtime_ns) != (seen.st_ino, seen.st_mtime_ns):
            return
    owner = _possible_owner(common_dir, path)
    if not ours or owner is not None:
        raise _busy(path, owner)
    try:
        os.unlink(path)
    except FileNotFoundError:
        return


def _possible_owner(common_dir: str, path: str) -> int | None:
    """Returns the id of a live process that may hold the lock.

    One has the file open, or is a git that works on this repository and is no mere reader.
    Where there is no /proc, the wait alone decides.
    """
    checkout = os.path.dirname(common_dir)
    for entry in os.listdir("/proc") if os.path.isdir("/proc") else ():
        if not entry.isdigit() or int(entry) == os.getpid():
            continue
        try:
            if _has_open(entry, path) or _works_here(entry, common_dir, checkout):
                return int(entry)
        except OSError:
            continue
    return None


def _has_open(process: str, path: str) -> bool:
    folder = f"/proc/{process}/fd"
    for descriptor in os.listdir(folder):
        try:
            if os.readlink(f"{folder}/{descriptor}") == path:
                return True
        except OSError:
            continue
    return False


def _works_here(process: str, common_dir: str, checkout: str) -> bool:
    with open(f"/proc/{process}/cmdline", "rb") as file:
        words = file.read().split(b"\0")
    if not os.path.basename(words[0]).startswith(b"git"):
        return False
    if any(reader in words for reader in _READERS):
        return False
    folder = os.readlink(f"/proc/{process}/cwd")
    here = folder == checkout or folder.startswith((checkout + os.sep, common_dir))
    return here or any(common_dir.encode() in word for word in words)


def _name_taken(said: str) -> Refusal:
    return Refusal(
        ErrorCode.PREFLIGHT_FAILED,
        "A branch cannot be made, because another one has its name as a folder (git keeps 'a' "
        f"and 'a/b' apart). Rename the other one. Git says: {said}",
    )


def _busy(path: str, owner: int | None) -> Refusal:
    who = f" (process {owner} may hold it)" if owner else ""
    return Refusal(
        ErrorCode.BUSY,
        f"A git lock is in the way: {path}{who}. Wait for that git command to end; if none is "
        "running, delete the file and try again.",
        lock=path,
        process=owner,
        retryable=True,
    )

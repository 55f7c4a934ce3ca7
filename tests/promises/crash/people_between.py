"""What a person does between the kill of a command and the next one.

Each act is done with plain git and files, in the folder where the command was at work. Git may
refuse it, for a lock that the killed command left; then nothing was done.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from crash.portrait import git

THEIRS = "theirs.txt"
TEXT = "by a person, in between\n"


@dataclass(frozen=True)
class Left:
    """What the person left: where the branch is, and files with their bytes."""

    folder: Path
    branch: str
    tip: str
    files: dict[str, bytes]


def edit(folder: Path, changed: str) -> None:
    """Edits a file that the command may be about to write, and makes a new one."""
    (folder / THEIRS).write_text(TEXT)
    (folder / changed).parent.mkdir(parents=True, exist_ok=True)
    (folder / changed).write_text(TEXT)


def commit(folder: Path, changed: str) -> None:
    (folder / THEIRS).write_text(TEXT)
    _git(folder, "add", THEIRS)
    _git(folder, "commit", "--quiet", "--message", "Theirs", "--only", THEIRS)


def amend(folder: Path, changed: str) -> None:
    _git(folder, "commit", "--quiet", "--amend", "--only", "--message", "Amended by a person")


def reset(folder: Path, changed: str) -> None:
    _git(folder, "reset", "--quiet", "--soft", "HEAD~1")


ACTS: dict[str, Callable[[Path, str], None]] = {
    "edit": edit,
    "commit": commit,
    "amend": amend,
    "reset": reset,
}


def do(act: str, folder: Path, branch: str, changed: str) -> Left | None:
    """Lets the person act, and returns what they left; None where nothing could be done."""
    before = _tip(folder, branch)
    if not (folder / ".git").exists() or before is None:
        return None
    ACTS[act](folder, changed)
    after = _tip(folder, branch)
    assert after is not None
    files = {
        name: (folder / name).read_bytes()
        for name in (THEIRS, changed)
        if act in ("edit", "commit") and (folder / name).exists()
    }
    return None if act != "edit" and before == after else Left(folder, branch, after, files)


def move_away(left: Left, paths: list[str]) -> Left:
    """Moves files away, as a refusal asks for, and returns what is left then."""
    files = dict(left.files)
    for path in paths:
        (left.folder / path).rename(left.folder / f"{path}.mine")
        files[f"{path}.mine"] = files.pop(path)
    return Left(left.folder, left.branch, left.tip, files)


def losses(place: Path, left: Left) -> list[str]:
    """Returns what is no longer as the person left it, or kept under a ref."""
    lost = []
    if _tip(place, left.branch) != left.tip and not _is_held(place, left.tip):
        lost.append(f"{left.branch} is at {_tip(place, left.branch)}, not {left.tip}")
    for name, data in left.files.items():
        file = left.folder / name
        if not (file.exists() and file.read_bytes() == data) and not _is_kept(place, name, data):
            lost.append(f"{name} is not as it was left")
    return lost


def _is_held(place: Path, commit: str) -> bool:
    """Says whether a branch, or kept work, still has the commit."""
    shape = ("--format=%(refname)", "--contains", commit)
    return bool(git(place, "for-each-ref", *shape, "refs/heads", "refs/spec-kitty-salvage"))


def _is_kept(place: Path, name: str, data: bytes) -> bool:
    for ref in git(place, "for-each-ref", "--format=%(refname)").splitlines():
        words = ["git", "cat-file", "blob", f"{ref}:{name}"]
        ended = subprocess.run(words, cwd=place, capture_output=True, check=False)
        if ended.stdout == data:
            return True
    return False


def _tip(folder: Path, branch: str) -> str | None:
    words = ["git", "rev-parse", "--verify", "--quiet", branch]
    ended = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    return ended.stdout.strip() or None


def _git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *words], cwd=folder, capture_output=True, check=False)

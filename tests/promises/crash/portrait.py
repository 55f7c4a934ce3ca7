"""Describes a repository so that two ends of the same story can be compared.

What differs from run to run (ids, times) is left out; what a crash may leave behind (locks,
intents, scratch, half-written files) is in it by name.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
import subprocess
from pathlib import Path
from typing import Any

# Caches, locks that the kernel frees, reflogs, objects: what is there says nothing of a crash.
_NOT_TOLD = re.compile(
    r"^\.git/(objects|logs|info|worktrees/[^/]+/logs|index|COMMIT_EDITMSG|FETCH_HEAD|ORIG_HEAD"
    r"|refs|packed-refs|spec-kitty/(lock|workspace-locks|plans|settings|index|spares|packs)(/.*)?"
    r"|worktrees/[^/]+/(index|ORIG_HEAD))(/|$)"
)
# What a killed packing leaves, the next packing removes; a command that packs nothing does not.
_OF_PACKING = (".git/spec-kitty/scratch/packing-", ".git/spec-kitty/packs.tmp")
_LEFT = re.compile(r"\.lock$|\.tmp$|tmp_(?!obj_)|\.spec-kitty(-new)?$|\.new$|doomed|index\.lock")
_VOLATILE = re.compile(r"\b[0-9a-f]{32,64}\b|\b[0-9a-f]{12}\b|\d{4}-\d\d-\d\dT[\d:.]+(\+00:00|Z)")

Portrait = dict[str, Any]


def git(place: Path, *words: str) -> str:
    ended = subprocess.run(["git", *words], cwd=place, capture_output=True, check=False)
    assert ended.returncode == 0, (words, ended.stderr)
    return ended.stdout.decode(errors="replace")


def events(place: Path, slug: str) -> list[str]:
    """Returns the journal as people read it, oldest first."""
    # Written as a pattern the ref may be missing, as it is before the first event.
    ref = f"refs/spec-kitty/{slug[:-1]}[{slug[-1]}]"
    listed = git(place, "log", "--reverse", "--format=%s", f"--glob={ref}").splitlines()
    return [settled(line) for line in listed]


def portrait(place: Path) -> Portrait:
    """Describes refs, commits, files, and what `git status` says in each checkout."""
    shape = "--format=%(refname) %(tree) %(contents:subject)"
    outside = ("refs/heads", "refs/spec-kitty-salvage")
    log = ("log", "--branches", "--glob=refs/spec-kitty-salvage/*")
    remote = place.parent / "remote.git"
    checkouts = [place, *sorted(place.glob(".worktrees/*"))]
    return {
        "refs": git(place, "for-each-ref", shape, *outside).splitlines(),
        "remote": git(remote, "for-each-ref", shape).splitlines() if remote.exists() else [],
        "commits": sorted(git(place, *log, "--format=%s %T").splitlines()),
        "status": {
            str(each.relative_to(place)): git(each, "status", "--porcelain", "-uall").splitlines()
            for each in checkouts
            if (each / ".git").exists()
        },
        "files": dict(sorted(_files(place))),
    }


def settled(text: str) -> str:
    """Returns a text without ids and times, but with trees, which say what is in them."""
    return _VOLATILE.sub("*", text)


def left_behind(place: Path) -> list[str]:
    """Returns what no command should leave: locks, intents, scratch, temporary files."""
    found = []
    for name in _names(place):
        if name.startswith(_OF_PACKING):
            continue
        own = name.startswith((".git/spec-kitty/lock/", ".git/spec-kitty/workspace-locks/"))
        intent = name.startswith(".git/spec-kitty/intent/") or "/scratch/" in name
        if intent or (not own and _LEFT.search(name)):
            found.append(name)
    return sorted(found)


def damage(place: Path) -> str:
    """Returns what `git fsck` finds; unreachable objects are no damage."""
    words = ["git", "fsck", "--strict", "--no-dangling", "--no-progress", "--no-reflogs"]
    ended = subprocess.run(words, cwd=place, capture_output=True, check=False)
    return (ended.stdout + ended.stderr).decode(errors="replace")


def _names(place: Path) -> list[str]:
    found = []
    for folder, folders, names in os.walk(place):
        here = os.path.relpath(folder, place)
        found += [os.path.normpath(os.path.join(here, name)) for name in names]
        if here == ".git/objects":
            folders[:] = [each for each in folders if len(each) != 2]
    return found


def _files(place: Path) -> list[tuple[str, str]]:
    found = []
    for name in _names(place):
        if _NOT_TOLD.match(name) or name.startswith((*_OF_PACKING, ".git/spec-kitty/git")):
            continue
        path = place / name
        mode = path.lstat().st_mode
        data = os.readlink(path).encode() if stat.S_ISLNK(mode) else path.read_bytes()
        if name.endswith("/spec-kitty-progress"):
            data = settled(data.decode()).encode()
        digest = "" if name.startswith(".git/") else hashlib.sha1(data).hexdigest()[:8]
        found.append((name, f"{stat.S_IMODE(mode):o} {digest}"))
    return found


def told(text: str) -> Any:
    """Returns what an answer says, without ids and times."""
    return json.loads(settled(text))

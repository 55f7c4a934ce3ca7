"""Finds the places at which a command can be stopped: its system calls that change something.

What strace wrote about one run is read call by call. A place is named by the process (the
host, or a child by what it does), the call and how many of that name came before, for that is how
strace counts when it injects. Calls that fail, that only read, or that are about something outside
of the repository are no places, though they count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

OPENS = ("open", "openat", "creat")
WRITES = ("write", "pwrite64", "writev", "pwritev", "copy_file_range", "sendfile")
MAKES = ("mkdir", "mkdirat", "link", "linkat", "symlink", "symlinkat")
RENAMES = ("rename", "renameat", "renameat2")
REMOVES = ("unlink", "unlinkat", "rmdir")
SYNCS = ("fsync", "fdatasync", "sync_file_range")
CHANGES = ("ftruncate", "truncate", "chmod", "fchmod", "fchmodat", "utimensat", "utime")
KINDS = {
    name: kind
    for kind, names in {
        "open": OPENS,
        "write": WRITES,
        "make": MAKES,
        "rename": RENAMES,
        "remove": REMOVES,
        "sync": SYNCS,
        "change": CHANGES,
    }.items()
    for name in names
}
TRACED = ",".join(f"?{name}" for name in KINDS)

HOST = ""
KILL, KILL_CHILD = "killed", "child killed"
_NO_SPACE, _BROKEN, OVER_QUOTA = "ENOSPC", "EIO", "EDQUOT"
# What a disk answers to which kind of call.
_ERRORS = {
    "open": (_NO_SPACE, _BROKEN),
    "write": (_NO_SPACE, _BROKEN, OVER_QUOTA),
    "make": (_NO_SPACE, _BROKEN),
    "rename": (_NO_SPACE, _BROKEN),
    "sync": (_NO_SPACE, _BROKEN),
    "remove": (_BROKEN,),
    "change": (_BROKEN,),
}

_CALL = re.compile(r"^(\w+)\((.*)\)\s+= (-?\d+|\?)(.*)$")
_PIPE = re.compile(r"^\d+<pipe:")
_FOLDER_OF_NOTHING = re.compile(r'AT_FDCWD<[^>]*>, (?="/)')
_RANDOM = re.compile(r"[0-9a-f]{38,}|tmp_obj_\w+|tmp_\w+|index-[0-9a-f]{16}|\d{3,}")
_OBJECT = re.compile(r"objects/[0-9a-f]{2}/")


@dataclass(frozen=True)
class Place:
    """Is one system call of one process; `about` says what it is, for people."""

    process: str
    call: str
    number: int
    about: str
    feeds: bool = False

    @property
    def kind(self) -> str:
        return "feed" if self.feeds else KINDS[self.call]


@dataclass(frozen=True)
class Point:
    """Is one way to stop a command at one place."""

    place: Place
    how: str

    @property
    def is_kill(self) -> bool:
        return self.how in (KILL, KILL_CHILD)

    @property
    def injection(self) -> str:
        what = "signal=SIGKILL" if self.is_kill else f"error={self.how}"
        return f"inject={self.place.call}:{what}:when={self.place.number}"

    def __str__(self) -> str:
        who = self.place.process or "host"
        at = f"{self.place.call} #{self.place.number}"
        return f"{who} {self.how} at {at}: {self.place.about}"


def places(lines: Iterable[str], process: str, root: str) -> Iterator[Place]:
    """Yields the places in what strace wrote about one process, in their order."""
    counts: Counter[str] = Counter()
    fed: Place | None = None
    for line in lines:
        found = _CALL.match(line)
        if found is None or found[1] not in KINDS:
            continue
        name, words, result = found[1], _FOLDER_OF_NOTHING.sub("", found[2]), found[3]
        counts[name] += 1
        place = Place(process, name, counts[name], _shown(words, root))
        if result == "-1":
            continue
        if process == HOST and KINDS[name] == "write" and _PIPE.match(words):
            fed = replace(place, feeds=True)
        elif _is_inside(words, root) and _changes(name, words):
            # Of what is said to children between two changes the last word stands for all.
            yield from [fed, place] if fed is not None else [place]
            fed = None


def points(place: Place) -> Iterator[Point]:
    """Yields every way to stop a command at a place."""
    yield Point(place, KILL)
    if place.feeds:
        return
    if place.process:
        yield Point(place, KILL_CHILD)
    for error in _ERRORS[place.kind]:
        yield Point(place, error)


def is_refused_inside(line: str, root: str) -> bool:
    """Says whether what strace wrote is a call about the repository that it let fail."""
    found = _CALL.match(line)
    return found is not None and "INJECTED" in found[4] and _is_inside(found[2], root)


def _is_inside(words: str, root: str) -> bool:
    """Says whether a call is about the repository; relative paths are, for git works in it."""
    if root in words:
        return True
    first = re.search(r'"([^"]*)', words)
    return first is not None and not first[1].startswith("/") and "<" not in words[: first.start()]


def _changes(name: str, words: str) -> bool:
    if name not in ("open", "openat"):
        return True
    return re.search(r"\bO_(WRONLY|RDWR|CREAT|TRUNC)\b", words) is not None


def _shown(words: str, root: str) -> str:
    short = words.replace(f"{root}/", "").replace(root, ".")
    # The content of writes is noise, and so are names that differ from run to run.
    short = re.sub(r'(<[^>]*>), ".*', r"\1", short) if re.match(r"\d+<", short) else short
    return _RANDOM.sub("*", _OBJECT.sub("objects/*/", short))[:160]

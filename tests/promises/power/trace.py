"""Owns how a command is watched: its system calls, and those of its children, as strace tells them.

Every string comes as hexadecimal, so that no name or content can be taken for strace's own words.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

TRACED = (
    "open openat creat write pwrite64 writev pwritev pwritev2 lseek ftruncate truncate fallocate "
    "copy_file_range sendfile splice rename renameat renameat2 link linkat symlink symlinkat "
    "unlink unlinkat rmdir mkdir mkdirat chmod fchmod fchmodat fsync fdatasync sync syncfs "
    "dup dup2 dup3 fcntl clone clone3 fork vfork chdir fchdir"
).split()

_LINE = re.compile(r"(\d+) +(?:<\.\.\. (\w+) resumed>|(\w+)\()(.*)")
_RESULT = re.compile(r"(.*)\) += (-?\d+|\?)(.*)")
_THREAD = "CLONE_THREAD"
_STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')
_PLACE = re.compile(r"<((?:\\x[0-9a-f]{2})*)>")


@dataclass(frozen=True)
class Call:
    """One system call that succeeded. `words` are its arguments as strace writes them."""

    process: int
    name: str
    words: tuple[str, ...]
    result: int
    place: str | None

    def number(self, index: int) -> int:
        return int(self.words[index].partition("<")[0], 0)

    def text(self, index: int) -> str:
        return b"".join(self.strings(index)).decode(errors="surrogateescape")

    def strings(self, index: int) -> list[bytes]:
        return [_plain(each) for each in _STRING.findall(self.words[index])]

    def folder(self, index: int) -> str | None:
        """Returns the path that strace knows behind a descriptor."""
        found = _PLACE.search(self.words[index])
        return None if found is None else _plain(found[1]).decode(errors="surrogateescape")


@dataclass(frozen=True)
class Begun:
    """A call that makes a process and has not returned: the next new process is its child."""

    process: int
    is_thread: bool


def run_traced(argv: Sequence[str], folder: Path, into: Path) -> subprocess.CompletedProcess[bytes]:
    """Runs a program to its end and writes what it calls to a file."""
    options = ["-f", "-y", "-xx", "-s", str(1 << 24), "-e", f"trace={','.join(TRACED)}"]
    return subprocess.run(
        ["strace", *options, "-e", "signal=none", "-o", str(into), *argv],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
    )


def read_calls(trace: Path) -> Iterator[Call | Begun]:
    """Gives the calls in the order in which they ended."""
    begun: dict[int, str] = {}
    with trace.open(encoding="ascii") as lines:
        for line in lines:
            found = _LINE.match(line)
            if found is None:
                continue
            process, resumed, name, rest = int(found[1]), found[2], found[3], found[4]
            if rest.endswith("<unfinished ...>"):
                begun[process] = rest.removesuffix("<unfinished ...>")
                if "fork" in name or "clone" in name:
                    yield Begun(process, _THREAD in rest)
                continue
            whole = begun.pop(process, "") + rest if resumed else rest
            call = _call(process, resumed or name, whole)
            if call is not None:
                yield call


def _call(process: int, name: str, rest: str) -> Call | None:
    ended = _RESULT.match(rest)
    if ended is None or ended[2] == "?" or ended[2].startswith("-"):
        return None
    place = _PLACE.match(ended[3])
    known = None if place is None else _plain(place[1]).decode(errors="surrogateescape")
    return Call(process, name, tuple(_split(ended[1])), int(ended[2]), known)


def _split(text: str) -> Iterator[str]:
    """Divides arguments at the commas that are not inside of brackets."""
    depth, start = 0, 0
    for index, letter in enumerate(text):
        if letter in "[{(":
            depth += 1
        elif letter in "]})":
            depth -= 1
        elif letter == "," and depth == 0:
            yield text[start:index].strip()
            start = index + 1
    yield text[start:].strip()


def _plain(escaped: str) -> bytes:
    return bytes.fromhex(escaped.replace("\\x", ""))

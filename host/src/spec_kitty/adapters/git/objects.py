"""Owns reading git objects by name: one long-lived `git cat-file` answers every question.

Starting a git costs more than a hundred answers from one that runs, so the child is started at
the first question and kept until `close`, or until refs are packed. It sees refs and objects that
others write meanwhile. Git answers one line at a time, so a name that holds a line break could
ask a second question and is refused.
"""

from __future__ import annotations

import os
from functools import partial

from spec_kitty.adapters.git import processes
from spec_kitty.adapters.git.runner import GitFailed, GitStopped, failure, no_git
from spec_kitty.application.ports import ObjectsVanished
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from io import BufferedReader
    from typing import TypeVar

    from spec_kitty.adapters.git.runner import Git

    Answer = TypeVar("Answer")

MAX_OBJECT_BYTES = 64 << 20

# So many questions fit in the smallest pipe, so that asking never waits for answers to be read.
_TOGETHER = 50

# So often a question about refs is asked while they are packed again and again.
_TRIES = 5

_COMMAND = ("cat-file", "--batch-command")
_NOT_FOUND = (b" missing\n", b" ambiguous\n")


class ObjectMissing(LookupError, ObjectsVanished):
    """Reports that the repository has no such object."""


class ObjectTooLarge(ValueError):
    """Reports an object that is larger than its reader allows."""


class _Child(Record):
    pid: int
    requests: int
    answers: BufferedReader


class GitObjects:
    """Finds and reads the objects of one repository. Not for use by several threads at once."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._child: _Child | None = None
        self._packed_refs: tuple[int, int] | None = None

    def find(self, name: str) -> tuple[str, str, int] | None:
        """Resolves a name (`refs/heads/main:a/b`, an object id) to object id, kind and size.

        Returns None when there is no such object or the name could mean several.
        """
        header = self._ask_refs(_request("info", name))
        return None if header.endswith(_NOT_FOUND) else _parse(header)

    def _ask_refs(self, request: bytes) -> bytes:
        """Returns the first line of an answer that depends on where refs are now.

        Git knows `packed-refs` by inode, size and seconds, and all three can be those of an older
        one. So a child that was asked before refs were packed is replaced, and asked again where
        they were packed meanwhile.
        """
        path, header = os.path.join(self._git.common_dir, "packed-refs"), b""
        for _ in range(_TRIES):
            packed = _stamp(path)
            if packed != self._packed_refs:
                self.close()
            elif header:
                break
            self._packed_refs = packed
            header = self._ask(request, _header)
        return header

    def sizes(self, oids: Sequence[str]) -> dict[str, int]:
        """Returns the size in bytes of each object; one that is missing is left out."""
        found: dict[str, int] = {}
        for start in range(0, len(oids), _TOGETHER):
            together = oids[start : start + _TOGETHER]
            request = b"".join([_request("info", oid) for oid in together])
            headers = self._ask(request, partial(_headers, len(together)))
            for oid, header in zip(together, headers, strict=True):
                if not header.endswith(_NOT_FOUND):
                    found[oid] = _parse(header)[2]
        return found

    def read(self, oid: str, limit_bytes: int = MAX_OBJECT_BYTES) -> bytes:
        """Returns the content of an object.

        Raises ObjectMissing when there is none, ObjectTooLarge when it is over the limit.
        """
        return self.read_many((oid,), limit_bytes)[0]

    def read_many(self, oids: Sequence[str], limit_bytes: int = MAX_OBJECT_BYTES) -> list[bytes]:
        """Returns the contents of several objects in their order; raises as `read` does."""
        found: list[bytes] = []
        for start in range(0, len(oids), _TOGETHER):
            together = oids[start : start + _TOGETHER]
            request = b"".join([_request("contents", oid) for oid in together])
            found += self._ask(request, partial(_contents, together, limit_bytes))
        return found

    def close(self) -> None:
        """Ends the child; a later question starts a new one."""
        child, self._child = self._child, None
        if child is not None:
            os.close(child.requests)
            child.answers.close()
            os.waitpid(child.pid, 0)

    def _ask(self, request: bytes, read: Callable[[BufferedReader], Answer]) -> Answer:
        """Returns what `read` makes of the answers to one request."""
        # A child that somebody ended meanwhile is replaced once.
        for _ in range(2):
            child = self._running()
            try:
                _write(child.requests, request)
                return read(child.answers)
            except (BrokenPipeError, EOFError):
                self.close()
            except BaseException:
                # Answers that nobody reads any more would be taken for those to later questions.
                self.close()
                raise
        raise self._failure(request)

    def _running(self) -> _Child:
        if self._child is None:
            self._child = _start(self._git.command(*_COMMAND), self._git.environment)
        return self._child

    def _failure(self, request: bytes) -> GitFailed:
        """Asks a fresh git once more, so that it says in its own words what is wrong."""
        outcome = self._git.run(*_COMMAND, stdin=request)
        if outcome.returncode == 0:
            ended = outcome.replace(stderr=b"it was ended in the middle of an answer, twice")
            return GitStopped(_COMMAND, ended)
        return failure(_COMMAND, outcome)


def _header(answers: BufferedReader) -> bytes:
    """Returns the first line of an answer. Raises EOFError when the child is gone."""
    line = answers.readline()
    if not line.endswith(b"\n"):
        raise EOFError
    return line


def _headers(count: int, answers: BufferedReader) -> list[bytes]:
    return [_header(answers) for _ in range(count)]


def _contents(oids: Sequence[str], limit_bytes: int, answers: BufferedReader) -> list[bytes]:
    found = []
    for oid in oids:
        header = _header(answers)
        if header.endswith(_NOT_FOUND):
            raise ObjectMissing(f"The repository has no object {oid}.")
        size = _parse(header)[2]
        if size > limit_bytes:
            raise ObjectTooLarge(f"The object {oid} has {size} bytes, over {limit_bytes}.")
        content = answers.read(size + 1)
        if len(content) != size + 1:
            raise EOFError
        found.append(content[:-1])
    return found


def _stamp(path: str) -> tuple[int, int] | None:
    """Returns what differs for every file that takes this place; None without one."""
    try:
        seen = os.stat(path)
    except FileNotFoundError:
        return None
    return seen.st_ino, seen.st_ctime_ns


def _start(command: Sequence[str | bytes], env: Mapping[str, str]) -> _Child:
    # Nobody reads warnings here, and a full pipe would stop the child.
    silence = os.open(os.devnull, os.O_WRONLY)
    try:
        pipes = processes.spawn(command, env, stderr_fd=silence)
    except FileNotFoundError:
        raise no_git() from None
    finally:
        os.close(silence)
    return _Child(pipes.pid, pipes.stdin, open(pipes.stdout, "rb"))


def _request(question: str, name: str) -> bytes:
    line = os.fsencode(name)
    if b"\n" in line or b"\0" in line:
        raise ValueError("The name of a git object cannot hold a line break or a zero byte.")
    return b"%s %s\n" % (question.encode(), line)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


def _parse(header: bytes) -> tuple[str, str, int]:
    oid, kind, size = header.decode("ascii").split()
    return oid, kind, int(size)

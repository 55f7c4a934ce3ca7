"""Owns what one command did to a repository: the steps, from the system calls that made them.

Descriptors are followed through opening, duplicating and inheriting, so that what is written is
known to belong to a file that was renamed meanwhile. A call that would write and is not understood
fails the recording; shared mappings are not seen, and neither the host nor git writes by one.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from power.disk import (
    FILE,
    FOLDER,
    LINK,
    Acknowledgement,
    Disk,
    Name,
    Named,
    Node,
    Resize,
    Step,
    Sync,
    Write,
    read_disk,
)
from power.trace import Begun, Call, read_calls, run_traced


@dataclass(frozen=True)
class Recording:
    """A repository before a command, what the command did, and what it answered."""

    before: Disk
    nodes: Disk
    steps: tuple[Step, ...]
    told: bytes
    paths: Mapping[int, str]

    def disk(self) -> Disk:
        """Returns the repository before, with room for every node that the command made."""
        made = self.before.copy()
        for number in range(len(made.nodes), len(self.nodes.nodes)):
            node = self.nodes.nodes[number]
            content = node.content if node.kind == LINK else b""
            made.nodes[number] = Node(node.kind, content, node.mode)
            if node.kind == FOLDER:
                made.names[number] = {}
        return made


@dataclass
class _OpenFile:
    node: int
    offset: int = 0
    appends: bool = False


@dataclass
class _Process:
    folder: str
    files: dict[int, _OpenFile | None] = field(default_factory=dict)


def record(argv: Sequence[str], top: Path) -> Recording:
    """Runs the command in the repository at `top` and returns what it did there."""
    before = read_disk(top)
    with tempfile.TemporaryDirectory(dir=top.parent) as folder:
        trace = Path(folder) / "trace"
        ended = run_traced(argv, top, trace)
        reader = _Reader(before.copy(), str(top))
        for call in read_calls(trace):
            reader.take(call)
    return Recording(before, reader.disk, tuple(reader.steps), ended.stdout, reader.folders)


class _Reader:
    def __init__(self, disk: Disk, top: str) -> None:
        self.disk = disk
        self.steps: list[Step] = []
        # Where each folder was first seen, also those that are gone again.
        self.folders = disk.folders()
        self._top = top
        self._first: int | None = None
        self._processes: dict[int, _Process] = {}
        self._begun: list[Begun] = []

    def take(self, call: Call | Begun) -> None:
        if isinstance(call, Begun):
            self._begun.append(call)
            return
        self._process(call.process)
        if call.name in ("clone", "clone3", "fork", "vfork"):
            self._born(call)
            return
        handle = _HANDLERS.get(call.name)
        if handle is not None:
            handle(self, call)
        elif any(self._is_inside(call.folder(index)) for index in range(len(call.words))):
            raise AssertionError(f"nobody knows what {call.name} does to the disk")

    def _process(self, number: int) -> _Process:
        if number not in self._processes:
            if self._first is None:
                self._first = number
                self._processes[number] = _Process(self._top)
            else:
                begun = self._begun.pop()
                self._processes[number] = self._child(begun.process, begun.is_thread)
        return self._processes[number]

    def _child(self, parent: int, is_thread: bool) -> _Process:
        process = self._processes[parent]
        return process if is_thread else _Process(process.folder, dict(process.files))

    def _born(self, call: Call) -> None:
        if call.result not in self._processes:
            is_thread = any("CLONE_THREAD" in word for word in call.words)
            self._processes[call.result] = self._child(call.process, is_thread)
        self._begun = [each for each in self._begun if each.process != call.process]

    def _is_inside(self, path: str | None) -> bool:
        return path is not None and (path == self._top or path.startswith(self._top + os.sep))

    def _do(self, step: Step) -> None:
        self.disk.apply(step)
        self.steps.append(step)

    def _whole(self, call: Call, folder: int | None, path: int) -> str | None:
        """Returns a path argument relative to the top, None if it lies elsewhere."""
        process = self._process(call.process)
        start = process.folder
        if folder is not None and not call.words[folder].startswith("AT_FDCWD"):
            start = call.folder(folder) or ""
        whole = os.path.normpath(os.path.join(start, call.text(path)))
        return os.path.relpath(whole, self._top) if self._is_inside(whole) else None

    def _entry(self, path: str, node: int | None) -> Name:
        folder, name = os.path.split(path)
        found = self.disk.find(folder)
        assert found is not None, path
        return Name(found, name, node)

    def chdir(self, call: Call) -> None:
        process = self._process(call.process)
        process.folder = os.path.normpath(os.path.join(process.folder, call.text(0)))

    def fchdir(self, call: Call) -> None:
        self._process(call.process).folder = call.folder(0) or "/"

    def open(self, call: Call, path: int = 0) -> None:
        process, flags = self._process(call.process), call.words[path + 1]
        where = call.place
        if where is None or not self._is_inside(where):
            process.files[call.result] = None
            return
        relative = "" if where == self._top else os.path.relpath(where, self._top)
        node = self.disk.find(relative)
        if node is None:
            assert "O_CREAT" in flags, (relative, flags)
            mode = int(call.words[path + 2], 8) & 0o755
            node = self.disk.add(Node(FILE, mode=mode))
            self._do(Named((self._entry(relative, node),)))
        elif "O_TRUNC" in flags:
            self._do(Resize(node, 0))
        process.files[call.result] = _OpenFile(node, 0, "O_APPEND" in flags)

    def openat(self, call: Call) -> None:
        self.open(call, 1)

    def duplicate(self, call: Call) -> None:
        if call.name == "fcntl" and "F_DUPFD" not in call.words[1]:
            return
        files = self._process(call.process).files
        files[call.result] = files.get(call.number(0))

    def _file(self, call: Call) -> _OpenFile | None:
        if not self._is_inside(call.folder(0)):
            return None
        found = self._process(call.process).files.get(call.number(0))
        assert found is not None, (call.name, call.folder(0))
        return found

    def write(self, call: Call) -> None:
        if call.process == self._first and call.number(0) == 1:
            self.steps.append(Acknowledgement())
            return
        file = self._file(call)
        if file is None:
            return
        data = b"".join(call.strings(1))[: call.result]
        assert len(data) == call.result, call.name
        if call.name.startswith("pwrite"):
            self._do(Write(file.node, call.number(3), data))
            return
        if file.appends:
            file.offset = len(self.disk.nodes[file.node].content)
        self._do(Write(file.node, file.offset, data))
        file.offset += call.result

    def lseek(self, call: Call) -> None:
        file = self._file(call)
        if file is not None:
            file.offset = call.result

    def ftruncate(self, call: Call) -> None:
        file = self._file(call)
        if file is not None:
            self._do(Resize(file.node, call.number(1)))

    def sync(self, call: Call) -> None:
        file = self._file(call)
        if file is not None:
            self._do(Sync(file.node))

    def sync_all(self, _: Call) -> None:
        self._do(Sync(None))

    def rename(
        self,
        call: Call,
        source: tuple[int | None, int] = (None, 0),
        target: tuple[int | None, int] = (None, 1),
    ) -> None:
        old, new = self._whole(call, *source), self._whole(call, *target)
        if old is None and new is None:
            return
        assert old is not None, "something came from elsewhere"
        node = self.disk.find(old)
        gone = self._entry(old, None)
        self._do(Named((gone,) if new is None else (self._entry(new, node), gone)))

    def renameat(self, call: Call) -> None:
        self.rename(call, (0, 1), (2, 3))

    def link(
        self,
        call: Call,
        source: tuple[int | None, int] = (None, 0),
        target: tuple[int | None, int] = (None, 1),
    ) -> None:
        old, new = self._whole(call, *source), self._whole(call, *target)
        if new is not None:
            assert old is not None
            self._do(Named((self._entry(new, self.disk.find(old)),)))

    def linkat(self, call: Call) -> None:
        self.link(call, (0, 1), (2, 3))

    def _make(self, where: str | None, node: Node) -> None:
        if where is not None:
            number = self.disk.add(node)
            self.folders[number] = where
            self._do(Named((self._entry(where, number),)))

    def symlink(self, call: Call) -> None:
        self._make(self._whole(call, None, 1), Node(LINK, b"".join(call.strings(0))))

    def symlinkat(self, call: Call) -> None:
        self._make(self._whole(call, 1, 2), Node(LINK, b"".join(call.strings(0))))

    def mkdir(self, call: Call) -> None:
        self._make(self._whole(call, None, 0), Node(FOLDER, mode=0o755))

    def mkdirat(self, call: Call) -> None:
        self._make(self._whole(call, 0, 1), Node(FOLDER, mode=0o755))

    def _remove(self, where: str | None) -> None:
        if where is not None:
            self._do(Named((self._entry(where, None),)))

    def unlink(self, call: Call) -> None:
        self._remove(self._whole(call, None, 0))

    def unlinkat(self, call: Call) -> None:
        self._remove(self._whole(call, 0, 1))

    def chmod(self, call: Call) -> None:
        self._set_mode(self._whole(call, None, 0), call.words[1])

    def fchmodat(self, call: Call) -> None:
        self._set_mode(self._whole(call, 0, 1), call.words[2])

    def fchmod(self, call: Call) -> None:
        file = self._file(call)
        if file is not None:
            self.disk.nodes[file.node].mode = int(call.words[1], 8)

    def _set_mode(self, where: str | None, mode: str) -> None:
        node = None if where is None else self.disk.find(where)
        if node is not None:
            self.disk.nodes[node].mode = int(mode, 8)


_HANDLERS: dict[str, Callable[[_Reader, Call], None]] = {
    "chdir": _Reader.chdir,
    "fchdir": _Reader.fchdir,
    "open": _Reader.open,
    "creat": _Reader.open,
    "openat": _Reader.openat,
    "dup": _Reader.duplicate,
    "dup2": _Reader.duplicate,
    "dup3": _Reader.duplicate,
    "fcntl": _Reader.duplicate,
    "write": _Reader.write,
    "writev": _Reader.write,
    "pwrite64": _Reader.write,
    "lseek": _Reader.lseek,
    "ftruncate": _Reader.ftruncate,
    "fsync": _Reader.sync,
    "fdatasync": _Reader.sync,
    "sync": _Reader.sync_all,
    "syncfs": _Reader.sync_all,
    "rename": _Reader.rename,
    "renameat": _Reader.renameat,
    "renameat2": _Reader.renameat,
    "link": _Reader.link,
    "linkat": _Reader.linkat,
    "symlink": _Reader.symlink,
    "symlinkat": _Reader.symlinkat,
    "mkdir": _Reader.mkdir,
    "mkdirat": _Reader.mkdirat,
    "unlink": _Reader.unlink,
    "rmdir": _Reader.unlink,
    "unlinkat": _Reader.unlinkat,
    "chmod": _Reader.chmod,
    "fchmod": _Reader.fchmod,
    "fchmodat": _Reader.fchmodat,
}

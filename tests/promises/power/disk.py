"""Owns a small disk in memory: nodes with content, folders with names, and steps that change it.

A step is one thing that a system call does to a node or to a name. A name step says which node the
name has from then on, so that any selection of steps can be applied, as a power cut selects them.
"""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

FILE, FOLDER, LINK = "file", "folder", "link"


@dataclass
class Node:
    """A file, folder or symlink; `content` is a link's target too."""

    kind: str
    content: bytes = b""
    mode: int = 0o644


@dataclass(frozen=True)
class Name:
    """A folder's entry: which node it has from here on, None for none."""

    folder: int
    name: str
    node: int | None


@dataclass(frozen=True)
class Named:
    """Entries that change in one step that no power cut divides: the first one is looked at."""

    names: tuple[Name, ...]


@dataclass(frozen=True)
class Write:
    node: int
    offset: int
    data: bytes


@dataclass(frozen=True)
class Resize:
    node: int
    size: int


@dataclass(frozen=True)
class Sync:
    """What was done to this node is durable from here on; None: all that was done at all."""

    node: int | None


@dataclass(frozen=True)
class Acknowledgement:
    """The answer is on its way to the caller."""


Step = Named | Write | Resize | Sync | Acknowledgement
Content = Write | Resize


@dataclass
class Disk:
    """The nodes by number, 0 being the top, and what each folder names."""

    nodes: dict[int, Node] = field(default_factory=lambda: {0: Node(FOLDER, mode=0o755)})
    names: dict[int, dict[str, int]] = field(default_factory=lambda: {0: {}})

    def add(self, node: Node) -> int:
        """Makes a node that no folder names yet."""
        number = len(self.nodes)
        self.nodes[number] = node
        if node.kind == FOLDER:
            self.names[number] = {}
        return number

    def find(self, path: str) -> int | None:
        """Returns the node at a path relative to the top, without following links."""
        found = 0
        for part in path.split("/") if path else ():
            below = self.names.get(found, {})
            if part not in below:
                return None
            found = below[part]
        return found

    def apply(self, step: Step) -> None:
        if isinstance(step, Named):
            for each in step.names:
                self.name(each)
        elif isinstance(step, Content):
            node = self.nodes[step.node]
            node.content = changed(node.content, step)

    def name(self, each: Name) -> None:
        if each.node is None:
            self.names[each.folder].pop(each.name, None)
        else:
            self.names[each.folder][each.name] = each.node

    def copy(self) -> Disk:
        nodes = {n: Node(node.kind, node.content, node.mode) for n, node in self.nodes.items()}
        return Disk(nodes, {folder: dict(names) for folder, names in self.names.items()})

    def walk(self, number: int = 0, path: str = "") -> Iterator[tuple[str, Node]]:
        """Gives every path that the top leads to, folders before what is in them."""
        for name, below in sorted(self.names[number].items()):
            whole = f"{path}/{name}" if path else name
            yield whole, self.nodes[below]
            if self.nodes[below].kind == FOLDER:
                yield from self.walk(below, whole)

    def key(self) -> tuple[tuple[str, str, bytes], ...]:
        """Returns what tells this disk from others."""
        return tuple((path, node.kind, node.content) for path, node in self.walk())

    def folders(self) -> dict[int, str]:
        """Returns the path of every folder."""
        found = {0: ""}
        ahead = [0]
        while ahead:
            number = ahead.pop()
            for name, below in self.names[number].items():
                if below in self.names:
                    found[below] = f"{found[number]}/{name}" if number else name
                    ahead.append(below)
        return found

    def outside_git(self) -> dict[str, tuple[str, bytes]]:
        """Returns what a person sees: files and links, but not what is in a `.git`."""
        return {
            path: (node.kind, node.content)
            for path, node in self.walk()
            if node.kind != FOLDER and ".git" not in path.split("/")
        }


def changed(content: bytes, step: Content) -> bytes:
    if isinstance(step, Resize):
        return content[: step.size].ljust(step.size, b"\0")
    start = content[: step.offset].ljust(step.offset, b"\0")
    return start + step.data + content[step.offset + len(step.data) :]


def read_disk(top: Path) -> Disk:
    """Returns what lies at a place."""
    disk = Disk()
    _read_folder(disk, 0, top)
    return disk


def _read_folder(disk: Disk, number: int, folder: Path) -> None:
    for entry in os.scandir(folder):
        mode = entry.stat(follow_symlinks=False).st_mode
        path = Path(entry.path)
        if stat.S_ISDIR(mode):
            node = Node(FOLDER, mode=stat.S_IMODE(mode))
        elif stat.S_ISLNK(mode):
            node = Node(LINK, os.fsencode(os.readlink(path)))
        else:
            node = Node(FILE, path.read_bytes(), stat.S_IMODE(mode))
        below = disk.add(node)
        disk.names[number][entry.name] = below
        if node.kind == FOLDER:
            _read_folder(disk, below, path)


def write_disk(disk: Disk, top: Path) -> None:
    """Makes the place hold the disk and nothing else."""
    shutil.rmtree(top, ignore_errors=True)
    top.mkdir()
    for path, node in disk.walk():
        place = top / path
        if node.kind == FOLDER:
            place.mkdir()
        elif node.kind == LINK:
            place.symlink_to(os.fsdecode(node.content))
        else:
            place.write_bytes(node.content)
            place.chmod(node.mode)

"""Owns what a power cut may leave of what a command did: disk images, the worst and seeded ones.

What is synced survives: the content of a file as of its last sync, and names as of the sync that
the model asks for. Content that is not synced may be missing, emptied, cut off or there. Three
models say what becomes of names:

- `journaled`: a file system with one journal (ext4, XFS): names change in one order, and whatever
  is synced brings everything before it along. What is cut off is the end of that order.
- `folders`: each folder has an order of its own, and only syncing it keeps its names (Btrfs is
  near to that).
- `scattered`: as `folders`, but of what is not synced any part may be there.

The last is harder than any file system that git runs on; git itself syncs no folder. Not in the
model: sectors that are torn or exchanged, disks that lie about a sync, clocks and inode numbers
after the restart, and modes and times of files. A rename is never seen half.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from power.disk import Acknowledgement, Content, Disk, Named, Resize, Sync, changed
from power.recording import Recording

MODELS = ("journaled", "folders", "scattered")
SEEDS = 3

# Says of a name step, given its number and the first number that is not safe, whether it is there.
Keeps = Callable[[int, int, str], bool]
# Picks one of the contents that a file may have, from the safe one to the newest.
Picks = Callable[[list[bytes]], bytes]


@dataclass(frozen=True)
class Image:
    """A disk after a power cut: before which step, by which model, and which of its choices."""

    cut: int
    acknowledged: bool
    model: str
    choice: str
    disk: Disk

    @property
    def name(self) -> str:
        when = "after the answer" if self.acknowledged else "before the answer"
        return f"{self.model}, {self.choice}, cut at step {self.cut} {when}"


def cuts(recording: Recording) -> range:
    """Returns every moment that differs from the one before: after each step, and before all."""
    return range(len(recording.steps) + 1)


def images(recording: Recording, cut: int, model: str) -> Iterator[Image]:
    """Gives the images of one cut that are tried: the worst ones, and some by chance."""
    acknowledged = any(isinstance(step, Acknowledgement) for step in recording.steps[:cut])
    moment = _Moment(recording, cut, model)
    for choice, keeps, picks in _choices(cut, model):
        yield Image(cut, acknowledged, model, choice, moment.disk(keeps, picks))


def _choices(cut: int, model: str) -> Iterator[tuple[str, Keeps, Picks]]:
    yield "nothing more than what is safe", lambda *_: False, _safe
    yield "all names and safe contents", lambda *_: True, _safe
    yield "all names and emptied contents", lambda *_: True, _emptied
    if model != "journaled":
        yield "refs ahead of the rest", lambda _, __, path: _is_ref(path), _safe
        yield "the rest ahead of refs", lambda _, __, path: not _is_ref(path), _newest
    for seed in range(SEEDS):
        chance = random.Random(f"{model} {cut} {seed}")
        yield f"by chance {seed}", _by_chance(chance, cut, model), chance.choice


def _by_chance(chance: random.Random, cut: int, model: str) -> Keeps:
    if model == "scattered":
        return lambda *_: chance.random() < 0.5
    ends: dict[str, int] = {}

    def keeps(number: int, first: int, path: str) -> bool:
        if path not in ends:
            ends[path] = chance.randint(first, cut)
        return number < ends[path]

    return keeps


def _is_ref(path: str) -> bool:
    return path.startswith(".git/refs")


def _safe(contents: list[bytes]) -> bytes:
    return contents[0]


def _newest(contents: list[bytes]) -> bytes:
    return contents[-1]


def _emptied(contents: list[bytes]) -> bytes:
    return b"" if len(contents) > 1 else contents[0]


class _Moment:
    """Is what one cut makes safe by one model."""

    def __init__(self, recording: Recording, cut: int, model: str) -> None:
        self._recording = recording
        self._steps = recording.steps[:cut]
        self._by_folder = model != "journaled"
        self._synced: dict[int | None, int] = {}
        for number, step in enumerate(self._steps):
            if isinstance(step, Sync):
                self._synced[step.node if self._by_folder else None] = number
        self._contents: dict[int, list[bytes]] = {}
        for step in self._steps:
            if isinstance(step, Content | Sync):
                self._follow(step)

    def disk(self, keeps: Keeps, picks: Picks) -> Disk:
        """Returns what is left when so much more than what is safe is kept."""
        disk = self._recording.disk()
        for number, step in enumerate(self._steps):
            if isinstance(step, Named):
                folder = step.names[0].folder
                first = self._first_unsafe(folder)
                where = self._recording.paths[folder] if self._by_folder else ""
                if number < first or keeps(number, first, where):
                    disk.apply(step)
        for node, contents in self._contents.items():
            disk.nodes[node].content = picks(contents)
        return disk

    def _first_unsafe(self, folder: int) -> int:
        """Returns the number of the first step whose names in this folder are not safe."""
        return max(self._synced.get(folder, 0), self._synced.get(None, 0))

    def _follow(self, step: Content | Sync) -> None:
        """Adds what a file may hold after the step; a sync leaves only the newest."""
        if isinstance(step, Sync):
            for node in (
                self._contents if step.node is None else {step.node} & self._contents.keys()
            ):
                del self._contents[node][:-1]
            return
        if step.node not in self._contents:
            before = self._recording.before.nodes.get(step.node)
            self._contents[step.node] = [before.content if before else b""]
        held = self._contents[step.node]
        content = changed(held[-1], step)
        if not isinstance(step, Resize):
            held.append(content[: len(content) // 2])
        held.append(content)

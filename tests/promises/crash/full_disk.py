"""A disk that is really full: a small one in memory, which holds the repository.

What a write finds no room for is cut short or refused by the system itself, for the host and for
every git, as often as it is tried. A disk can run out of room, or of names (inodes).
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crash.bench import Bench, Ended, bench_in
from crash.points import HOST, Place, Point

_WIDE = ("size=64m", "nr_inodes=100k")


@dataclass(frozen=True)
class Left:
    """What is left on the disk: so many kilobytes, or so many names."""

    count: int
    of: str

    def as_point(self) -> Point:
        call = "write" if self.of == "KB" else "openat"
        return Point(Place(HOST, call, self.count, f"{self.count} {self.of} are left"), "disk full")


@dataclass
class FullBench(Bench):
    """Is a bench whose repository lies on a disk of its own."""

    @property
    def disk(self) -> Path:
        return self.folder / "disk"

    @property
    def world(self) -> Path:
        return self.disk / "world"

    def run_full(self, words: tuple[str, ...], left: Left) -> Ended:
        """Runs a call with so much left, and then makes room again."""
        state = os.statvfs(self.disk)
        if left.of == "KB":
            used = (state.f_blocks - state.f_bfree) * state.f_frsize // 1024
            _mount("remount", f"size={used + left.count}k", place=self.disk)
        else:
            names = state.f_files - state.f_ffree
            _mount("remount", f"nr_inodes={names + left.count}", place=self.disk)
        try:
            return self.run(words)
        finally:
            _mount("remount", *_WIDE, place=self.disk)
            self.age_locks()


@contextmanager
def full_bench_in(folder: Path) -> Iterator[FullBench]:
    """Mounts the disk, and takes it away with the block."""
    disk = folder / "disk"
    disk.mkdir()
    _mount(*_WIDE, place=disk)
    try:
        with bench_in(folder, FullBench) as bench:
            yield bench
    finally:
        subprocess.run(["umount", "--lazy", disk], check=True)


def can_mount(folder: Path) -> bool:
    """Says whether this process may mount a disk: it takes root, and some containers forbid it."""
    try:
        _mount(*_WIDE, place=folder)
    except (OSError, subprocess.CalledProcessError):
        return False
    subprocess.run(["umount", folder], check=True)
    return True


def _mount(*options: str, place: Path) -> None:
    words = ["mount", "-t", "tmpfs", "-o", ",".join(options), "full-disk", str(place)]
    subprocess.run(words, check=True, capture_output=True)

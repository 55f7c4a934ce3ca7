"""Runs calls of the host on one repository, whole or stopped at a point, from the same start.

The repository is restored to the same path before each run. Nothing of a run goes on when it is
over: a git that outlives its host is waited for.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from crash.points import HOST, KILL, TRACED, Place, Point, is_refused_inside, places
from crash.shims import make_shims

_LONG_AGO_SECONDS = 60


@dataclass(frozen=True)
class Ended:
    """How one call ended."""

    status: int
    stdout: str
    stderr: str

    @property
    def was_killed(self) -> bool:
        return self.status < 0


@dataclass
class Bench:
    """Is the repository at `place`, and a warm host to call there."""

    folder: Path
    host: subprocess.Popen[str]
    path: str
    keys: int = 0
    _kept: Path = field(init=False)

    @property
    def world(self) -> Path:
        """Everything that a call may touch: the repository, and its remote if it has one."""
        return self.folder / "world"

    @property
    def place(self) -> Path:
        return self.world / "project"

    @property
    def remote(self) -> Path:
        """Where the remote is, in scenes that have one."""
        return self.world / "remote.git"

    def keep(self, name: str) -> None:
        """Remembers the world as it is now, under a name."""
        self._kept = self.folder / "kept" / name
        self._kept.parent.mkdir(exist_ok=True)
        subprocess.run(["cp", "-a", self.world, self._kept], check=True)

    def bring(self, name: str) -> bool:
        """Makes the world what it was under a name; says whether there was such a one."""
        self._drop(self.world)
        self._kept = self.folder / "kept" / name
        if self._kept.exists():
            self.restore()
        return self._kept.exists()

    def restore(self) -> None:
        self._drop(self.world)
        subprocess.run(["cp", "-a", self._kept, self.world], check=True)

    def run(
        self,
        words: tuple[str, ...],
        trace: tuple[str, ...] = (),
        env: Mapping[str, str] | None = None,
    ) -> Ended:
        """Runs one call to its end, and that of all that it started."""
        out, err = self.folder / "stdout", self.folder / "stderr"
        call = {
            "words": words,
            "folder": str(self.place),
            "env": {**os.environ, "PATH": self.path, **(env or {})},
            "trace": trace,
            "stdout": str(out),
            "stderr": str(err),
        }
        assert self.host.stdin is not None
        assert self.host.stdout is not None
        self.host.stdin.write(json.dumps(call) + "\n")
        self.host.stdin.flush()
        status = json.loads(self.host.stdout.readline())["status"]
        return Ended(status, out.read_text(errors="replace"), err.read_text(errors="replace"))

    def record(self, words: tuple[str, ...]) -> tuple[Ended, list[Place]]:
        """Runs a call traced, and returns the places of the host and of its children."""
        logs = self._logs()
        traced = f"-y -s 8 -e trace={TRACED}"
        watched = (*traced.split(), "-o", str(logs / "host"))
        env = {"CRASH_CHILD": "all", "CRASH_FOLDER": str(logs), "CRASH_TRACE": traced}
        ended = self.run(words, watched, env)
        found = [*self._places(logs / "host", HOST)]
        for log in sorted(logs.glob("child-*")):
            found += self._places(log, log.name.removeprefix("child-"))
        return ended, found

    def stop(self, words: tuple[str, ...], point: Point) -> Ended:
        """Runs a call that is stopped at a point; the clock goes on for a while after that."""
        logs = self._logs()
        inject = f"-y -s 8 -e trace={point.place.call} -e {point.injection}"
        if point.place.process == HOST:
            ended = self.run(words, (*inject.split(), "-o", str(logs / "hit")))
        else:
            env = {
                "CRASH_CHILD": point.place.process,
                "CRASH_FOLDER": str(logs),
                "CRASH_TRACE": inject,
                "CRASH_TOGETHER": "1" if point.how == KILL else "",
            }
            ended = self.run(words, (), env)
        self.age_locks()
        return ended

    def was_hit(self) -> bool:
        """Says whether the last `stop` came as far as its point, or to another of its kind.

        An answer that could not be written to where it should go is none of the host's promises.
        """
        hit = self.folder / "logs" / "hit"
        lines = hit.read_text(errors="replace").splitlines() if hit.exists() else []
        world = str(self.world)
        return any("killed by SIGKILL" in each or is_refused_inside(each, world) for each in lines)

    def _logs(self) -> Path:
        logs = self.folder / "logs"
        self._drop(logs)
        logs.mkdir()
        return logs

    def _places(self, log: Path, process: str) -> Iterator[Place]:
        with log.open(errors="replace") as lines:
            yield from places(lines, process, str(self.world))

    def age_locks(self) -> None:
        """Lets what was left be of a while ago: the host waits before it calls it stale."""
        then = time.time() - _LONG_AGO_SECONDS
        for folder, _, names in os.walk(self.world):
            for name in names:
                path = os.path.join(folder, name)
                if name.endswith((".lock", ".tmp")) and os.lstat(path).st_mtime > then:
                    os.utime(path, (then, then))
        for scratch in self.place.glob(".git/spec-kitty/scratch/*"):
            os.utime(scratch, (then, then))

    def _drop(self, folder: Path) -> None:
        if folder.exists():
            subprocess.run(["rm", "-rf", folder], check=True)


Made = TypeVar("Made", bound=Bench)


@contextmanager
def bench_in(folder: Path, kind: type[Made]) -> Iterator[Made]:
    """Starts a warm host, and ends it with the block."""
    path = make_shims(folder / "shims")
    program = str(Path(__file__).with_name("warm_host.py"))
    host = subprocess.Popen(
        [sys.executable, program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    try:
        assert host.stdout is not None
        assert host.stdout.readline() == "ready\n"
        yield kind(folder, host, path)
    finally:
        host.kill()
        host.communicate()
        shutil.rmtree(folder, ignore_errors=True)

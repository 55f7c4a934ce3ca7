"""Owns that one run at most goes on for a feature in a repository.

The kernel frees the lock when its holder dies, however that happens. What the file says about
the holder is for people and for `abort`; it may be older than the lock, so it counts only where
it names a process that is alive and as old as it says.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from spec_kitty_orchestrator.ports import AlreadyRunning

# Somebody who only looks whether a lock is held has it for a moment; a taker lets that pass.
_PATIENCE_SECONDS = 0.25
_PAUSE_SECONDS = 0.01


@dataclass(frozen=True, slots=True)
class Holder:
    """Is who holds a lock; `process` and `run` are None where that cannot be told for sure.

    `began` is the start of the process as the kernel counts it, in clock ticks since the boot.
    """

    process: int | None = None
    run: str | None = None
    began: int | None = None


class LockHeld(AlreadyRunning):
    """Another orchestrator works on the feature in this repository; `holder` says which."""

    def __init__(self, feature: str, holder: Holder) -> None:
        which = f"Run {holder.run}" if holder.run else "A run"
        process = f" (process {holder.process})" if holder.process else ""
        super().__init__(
            f"{which} of {feature} is going on here already{process}. Follow it with"
            f" 'spec-kitty-orchestrator status --feature {feature} --watch', or end it with"
            f" 'spec-kitty-orchestrator abort --feature {feature}'."
        )
        self.holder = holder


class RunLocks:
    """Holds the locks of one repository, a file for each feature."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @contextmanager
    def take(self, feature: str, run: str) -> Iterator[None]:
        """Holds the lock inside the `with` block. Raises LockHeld, OSError."""
        self._folder.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path(feature), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if not _taken(descriptor):
                raise LockHeld(feature, _told(descriptor))
            process = os.getpid()
            _tell(descriptor, Holder(process, run, _began(process)))
            try:
                yield
            finally:
                os.ftruncate(descriptor, 0)
        finally:
            os.close(descriptor)

    def holder(self, feature: str) -> Holder | None:
        """Returns who works on a feature here, None if nobody does."""
        try:
            descriptor = os.open(self._path(feature), os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return _told(descriptor)
        else:
            return None
        finally:
            os.close(descriptor)

    def _path(self, feature: str) -> Path:
        return self._folder / f"{feature}.lock"


def _taken(descriptor: int) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE_SECONDS)
        else:
            return True


def _tell(descriptor: int, holder: Holder) -> None:
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, json.dumps(asdict(holder)).encode(), 0)


def _told(descriptor: int) -> Holder:
    """Returns the holder as the file has it, if it is one that lives."""
    try:
        given = json.loads(os.pread(descriptor, 4096, 0))
        holder = Holder(int(given["process"]), str(given["run"]), int(given["began"]))
    except (ValueError, TypeError, KeyError):
        return Holder()
    assert holder.process is not None
    return holder if holder.began == _began(holder.process) else Holder()


def _began(process: int) -> int | None:
    """Returns when a process began, None if there is none; field 22 of its `stat` (proc(5))."""
    try:
        told = Path(f"/proc/{process}/stat").read_bytes()
    except (FileNotFoundError, ProcessLookupError):
        return None
    # The second field is the program's name in brackets, which may hold anything.
    return int(told[told.rfind(b")") + 1 :].split()[19])

"""Owns the folders of runs: making one, and finding those of a feature."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from spec_kitty_orchestrator.adapters.runs.log import FILE, DamagedLog, FileRunLog, decoded
from spec_kitty_orchestrator.domain.run.records import AttemptStarted, RunEnded, RunStarted


@dataclass(frozen=True, slots=True)
class KnownRun:
    """Is a run as its folder shows it; `ended` None while it goes on, or after a kill."""

    folder: Path
    started: RunStarted
    ended: RunEnded | None

    def log(self) -> FileRunLog:
        return FileRunLog(self.folder)


class Runs:
    """Holds the runs in one folder, each in a folder of its own that is named like the run."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def create_run(self, run_id: str) -> FileRunLog:
        """Makes the folder of a new run, and its empty log. Raises OSError if there is one."""
        self._folder.mkdir(parents=True, exist_ok=True)
        folder = self._folder / run_id
        folder.mkdir(mode=0o700)
        (folder / FILE).touch(mode=0o600)
        for each in (folder, self._folder, self._folder.parent):
            _keep(each)
        return FileRunLog(folder)

    def find_runs(self, feature: str | None = None) -> tuple[KnownRun, ...]:
        """Returns the runs of a feature, or of all, the newest first. Raises DamagedLog, OSError.

        A run that was killed before its first record did nothing, and is none.
        """
        if not self._folder.is_dir():
            return ()
        found = [_known(folder, feature) for folder in self._folder.iterdir()]
        runs = [run for run in found if run is not None]
        return tuple(sorted(runs, key=lambda each: each.started.at, reverse=True))


def _known(folder: Path, feature: str | None) -> KnownRun | None:
    """Reads no more than the first record and the last: other runs' damage is not ours."""
    try:
        content = (folder / FILE).read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    lines = content.split(b"\n")[:-1]
    if not lines or (feature is not None and _feature(lines[0]) != feature):
        return None
    started = decoded(lines[0], folder / FILE, 1)
    if not isinstance(started, RunStarted):
        raise DamagedLog(f"Line 1 of {folder / FILE} does not begin a run. Move the folder away.")
    return KnownRun(folder, started, _ended(lines, folder))


def _ended(lines: list[bytes], folder: Path) -> RunEnded | None:
    """Returns how the run ended since it was started last; an abort may write after that."""
    for number in range(len(lines), 0, -1):
        found = decoded(lines[number - 1], folder / FILE, number)
        if isinstance(found, RunEnded):
            return found
        if isinstance(found, RunStarted | AttemptStarted):
            return None
    return None


def _feature(line: bytes) -> str | None:
    """Returns what feature a run is about, also where a newer version began it."""
    try:
        given = json.loads(line)
    except ValueError:
        return None
    found = given.get("feature") if isinstance(given, dict) else None
    return found if isinstance(found, str) else None


def _keep(folder: Path) -> None:
    """Brings the names in a folder to the disk."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

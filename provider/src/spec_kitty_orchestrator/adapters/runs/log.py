"""Owns the file that a run's records are kept in: one line of JSON each, the oldest first.

One process appends, any number may read meanwhile. A kill can tear the last line: it was never
promised to anybody, so it is passed over in reading and cut away before the next one.
"""

import os
from pathlib import Path

from spec_kitty_orchestrator.domain.run.record_codec import (
    UnreadableRecord,
    read_record,
    write_record,
)
from spec_kitty_orchestrator.domain.run.records import Record
from spec_kitty_orchestrator.ports import RunLog, Unusable

FILE = "records.jsonl"


class DamagedLog(Unusable):
    """A run's log cannot be read; the message says which file and line, and what to do."""


class FileRunLog(RunLog):
    """Keeps the log of the run in this folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / FILE
        self._descriptor = -1
        self._records: list[Record] = []
        self._read_bytes = 0

    def append(self, record: Record) -> None:
        """Writes a record to the disk. Raises OSError, and then the log is as it was before."""
        line = memoryview(f"{write_record(record)}\n".encode())
        if self._descriptor < 0:
            self._descriptor = _opened(self.path)
        size = os.fstat(self._descriptor).st_size
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
            os.fsync(self._descriptor)
        except OSError:
            os.ftruncate(self._descriptor, size)
            raise

    def records(self) -> tuple[Record, ...]:
        """Returns all records so far. Raises DamagedLog, OSError."""
        with self.path.open("rb") as file:
            if file.seek(0, os.SEEK_END) < self._read_bytes:
                self._records, self._read_bytes = [], 0
            file.seek(self._read_bytes)
            unread = file.read()
        for line in unread.split(b"\n")[:-1]:
            self._records.append(decoded(line, self.path, len(self._records) + 1))
            self._read_bytes += len(line) + 1
        return tuple(self._records)

    def close(self) -> None:
        """Ends the writing; a later `append` opens the file again."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def decoded(line: bytes, path: Path, number: int) -> Record:
    """Returns the record of one line of a log. Raises DamagedLog."""
    try:
        return read_record(line)
    except UnreadableRecord as problem:
        raise DamagedLog(
            f"Line {number} of {path} {problem}. What the run did is safe with the host: move the"
            " run's folder away to start a new run."
        ) from None


def _opened(path: Path) -> int:
    """Returns a descriptor to append with, after a torn last line is cut away."""
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        size = os.fstat(descriptor).st_size
        whole = os.pread(descriptor, size, 0).rfind(b"\n") + 1
        if whole < size:
            os.ftruncate(descriptor, whole)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor

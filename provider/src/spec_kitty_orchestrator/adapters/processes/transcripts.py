"""Owns the files that keep what an agent printed, as it printed it: `<attempt>.jsonl` and `.err`.

What cannot be written never stops the agent's output from being read; `problem` tells of it.
"""

import errno
import os
from pathlib import Path

# An agent that prints more than this in one attempt prints in circles.
MAX_BYTES = 1 << 30
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Transcript:
    """Takes what one agent prints. `problem` is a sentence once something could not be kept."""

    def __init__(self, folder: Path, attempt: str) -> None:
        """Opens the files; raises OSError where that is impossible."""
        self.problem: str | None = None
        self._left = MAX_BYTES
        folder.mkdir(parents=True, exist_ok=True)
        self._output = _opened(folder / f"{attempt}.jsonl")
        try:
            self._errors = _opened(folder / f"{attempt}.err")
        except OSError:
            os.close(self._output)
            raise

    def keep_output(self, data: bytes) -> None:
        self._keep(self._output, data)

    def keep_errors(self, data: bytes) -> None:
        self._keep(self._errors, data)

    def close(self) -> None:
        os.close(self._output)
        os.close(self._errors)

    def _keep(self, file: int, data: bytes) -> None:
        if self.problem:
            return
        self._left -= len(data)
        try:
            while data:
                data = data[os.write(file, data) :]
        except OSError as error:
            self.problem = problem("keep the transcript on disk", error)
        if self._left < 0:
            self.problem = "The agent printed without end: see its transcript."


def problem(what: str, error: OSError) -> str:
    """Returns the sentence for people about what could not be done."""
    reason = error.strerror or error
    if error.errno in _FULL:
        return f"The disk is full: could not {what} ({reason}). Free some space, then go on."
    return f"Could not {what}: {reason}."


def _opened(path: Path) -> int:
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)

"""Owns the one lock that writers of a feature take: an `flock` in the common git dir.

The kernel gives it to waiting writers in the order in which they came and frees it when its
holder dies, however that happens. Readers take no lock.
"""

from __future__ import annotations

import fcntl
import os

from spec_kitty.adapters.files import make_folder, own_path
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

PATIENCE_SECONDS = 30.0
# Who only asks whether a lock is held has it for far less; a command is not kept off by that.
BRIEFLY_SECONDS = 0.2


class WriterLock:
    """Is the right to change one feature, held inside a `with` block."""

    def __init__(self, common_dir: str, name: str, patience_seconds: float) -> None:
        self._path = own_path(common_dir, "lock", f"{name}.lock")
        self._patience_seconds = patience_seconds
        self.descriptor = -1

    def __enter__(self) -> Self:
        make_folder(os.path.dirname(self._path))
        self.descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o666)
        try:
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                self._wait()
        except BaseException:
            self._close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def _close(self) -> None:
        os.close(self.descriptor)
        self.descriptor = -1

    def _wait(self) -> None:
        """Waits in the kernel's queue, so that nobody is overtaken, for a bounded time."""
        import signal
        import threading

        if self._patience_seconds <= 0:
            raise self._busy()
        if threading.current_thread() is not threading.main_thread():
            self._poll()
            return

        def give_up(_: int, __: object) -> None:
            raise self._busy()

        before = signal.signal(signal.SIGALRM, give_up)
        signal.setitimer(signal.ITIMER_REAL, self._patience_seconds)
        try:
            fcntl.flock(self.descriptor, fcntl.LOCK_EX)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _poll(self) -> None:
        """Waits where signals cannot be used (a thread): asks again every few milliseconds."""
        import time

        deadline = time.monotonic() + self._patience_seconds
        while time.monotonic() < deadline:
            time.sleep(0.005)
            try:
                fcntl.flock(self.descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            except BlockingIOError:
                continue
        raise self._busy()

    def _busy(self) -> Refusal:
        return Refusal(
            ErrorCode.BUSY,
            "Another spec-kitty command is changing this feature "
            f"(lock {os.path.basename(self._path)}). Try again when it has ended.",
            retryable=True,
        )

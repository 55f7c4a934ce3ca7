"""Owns the machine's wall clock as a port."""

import time

from spec_kitty_orchestrator.ports import Clock


class SystemClock(Clock):
    """Tells the machine's time."""

    def now(self) -> float:
        return time.time()

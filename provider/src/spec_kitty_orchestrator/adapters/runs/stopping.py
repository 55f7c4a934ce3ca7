"""Owns how another process that runs a feature is asked to end, and waited for."""

import os
import signal
import time

from spec_kitty_orchestrator.adapters.runs.lock import RunLocks

# A run that is told to end has its agents' grace and the host's last call to wait for.
PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.05


def stop(locks: RunLocks, feature: str) -> bool:
    """Ends the process that runs a feature; False if there is none. Raises TimeoutError."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    told: int | None = None
    while (holder := locks.holder(feature)) is not None:
        if holder.process is not None and holder.process != told:
            os.kill(holder.process, signal.SIGTERM)
            told = holder.process
        if time.monotonic() > deadline:
            raise TimeoutError(
                f"Process {holder.process} still runs {feature} after {PATIENCE_SECONDS:.0f} s."
                " Look what it waits for, or end it with kill -9 and try again."
            )
        time.sleep(_PAUSE_SECONDS)
    return told is not None

"""Owns how the present time is written down."""

from __future__ import annotations

import time


def timestamp() -> str:
    """Returns the time in UTC as ISO 8601 with microseconds."""
    seconds, nanoseconds = divmod(time.time_ns(), 1_000_000_000)
    whole = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))
    return f"{whole}.{nanoseconds // 1000:06d}+00:00"

"""Owns how it is found out, without disturbing anybody, whether a command is at work on something.

The locks are asked for shared, for no longer than the question takes: others who ask do not see
each other, and a command that comes in this moment waits it out.
"""

from __future__ import annotations

import fcntl
import os

from spec_kitty.adapters.files import own_path


def is_held(common_dir: str, folder: str, name: str) -> bool:
    """Says whether a live process holds a lock of the host's; makes no file."""
    try:
        descriptor = os.open(own_path(common_dir, folder, name), os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False

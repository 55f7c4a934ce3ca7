"""Owns which failures are the machine's own: nothing that the host or its caller did wrong.

They end a call with a sentence, like a refusal; whatever else fails is a defect of the host.
"""

from __future__ import annotations

import errno

# A disk that is full, broken or read-only; a quota, a right or a limit that the call ran into.
MACHINE_ERRORS = (
    errno.ENOSPC,
    errno.EDQUOT,
    errno.EFBIG,
    errno.EIO,
    errno.EROFS,
    errno.EACCES,
    errno.EPERM,
    errno.ENOMEM,
    errno.EMFILE,
    errno.ENFILE,
)


# Something else stands where the host has, or makes, a file or folder of its own.
MISPLACED_ERRORS = (errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY, errno.ELOOP)


class MachineStopped(Exception):
    """Reports that the machine refused a child a step, or ended it."""

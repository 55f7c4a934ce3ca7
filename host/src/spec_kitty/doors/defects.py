"""Owns what a caller is told about an error that is no refusal, and where its details go.

What the machine refused is an answer with a next step. Only a defect of the host has details,
which go to stderr under the call's correlation id.
"""

from __future__ import annotations

import errno
import os
import sys

from spec_kitty.application.machine import MACHINE_ERRORS, MISPLACED_ERRORS, MachineStopped
from spec_kitty.application.ports import ObjectsVanished
from spec_kitty.domain.refusals import ErrorCode, Refusal


def told_of(error: Exception, correlation: str) -> Refusal:
    """Returns what a caller is told; writes a report if the host is to blame."""
    refusal = _refusal(error)
    if refusal.code is ErrorCode.INTERNAL_ERROR:
        _report(error, correlation)
    return refusal


def _refusal(error: Exception) -> Refusal:
    if isinstance(error, ObjectsVanished):
        return Refusal(
            ErrorCode.BUSY,
            f"Git lacks an object that is needed ({str(error).rstrip('.')}). A 'git gc "
            "--prune=now' or 'git prune' at work deletes what was just written: try again when it "
            "has ended. If it stays so, 'git fsck' and 'spec-kitty verify' say what is damaged.",
            retryable=True,
        )
    if isinstance(error, MachineStopped):
        return Refusal(ErrorCode.ENVIRONMENT_UNSUPPORTED, _sentence(str(error)))
    if isinstance(error, OSError) and error.errno is not None:
        is_machine = error.errno in MACHINE_ERRORS
        named = isinstance(error.filename, str | bytes)
        path = os.fsdecode(error.filename) if named else None
        if path is not None and _is_misplaced(error.errno, path):
            return _misplaced(_standing(path))
        return Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED if is_machine else ErrorCode.INTERNAL_ERROR,
            _sentence(f"{error.strerror}: {path}" if path else str(error.strerror)),
            errno=error.errno,
            path=path,
        )
    return Refusal(
        ErrorCode.INTERNAL_ERROR,
        "This is a defect of the host; the details are on stderr, under the correlation id. "
        "Read the state before you go on.",
    )


def _is_misplaced(number: int, path: str) -> bool:
    leads_nowhere = number == errno.ENOENT and not os.path.exists(_standing(path))
    return leads_nowhere or number in MISPLACED_ERRORS


def _standing(path: str) -> str:
    """Returns what is there: the path itself, or what stands above it; it may be a link."""
    while path and not os.path.lexists(path):
        path = os.path.dirname(path)
    return path or "."


def _misplaced(path: str) -> Refusal:
    return Refusal(
        ErrorCode.ENVIRONMENT_UNSUPPORTED,
        f"{path} is not what the host left or expects there. Nothing acknowledged was lost. Look "
        "at it and move it away, then try again.",
        path=path,
    )


def _sentence(reason: str) -> str:
    return (
        f"The system refused a step: {reason}. Nothing acknowledged was lost; free the cause "
        "(disk space, permissions, memory) and try again."
    )


def _report(error: Exception, correlation: str) -> None:
    import traceback

    text = "".join(traceback.format_exception(error))
    sys.stderr.write(f"{correlation}\n{text}")

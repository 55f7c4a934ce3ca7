"""Owns what others do in a repository while the host is at work in it, and lets them do it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

PATIENCE_SECONDS = 60

# What each stranger does again and again, as shell commands in the main checkout.
STRANGERS = {
    "gc": "git gc --quiet",
    "gc that prunes": "git gc --quiet --prune=now",
    "detached gc": "git -c gc.auto=1 -c gc.autoPackLimit=2 gc --auto --quiet",
    "pack-refs": "git pack-refs --all --prune",
    "repack": "git repack -a -d -q",
    "maintenance gc": "git maintenance run --quiet --task=gc",
    "maintenance": (
        "git maintenance run --quiet --task=loose-objects --task=incremental-repack"
        " --task=pack-refs --task=commit-graph"
    ),
    "worktree prune": "git worktree prune --expire=now",
    "reflog expire": "git reflog expire --expire=now --all",
}

_LOOP = 'while [ -e "$1" ]; do {{ {command}; }} >>"$1.said" 2>&1; sleep 0.05; done'


@contextmanager
def strangers_at_work(place: Path, commands: Sequence[str]) -> Iterator[None]:
    """Lets the commands run in loops, each in its own, until the block ends."""
    going = place.parent / "going"
    going.write_text("")
    loops = [
        subprocess.Popen(
            ["sh", "-c", _LOOP.format(command=command), "sh", str(going)],
            cwd=place,
            start_new_session=True,
        )
        for command in commands
    ]
    try:
        yield
    finally:
        going.unlink()
        for loop in loops:
            _end(loop)


def _end(loop: subprocess.Popen[bytes]) -> None:
    """Lets a loop finish its last command; what takes too long is ended."""
    try:
        loop.wait(PATIENCE_SECONDS)
    except subprocess.TimeoutExpired:
        os.killpg(loop.pid, signal.SIGKILL)
        loop.wait()
        raise

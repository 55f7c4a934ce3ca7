"""A child that waits for ever is ended; one that works, however quietly, is not."""

from __future__ import annotations

import os
import sys

import pytest

from repository import Repo
from spec_kitty.adapters.git import processes

QUIET = {
    "computing": "import time; start = time.time()\nwhile time.time() < start + 1.5: pass",
    "having a child": "import subprocess; subprocess.run(['sleep', '1.5'])",
    "reading": (
        "import time, os\nfor _ in range(60): open('/proc/self/stat').read(); time.sleep(.025)"
    ),
}


def test_a_git_that_waits_for_a_pipe_is_ended_and_that_is_said(repo: Repo) -> None:
    os.mkfifo(repo.path / ".git/refs/heads/pipe")
    words = ("git", f"--git-dir={repo.path}/.git", "for-each-ref")

    ended = processes.run(words, os.environ, idle_seconds=0.6)

    assert ended.returncode == -9
    assert ended.stderr.endswith(b"as if it read a named pipe into which nobody writes")


@pytest.mark.parametrize("kind", QUIET)
def test_a_child_that_works_quietly_is_waited_for(kind: str) -> None:
    words = (sys.executable, "-c", QUIET[kind] + "\nprint('done')")

    ended = processes.run(words, os.environ, idle_seconds=0.3)

    assert (ended.returncode, ended.stdout) == (0, b"done\n")

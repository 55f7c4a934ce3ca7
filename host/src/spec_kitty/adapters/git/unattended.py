"""Owns how a child that could ask a person something is run: nobody is there to answer.

It has no terminal and no display to ask on, and a time limit after which it and everything that
it started ends. Whoever signs or pushes without a prompt is not hindered.
"""

from __future__ import annotations

import os
import signal

from spec_kitty.adapters.git.processes import Completed

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from subprocess import Popen

# GIT_ASKPASS stays: build servers give their token that way, and nobody is asked.
_ASKING_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "GPG_TTY", "SSH_ASKPASS")
_TIMED_OUT = 124


def run_unattended(
    argv: Sequence[str | bytes], env: Mapping[str, str], stdin: bytes, limit_seconds: float
) -> Completed:
    """Runs the program to its end; one that takes longer ends with status 124."""
    import subprocess

    quiet = {name: value for name, value in env.items() if name not in _ASKING_VARIABLES}
    quiet["SSH_ASKPASS_REQUIRE"] = "never"
    child = subprocess.Popen(
        argv,
        env=quiet,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    try:
        stdout, stderr = child.communicate(stdin, limit_seconds)
    except subprocess.TimeoutExpired:
        _end(child)
        late = f"It took longer than {limit_seconds:g} s and was ended.".encode()
        return Completed(_TIMED_OUT, b"", late)
    except BaseException:
        _end(child)
        raise
    return Completed(child.returncode, stdout, stderr)


def _end(child: Popen[bytes]) -> None:
    """Ends the child and its descendants; it leads a session of its own."""
    os.killpg(child.pid, signal.SIGKILL)
    for stream in (child.stdin, child.stdout, child.stderr):
        if stream is not None:
            stream.close()
    child.wait()

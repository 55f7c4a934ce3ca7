"""Owns what is asked of a remote: where its branch stands, and to take a commit, without force.

The user's `pre-push` hook does not run here, as no hook does in a git that the host starts; a
remote's own hooks and rules apply as to everybody.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.runner import environment
from spec_kitty.adapters.git.unattended import run_unattended
from spec_kitty.application.ports import NotPushed, Pushed
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.processes import Completed
    from spec_kitty.adapters.git.runner import Git

_LIMIT_SECONDS = 120.0
# The remote moved on, or cannot be reached just now: the same push may succeed later.
_PASSING_REASONS = (
    "fetch first",
    "non-fast-forward",
    "stale info",
    "cannot lock ref",
    "could not read from remote repository",
    "could not resolve host",
    "unable to access",
    "connection",
    "timed out",
    "longer than",
    "early eof",
    "hung up",
)
_FINAL_REASONS = ("permission denied", "authentication failed", "could not read username")


class Remotes:
    """Speaks to the remotes of one repository; each call has a time limit."""

    def __init__(self, git: Git, limit_seconds: float = _LIMIT_SECONDS) -> None:
        self._git = git
        self._limit_seconds = limit_seconds

    def remote_for(self, branch: str) -> str | None:
        """Names the remote of a branch: the configured one, else `origin`, else the only one."""
        words = ("config", "--get", f"branch.{branch}.remote")
        configured = os.fsdecode(self._git.run(*words, ok=(0, 1)).stdout).strip()
        remotes = os.fsdecode(self._git.run("remote").stdout).split()
        if configured in remotes:
            return configured
        if "origin" in remotes:
            return "origin"
        return remotes[0] if len(remotes) == 1 else None

    def tip(self, remote: str, ref: str) -> str | None:
        """Returns the remote's commit of a ref, None if it has no such ref.

        Raises Refusal (PUSH_FAILED) when the remote does not answer.
        """
        asked = self._ask("ls-remote", "--refs", "--", remote, ref)
        if asked.returncode:
            refused = _refused(remote, asked)
            raise Refusal(
                ErrorCode.PUSH_FAILED,
                f"The remote {remote} does not answer: {refused.said}",
                retryable=refused.retryable,
            )
        for line in os.fsdecode(asked.stdout).splitlines():
            commit, _, name = line.partition("\t")
            if name == ref:
                return commit
        return None

    def push(self, remote: str, commit: str, ref: str) -> Pushed | NotPushed:
        """Asks the remote to move a ref forward to a commit."""
        words = ("push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no")
        asked = self._ask(*words, "--", remote, f"{commit}:{ref}")
        return _refused(remote, asked) if asked.returncode else Pushed(remote)

    def _ask(self, *words: str) -> Completed:
        argv = self._git.command("-c", "push.gpgSign=false", *words)
        return run_unattended(argv, environment(), b"", self._limit_seconds)


def _refused(remote: str, asked: Completed) -> NotPushed:
    """Sums up what git and the remote said, the decisive lines first."""
    printed = (asked.stdout + b"\n" + asked.stderr).decode(errors="replace").splitlines()
    lines = [" ".join(line.split()) for line in printed if line.strip() and line != "Done"]
    said = [line for line in lines if not line.startswith(("To ", "hint:"))]
    text = "; ".join(sorted(said, key=lambda line: not line.startswith("!")))
    lowered = text.lower()
    passing = any(reason in lowered for reason in _PASSING_REASONS)
    final = any(reason in lowered for reason in _FINAL_REASONS)
    return NotPushed(remote, text, passing and not final)

"""Owns what is asked of a remote: where its branch stands, and to take a commit, without force.

Git notes a push in the branch that stands for the remote's here; one that dies may leave the lock
of that branch. The merge that is recorded as begun names it, as an intent names other locks.

Which remote, and its address, is what the repository's configuration says; programs that it names
(for ssh, for passwords, at the other end) are not started, only those of trusted configuration.
The user's `pre-push` hook does not run here, as no hook does in a git that the host starts; what
large-file storage does in it is done here. A remote's own hooks and rules apply as to everybody.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.filters import trusted_filters
from spec_kitty.adapters.git.programs import other_end
from spec_kitty.adapters.git.unattended import run_unattended
from spec_kitty.adapters.refs.refs import clear_stale_lock
from spec_kitty.application.ports import NotPushed, Pushed
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.processes import Completed
    from spec_kitty.adapters.git.runner import Git

_LIMIT_SECONDS = 120.0
_UPLOAD_LIMIT_SECONDS = 1800.0
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
        named = os.fsdecode(self._git.run("remote").stdout).split()
        # Not every program that is told a remote can tell such a name from an option.
        remotes = [remote for remote in named if not remote.startswith("-")]
        if configured in remotes:
            return configured
        if "origin" in remotes:
            return "origin"
        return remotes[0] if len(remotes) == 1 else None

    def tip(self, remote: str, ref: str) -> str | None:
        """Returns the remote's commit of a ref, None if it has no such ref.

        Raises Refusal (PUSH_FAILED) when the remote does not answer.
        """
        words = ("ls-remote", "--refs", self._other_end(remote, "upload-pack"))
        asked = self._ask(*words, "--", remote, ref)
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
        """Asks the remote to move a ref forward to a commit, large files first.

        A push can end badly after the remote has moved, so the remote is asked then. Raises
        Refusal (PUSH_FAILED) when nobody knows: the push was killed and the remote is silent.
        """
        if self._has_large_files():
            uploaded = self._ask("lfs", "push", remote, commit, limit_seconds=_UPLOAD_LIMIT_SECONDS)
            if uploaded.returncode:
                return _refused(remote, uploaded)
        words = ("push", "--porcelain", "--no-follow-tags", "--recurse-submodules=no")
        program = self._other_end(remote, "receive-pack")
        asked = self._ask(*words, program, "--", remote, f"{commit}:{ref}")
        self._clear_locks(remote, ref)
        if asked.returncode == 0 or self._has_arrived(asked, remote, commit, ref):
            return Pushed(remote)
        return _refused(remote, asked)

    def give_up(self, remote: str, ref: str) -> None:
        """Clears what a killed push left. Raises Refusal (BUSY) while a push is at work here."""
        from spec_kitty.adapters.refs.lock_owners import worker_of

        worker = worker_of(self._git.common_dir, b"push")
        if worker is not None:
            raise Refusal(
                ErrorCode.BUSY,
                f"A push is still at work here: process {worker.process} ({worker.command}). "
                "Try again when it has ended.",
                process=worker.process,
                retryable=True,
            )
        self._clear_locks(remote, ref)

    def locks(self, remote: str, ref: str) -> tuple[str, ...]:
        """Names the lock files that a push of a ref may leave, relative to the common git dir."""
        for setting in self._git.configuration.settings:
            if setting.key == f"remote.{remote}.fetch":
                branch = _mapped(ref, setting.value or "")
                if branch is not None and branch == os.path.normpath(branch):
                    return (f"{branch}.lock",)
        return ()

    def _clear_locks(self, remote: str, ref: str) -> None:
        """Removes the locks of a push that is over; those of somebody else's fetch stay."""
        names = self.locks(remote, ref)
        for path in (os.path.join(self._git.common_dir, name) for name in names):
            try:
                if os.path.lexists(path):
                    clear_stale_lock(self._git.common_dir, path, names)
            except Refusal as refusal:
                if refusal.code is not ErrorCode.BUSY:
                    raise

    def _has_arrived(self, asked: Completed, remote: str, commit: str, ref: str) -> bool:
        try:
            return self.tip(remote, ref) == commit
        except Refusal:
            if asked.returncode < 0:
                raise
            return False

    def _other_end(self, remote: str, service: str) -> str:
        return f"--{service}={other_end(self._git.configuration, remote, service)}"

    def _has_large_files(self) -> bool:
        """Says whether the hook that does not run here would have had files to upload."""
        kept = os.path.join(self._git.common_dir, "lfs", "objects")
        return os.path.isdir(kept) and "lfs" in trusted_filters(self._git.configuration).active

    def _ask(self, *words: str, limit_seconds: float | None = None) -> Completed:
        argv = self._git.command("-c", "push.gpgSign=false", *words)
        limit = self._limit_seconds if limit_seconds is None else limit_seconds
        return run_unattended(argv, self._git.online_environment, b"", limit)


def _mapped(ref: str, refspec: str) -> str | None:
    """Returns the branch that stands here for a remote's, as the remote's settings have it."""
    source, _, target = refspec.removeprefix("+").partition(":")
    before, star, after = source.partition("*")
    if not target.startswith("refs/") or not star:
        return target if source == ref and target.startswith("refs/") else None
    if not (ref.startswith(before) and ref.endswith(after) and len(before + after) <= len(ref)):
        return None
    return target.replace("*", ref[len(before) : len(ref) - len(after)])


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

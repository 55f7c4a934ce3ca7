"""Owns the clock, randomness and digests, and what is asked of the machine at start."""

from __future__ import annotations

import os
import re

from spec_kitty.adapters.files import own_path, write_memory
from spec_kitty.adapters.git.runner import MINIMUM_GIT, GitFailed
from spec_kitty.application.clock import timestamp
from spec_kitty.application.ports import System as SystemPort
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.runner import Git


class System(SystemPort):
    """Is the machine that the host runs on."""

    def now(self) -> str:
        return timestamp()

    def random_hex(self) -> str:
        return os.urandom(16).hex()

    def digest(self, data: bytes) -> str:
        """Returns 32 hex characters that differ for different data."""
        try:
            # The C module alone: `hashlib` also loads OpenSSL, which costs more than hashing.
            from _sha1 import sha1  # type: ignore[import-not-found]  # typeshed leaves it out
        except ImportError:
            from hashlib import sha1
        return str(sha1(data).hexdigest())[:32]


def require_git(git: Git) -> None:
    """Refuses a git that is too old. Asked once per installed git, then remembered.

    Raises Refusal (ENVIRONMENT_UNSUPPORTED).
    """
    found = _program()
    if found is None:
        return
    seen = os.stat(found)
    mark = f"{found} {seen.st_mtime_ns} {seen.st_size}\n".encode(errors="surrogateescape")
    memory = own_path(git.common_dir, "git")
    try:
        with open(memory, "rb") as file:
            if file.read() == mark:
                return
    except OSError:
        pass
    said = _version(git, found)
    version = re.search(r"(\d+)\.(\d+)", said)
    if version is None or (int(version[1]), int(version[2])) < MINIMUM_GIT:
        raise Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED,
            f"This needs git {MINIMUM_GIT[0]}.{MINIMUM_GIT[1]} or later, but '{said}' is "
            f"installed as {found}. Update git.",
            found=said,
        )
    write_memory(memory, mark)


def _version(git: Git, found: str) -> str:
    """Returns what git says of itself. Raises Refusal (ENVIRONMENT_UNSUPPORTED)."""
    try:
        return git.line("--version")
    except GitFailed as failure:
        status, said = failure.outcome.returncode, failure.said
        raise Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED,
            f"The git that is installed as {found} does not work: 'git --version' ended with "
            f"{status}{f' and said: {said}' if said else ''}. Mend it, or put another git first on "
            "the PATH.",
            found=said,
        ) from None


def _program() -> str | None:
    for folder in os.get_exec_path():
        path = os.path.join(folder, "git")
        if os.access(path, os.X_OK):
            return path
    return None

"""Owns that a repository of somebody else is not worked on, as git itself has it.

Whoever owns a repository can put settings in it that make git start programs. Git refuses there
unless `safe.directory` says otherwise, but not where it is told the git dir, as the host tells
it. So git is asked once more without; only where an owner is not the caller.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git import processes
from spec_kitty.adapters.git.runner import environment, no_git
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.location import Location

_ASK = ("-c", "safe.bareRepository=all", "rev-parse", "--git-dir")


def require_own(location: Location) -> None:
    """Raises Refusal (ENVIRONMENT_UNSUPPORTED) where git would not trust the repository's owner."""
    folder = location.checkout or location.common_dir
    me = os.geteuid()
    if all(os.stat(each).st_uid == me for each in {folder, location.common_dir}):
        return
    try:
        asked = processes.run(["git", "-C", folder, *_ASK], environment())
    except FileNotFoundError:
        raise no_git() from None
    if b"dubious ownership" in asked.stderr:
        raise Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED,
            f"The repository {folder} belongs to another user, so git does not trust it, and "
            "nothing was changed. If you do, say so: git config --global --add safe.directory "
            f"'{folder}'",
            found=f"owner {os.stat(location.common_dir).st_uid}, not {me}",
        )

"""Owns that a workspace may be sparse, and that what it hides is not taken for deleted.

Whoever works in a workspace can make it sparse: its files go, and `git status` there stays clean.
The host compares the files with the commit, whatever is hidden; what it finds missing in a sparse
workspace nobody has decided to delete.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.repository_format import is_true, settings_in
from spec_kitty.adapters.workspaces.durable import read_bytes
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.workspaces.place import Place

_KEY = "core.sparsecheckout"
_KEYS = {_KEY: "sparsecheckout", f"{_KEY}cone": "sparsecheckoutcone"}
_SHOWN, _AT_MOST = 5, 50


def refuse_hidden(git: Git, place: Place, missing: Sequence[str]) -> None:
    """Raises Refusal (WORKSPACE_FAILED) when files are missing and the workspace is sparse."""
    if not missing or not _is_sparse(git, place.registration):
        return
    folder = place.folder
    raise Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"The workspace {folder} is a sparse checkout, in which these files are missing: "
        f"{', '.join(missing[:_SHOWN])}. Submitting it would delete them. Run 'git "
        "sparse-checkout disable' in it, delete what is to go, then submit again.",
        reason="sparse",
        paths=tuple(missing[:_AT_MOST]),
    )


def _is_sparse(git: Git, registration: str) -> bool:
    if not read_bytes(os.path.join(registration, "info", "sparse-checkout")):
        return False
    said = _settings(registration).get(_KEY)
    return git.configuration.is_true(_KEY) if said is None else is_true(said)


def sparse_settings(registration: str) -> bytes:
    """Returns what the workspace's own configuration says about that, for one written anew."""
    own = _settings(registration)
    said = [f"\t{name} = {is_true(own[key])}\n" for key, name in _KEYS.items() if key in own]
    return "".join(said).lower().encode()


def _settings(registration: str) -> dict[str, str]:
    own = read_bytes(os.path.join(registration, "config.worktree")) or b""
    return dict(settings_in(own.decode(errors="surrogateescape")))

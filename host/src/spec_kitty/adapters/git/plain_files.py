"""Owns that what git reads first in a repository has an end.

Git opens its files without a look at what they are: a named pipe in the place of one, or of one
that the configuration includes, keeps every git waiting for ever, and a device has no end. Whoever
may write in the git dir can put one there. What refs and objects are is not looked at here.
"""

from __future__ import annotations

import os
import stat

from spec_kitty.domain.refusals import ErrorCode, Refusal

_CONFIGURATIONS = ("config", "config.worktree")
_READ_BY_GIT = (
    *_CONFIGURATIONS,
    "HEAD",
    "index",
    "packed-refs",
    "shallow",
    "gc.pid",
    "info/attributes",
    "info/exclude",
    "info/grafts",
    "objects/info/alternates",
    "objects/info/commit-graph",
    "objects/pack/multi-pack-index",
)
_READ_OF_WORKTREES = ("HEAD", "commondir", "gitdir", "index", "locked")
# Git reads these wherever they are in a working tree; it does not follow a link there.
_RULES = (".gitattributes", ".gitignore")
# Git follows includes so deep.
_MOST_DEPTH = 10
_MOST_BYTES = 1 << 20


def require_plain(common_dir: str) -> None:
    """Raises Refusal (ENVIRONMENT_UNSUPPORTED) for a pipe, socket or device that git reads."""
    for name in _READ_BY_GIT:
        _require(os.path.join(common_dir, name))
    for name in _CONFIGURATIONS:
        _require_included(os.path.join(common_dir, name), 1)


def require_plain_worktrees(common_dir: str) -> None:
    """The same for what a git reads that goes through all worktrees; agents have their git dirs."""
    linked = os.path.join(common_dir, "worktrees")
    for worktree in os.listdir(linked) if os.path.isdir(linked) else ():
        for name in _READ_OF_WORKTREES:
            _require(os.path.join(linked, worktree, name))


def endless_rules(folder: str) -> tuple[str, ...]:
    """Returns the files of a working tree that tell git rules, and that have no end."""
    return tuple(
        path
        for above, _, names in os.walk(folder)
        for path in (os.path.join(above, name) for name in _RULES if name in names)
        if not (os.path.isfile(path) or os.path.islink(path))
    )


def _require(path: str, because: str = "") -> None:
    try:
        mode = os.stat(path).st_mode
    except OSError:
        return
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode) or os.path.realpath(path) == os.devnull:
        return
    raise Refusal(
        ErrorCode.ENVIRONMENT_UNSUPPORTED,
        f"{path} is no ordinary file but a pipe, a socket or a device{because}: git would wait for "
        "it for ever. Nothing was changed. Delete it or put a file in its place, then try again.",
        found=path,
    )


def _require_included(path: str, depth: int) -> None:
    """Looks at what a configuration file includes, whatever condition that depends on."""
    try:
        with open(path, "rb") as file:
            text = file.read(_MOST_BYTES)
    except OSError:
        return
    if b"[include" not in text.lower() or depth > _MOST_DEPTH:
        return
    for named in _included(os.fsdecode(text)):
        included = os.path.join(os.path.dirname(path), os.path.expanduser(named))
        _require(included, f", which {path} includes")
        _require_included(included, depth + 1)


def _included(text: str) -> list[str]:
    """Returns the value of everything that is called `path`; a few of them are no includes."""
    import re

    from spec_kitty.adapters.git.repository_format import unquoted

    found = re.findall(r"(?im)^(?:\s*\[.*\])?\s*path\s*=(.*)$", text.replace("\\\n", ""))
    return [unquoted(value.strip()) for value in found]

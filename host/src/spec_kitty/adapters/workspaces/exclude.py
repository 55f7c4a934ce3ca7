"""Owns that `.worktrees/` never shows up in `git status` of the main checkout."""

from __future__ import annotations

import os

from spec_kitty.adapters.workspaces.durable import write_atomically

_LINE = b"/.worktrees/"


def exclude_workspaces(common_dir: str) -> None:
    """Appends the folder of workspaces to the repository's own ignore list, once."""
    path = os.path.realpath(os.path.join(common_dir, "info", "exclude"))
    try:
        with open(path, "rb") as file:
            content = file.read()
            mode = os.fstat(file.fileno()).st_mode
    except FileNotFoundError:
        content, mode = b"", None
        os.makedirs(os.path.dirname(path), exist_ok=True)
    if _LINE in (line.rstrip() for line in content.split(b"\n")):
        return
    if content and not content.endswith(b"\n"):
        content += b"\n"
    write_atomically(path, content + _LINE + b"\n")
    if mode is not None:
        os.chmod(path, mode & 0o7777)

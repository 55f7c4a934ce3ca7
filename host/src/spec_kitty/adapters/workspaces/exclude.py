"""Owns that `.worktrees/` never shows up in `git status` of the main checkout."""

from __future__ import annotations

import os

from spec_kitty.adapters.locks import PATIENCE_SECONDS, WriterLock
from spec_kitty.adapters.workspaces.durable import write_atomically

_LINE = b"/.worktrees/"


def exclude_workspaces(common_dir: str) -> None:
    """Appends the folder of workspaces to the repository's own ignore list, once."""
    if not is_excluded(common_dir):
        with WriterLock(common_dir, "exclude", PATIENCE_SECONDS):
            _append(_list(common_dir))


def _append(path: str) -> None:
    try:
        with open(path, "rb") as file:
            content = file.read()
            mode = os.fstat(file.fileno()).st_mode
    except FileNotFoundError:
        content, mode = b"", None
        os.makedirs(os.path.dirname(path), exist_ok=True)
    if _has_line(content):
        return
    if content and not content.endswith(b"\n"):
        content += b"\n"
    write_atomically(path, content + _LINE + b"\n")
    if mode is not None:
        os.chmod(path, mode & 0o7777)


def is_excluded(common_dir: str) -> bool:
    """Says whether the folder of workspaces is on the list."""
    try:
        with open(_list(common_dir), "rb") as file:
            return _has_line(file.read())
    except FileNotFoundError:
        return False


def _list(common_dir: str) -> str:
    return os.path.realpath(os.path.join(common_dir, "info", "exclude"))


def _has_line(content: bytes) -> bool:
    return _LINE in (line.rstrip() for line in content.split(b"\n"))

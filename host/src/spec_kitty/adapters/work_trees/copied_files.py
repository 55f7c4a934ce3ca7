"""Owns how files that git does not keep (`.env`) come from the main checkout into a workspace.

Both sides are opened component by component without following a symlink, so that no pattern and
no planted link reaches a file outside the checkout or writes one outside the workspace.
"""

from __future__ import annotations

import os
import stat

from spec_kitty.adapters.workspaces.durable import forget, place_new
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from spec_kitty.adapters.workspaces.held import Held

_CHUNK_BYTES = 1 << 20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_NEVER = frozenset({".git", ".worktrees"})


def matching_files(checkout: str, pattern: str) -> tuple[str, ...]:
    """Returns the regular files of the checkout that the pattern names, sorted.

    Each component of a pattern may hold `*`, `?` and `[...]`, which match no leading dot.
    """
    parts = pattern.split("/")
    if pattern.startswith("/") or any(part in ("", ".", "..") for part in parts):
        raise Refusal(
            ErrorCode.WORKSPACE_FAILED,
            f"The pattern {pattern!r} of files to copy is not a path inside the project. "
            "Correct [worktree] copy in .kittify/config.toml.",
            pattern=pattern,
        )
    try:
        root = os.open(checkout, _FOLDER)
        try:
            return tuple(sorted(_matches(root, "", parts)))
        finally:
            os.close(root)
    except OSError as error:
        raise _not_copied(pattern, error) from None


def _matches(folder: int, prefix: str, parts: list[str]) -> Iterator[str]:
    for name in os.listdir(folder):
        if name in _NEVER or not _fits(name, parts[0]):
            continue
        mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
        if len(parts) == 1:
            if stat.S_ISREG(mode):
                yield prefix + name
        elif stat.S_ISDIR(mode):
            inner = os.open(name, _FOLDER, dir_fd=folder)
            try:
                yield from _matches(inner, f"{prefix}{name}/", parts[1:])
            finally:
                os.close(inner)


def _fits(name: str, pattern: str) -> bool:
    from fnmatch import fnmatchcase

    hidden = name.startswith(".") and not pattern.startswith(".")
    return not hidden and fnmatchcase(name, pattern)


def copy_file(checkout: str, held: Held, path: str) -> None:
    """Copies one file with its mode unless something is at its path in the workspace already."""
    *folders, name = path.split("/")
    temporary = os.path.join(held.place.parent, f".copy-{held.place.name}")
    forget(temporary)
    try:
        source_folder = _descend(os.open(checkout, _FOLDER), folders, _open_folder)
        try:
            _copy_out(source_folder, name, temporary)
        finally:
            os.close(source_folder)
        target_folder = _descend(os.dup(held.folder), folders, _make_folder)
    except OSError as error:
        forget(temporary)
        raise _not_copied(path, error) from None
    try:
        place_new(temporary, name, target_folder)
    except FileExistsError:
        return
    finally:
        os.close(target_folder)


def _descend(current: int, folders: list[str], step: Callable[[int, str], int]) -> int:
    """Opens a folder below an open one, which it closes, component by component."""
    for name in folders:
        try:
            inner = step(current, name)
        finally:
            os.close(current)
        current = inner
    return current


def _open_folder(folder: int, name: str) -> int:
    return os.open(name, _FOLDER, dir_fd=folder)


def _make_folder(folder: int, name: str) -> int:
    if not _is_there(folder, name):
        os.mkdir(name, dir_fd=folder)
    return os.open(name, _FOLDER, dir_fd=folder)


def _is_there(folder: int, name: str) -> bool:
    try:
        os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return False
    return True


def _copy_out(folder: int, name: str, temporary: str) -> None:
    flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
    with open(os.open(name, flags, dir_fd=folder), "rb") as source:
        mode = os.fstat(source.fileno()).st_mode
        if not stat.S_ISREG(mode):
            raise OSError(f"{name} is not a regular file")
        new = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        with open(os.open(temporary, new, 0o600), "wb") as target:
            while chunk := source.read(_CHUNK_BYTES):
                target.write(chunk)
            os.fchmod(target.fileno(), mode & 0o777)


def _not_copied(path: str, error: OSError) -> Refusal:
    return Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"{path} could not be copied into the workspace: {error.strerror or error}. "
        "Make it readable, or take it out of [worktree] copy in .kittify/config.toml.",
        paths=(path,),
    )

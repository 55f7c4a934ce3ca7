"""Owns where a repository lies: its common git dir and its main checkout, found without git.

The answer is the same from wherever in the repository it is asked: from the checkout, from a
linked worktree, from inside the git dir. The `.git` of a workspace is in the hands of whoever
works there, so it is only followed where nothing else says whose workspace it is.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.plain_files import require_plain
from spec_kitty.adapters.git.repository_format import read_format
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

WORKSPACES = ".worktrees"
_MAX_POINTER_CHARACTERS = 8192


class Location(Record):
    """Says where a repository lies; all paths are absolute.

    `common_dir` holds objects and refs, `checkout` is the main working tree (None if bare).
    """

    common_dir: str
    checkout: str | None


def locate(start: str) -> Location:
    """Finds the repository around a folder, from inside a linked worktree too.

    Raises Refusal: NOT_A_PROJECT when there is none, ENVIRONMENT_UNSUPPORTED when it cannot be
    worked on.
    """
    folder = os.path.realpath(start)
    while True:
        found = _of_workspace(folder) or _at(folder)
        if found is not None:
            return found
        parent = os.path.dirname(folder)
        if parent == folder:
            raise Refusal(
                ErrorCode.NOT_A_PROJECT,
                f"There is no git repository around {start}. "
                "Change to the folder of your project, or make one with 'git init'.",
            )
        folder = parent


def _of_workspace(folder: str) -> Location | None:
    """Finds the repository of which the folder is a workspace by its place and registration."""
    workspaces, name = os.path.split(folder)
    top, last = os.path.split(workspaces)
    found = _at(top) if last == WORKSPACES else None
    if found is None or not os.path.isdir(os.path.join(found.common_dir, "worktrees", name)):
        return None
    return found


def _at(folder: str) -> Location | None:
    """Finds the repository whose checkout, linked worktree or git dir the folder itself is."""
    entry = os.path.join(folder, ".git")
    if _is_git_dir(entry):
        return _location(os.path.realpath(entry), folder)
    if os.path.isfile(entry):
        return _follow(entry, folder)
    if os.path.isdir(entry) and not os.access(entry, os.R_OK | os.X_OK):
        raise Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED,
            f"You may not look into {entry}. Have its owner let you read and write it.",
        )
    return _location(folder, None) if _is_git_dir(folder) else None


def _is_git_dir(folder: str) -> bool:
    """Says whether a folder is one as git sees it; an empty `.git` is passed over."""
    return all(os.path.exists(os.path.join(folder, part)) for part in ("HEAD", "objects", "refs"))


def git_dir_of(folder: str) -> str:
    """Returns what the folder's `.git` is or, as a file, points to."""
    entry = os.path.join(folder, ".git")
    pointer = (_line(entry) or ".git").removeprefix("gitdir:").strip()
    return os.path.realpath(os.path.join(folder, pointer))


def _follow(entry: str, folder: str) -> Location:
    """Follows the `.git` file of a linked worktree or a submodule to the common git dir."""
    git_dir = git_dir_of(folder)
    common = _line(os.path.join(git_dir, "commondir"))
    common_dir = git_dir if common is None else os.path.realpath(os.path.join(git_dir, common))
    if not _is_git_dir(common_dir):
        raise Refusal(
            ErrorCode.NOT_A_PROJECT,
            f"{entry} points to {git_dir}, where there is no git repository any more. If the "
            "repository was moved, run 'git worktree repair' in its main checkout.",
        )
    return _location(common_dir, folder if common is None else None)


def _line(path: str) -> str | None:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            return file.read(_MAX_POINTER_CHARACTERS).rstrip("\n")
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError):
        return None


def _location(common_dir: str, folder: str | None) -> Location:
    """Adds the main checkout; `folder` has the `.git` that led here, if one did directly."""
    require_plain(common_dir)
    written = read_format(common_dir)
    if written.work_tree is not None:
        return Location(common_dir, _existing(common_dir, written.work_tree))
    is_named = os.path.basename(common_dir) == ".git"
    if written.bare or (written.bare is None and folder is None and not is_named):
        return Location(common_dir, None)
    if folder is None and is_named:
        folder = os.path.dirname(common_dir)
    return Location(common_dir, folder or _by_workspaces(common_dir))


def _existing(common_dir: str, work_tree: str) -> str:
    checkout = os.path.realpath(os.path.join(common_dir, work_tree))
    if not os.path.isdir(checkout):
        raise Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED,
            f"The checkout of {common_dir} is not there: core.worktree names {checkout}. "
            "Bring the folder back, or correct core.worktree.",
        )
    return checkout


def _by_workspaces(common_dir: str) -> str:
    """Finds the checkout of a git dir that lies apart by a workspace beside which it must be."""
    linked = os.path.join(common_dir, "worktrees")
    for name in sorted(os.listdir(linked)) if os.path.isdir(linked) else ():
        pointer = _line(os.path.join(linked, name, "gitdir")) or ""
        workspaces = os.path.dirname(os.path.dirname(pointer))
        top, last = os.path.split(workspaces)
        if last == WORKSPACES and git_dir_of(top) == common_dir:
            return top
    raise Refusal(
        ErrorCode.ENVIRONMENT_UNSUPPORTED,
        f"The git dir {common_dir} lies apart from its checkout, and nothing in it says where "
        "that is. Run the command in the main checkout.",
    )

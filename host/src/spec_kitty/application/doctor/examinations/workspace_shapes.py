"""Owns what is said of each shape that a workspace can be in, and what `--fix` does about it."""

from __future__ import annotations

from spec_kitty.application.doctor.findings import Kind
from spec_kitty.domain.record import Record
from spec_kitty.domain.upkeep import Shape


class Told(Record):
    """Is what is said of a shape: `{folder}`, `{other}`, `{branch}` stand for what was found."""

    kind: Kind
    message: str
    remedy: str
    commands: tuple[str, ...]
    act: str | None = None


# The command that starts the work package again.
_START = ("{start}",)
TOLD = {
    Shape.MISSING: Told(
        Kind.WORKSPACE_MISSING,
        "Its workspace {folder} is not there any more, deleted or moved by hand.",
        "If you moved it, move it back. Else start it again:",
        _START,
        "makes it again at its branch, copied files and set-up included; a folder that was moved "
        "with 'mv' stays where it is, and what was not committed is in there alone",
    ),
    Shape.EMPTIED: Told(
        Kind.WORKSPACE_EMPTIED,
        "Its workspace {folder} is empty.",
        "Bring the files back:",
        ("git -C {quoted} restore .",),
        "writes the files of its branch into it again",
    ),
    Shape.MOVED: Told(
        Kind.WORKSPACE_MOVED,
        "Its workspace was moved to {other}.",
        "Move it back:",
        ("git worktree move --force --force {other_quoted} {quoted}",),
        "moves it back to {folder}, with all that is in it",
    ),
    Shape.DISPLACED: Told(
        Kind.WORKSPACE_MOVED,
        "Its workspace was moved to {other}, and something else stands at {folder}.",
        "Move that away, then let the workspace be moved back:",
        ("spec-kitty doctor --fix",),
    ),
    Shape.OPERATION: Told(
        Kind.WORKSPACE_OPERATION,
        "A {other} is under way in its workspace {folder}.",
        "If nobody is at it any more, finish it there or give it up:",
        ("git -C {quoted} {abort}",),
    ),
    Shape.POINTER: Told(
        Kind.WORKSPACE_POINTER,
        "{folder}/.git is not what links its workspace with this repository.",
        "Start it again:",
        _START,
        "writes the link anew; a repository that stands there is put aside, the files stay",
    ),
    Shape.UNREGISTERED: Told(
        Kind.WORKSPACE_REGISTRATION,
        "Git does not know its workspace {folder} any more.",
        "Start it again:",
        _START,
        "registers it again; the files stay as they are",
    ),
    Shape.REGISTRATION: Told(
        Kind.WORKSPACE_REGISTRATION,
        "What git knows of its workspace {folder} was changed.",
        "Start it again:",
        _START,
        "puts the registration right; the files stay as they are",
    ),
    Shape.HALF: Told(
        Kind.WORKSPACE_HALF,
        "A command was interrupted while it wrote the files of its workspace {folder}.",
        "Start it again:",
        _START,
        "writes the rest of them",
    ),
    Shape.HEAD: Told(
        Kind.WORKSPACE_HEAD,
        "Its workspace {folder} is on {other}, not on the branch {branch}.",
        "What was committed there stays on a branch when you go back:",
        ("{keep}git -C {quoted} switch {branch}",),
    ),
    Shape.IN_THE_WAY: Told(
        Kind.WORKSPACE_IN_THE_WAY,
        "{other} is in the way of its workspace and was not made by the host.",
        "Move it away or delete it, then start it again:",
        _START,
    ),
}

# Of a workspace whose HEAD holds all of its branch.
GO_BACK = (
    "puts it back on {branch}; the files stay as they are, and commits that no branch has are kept "
    "under refs/spec-kitty-salvage/"
)

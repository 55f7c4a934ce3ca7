"""Owns what an agent that asks may do: one answer for all agents, by kind, paths and command.

It keeps a well-meaning agent on its path and tells it why; it is no sandbox. A command may hide
what it does, and what commands write is looked at by the host when work is submitted.
"""

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePath

# Asking for any other kind of thing that names paths is taken for writing there.
_READING = ("read", "search", "fetch", "think")

_HOST = "branches, refs and worktrees are the host's; leave your work committed on this branch"
_RIGHTS = "nobody can give this run more rights than it has"


@dataclass(frozen=True, slots=True)
class Denied:
    """Is a command that is not run; without `subcommand` and `option` whatever its words are."""

    program: str
    reason: str
    subcommand: str | None = None
    option: str | None = None


DENIED = (
    Denied("sudo", _RIGHTS),
    Denied("su", _RIGHTS),
    Denied("doas", _RIGHTS),
    Denied("git", "nothing leaves this machine before it is accepted", "push"),
    Denied("git", _HOST, "worktree"),
    Denied("git", _HOST, "update-ref"),
    Denied("git", "a run changes no one's settings", "config", "--global"),
    Denied("git", "a run changes no one's settings", "config", "--system"),
    Denied("spec-kitty", "only the orchestrator and people move work packages"),
    Denied("spec-kitty-orchestrator", "only people start runs"),
)

# What stands before the program that is really run.
_WRAPPERS = (
    *("command", "env", "exec", "nice", "nohup", "setsid", "time", "xargs"),
    *("!", "{", "if", "then", "elif", "else", "while", "until", "do"),
)
_SHELLS = ("bash", "dash", "sh", "zsh")
_GIT_OPTIONS_WITH_VALUE = ("-C", "-c", "--git-dir", "--work-tree", "--namespace")
_MAX_DEPTH = 4


def permit(kind: str, paths: Sequence[str], command: str | None, folder: Path) -> str | None:
    """Returns None if an agent that works in the folder may do it, else why not.

    `kind` is read, search, edit, execute, fetch or any other word; relative paths are the
    folder's.
    """
    if command is not None and (denied := _denied(command)) is not None:
        words = " ".join(
            word for word in (denied.program, denied.subcommand, denied.option) if word
        )
        return f"`{words}` is not allowed here: {denied.reason}."
    if kind in _READING:
        return None
    return next((why for path in paths if (why := _outside(path, folder))), None)


def _outside(path: str, folder: Path) -> str | None:
    root = folder.resolve()
    try:
        place = (root / path).resolve()
    except (OSError, RuntimeError, ValueError):
        return f"{path!r} is no path that can be written. Name a file in {folder}."
    if not place.is_relative_to(root):
        return (
            f"Writing {path} is not allowed: it lies outside {folder}, the only folder whose files"
            " may be changed. Put the file there, or go on without it."
        )
    if ".git" in place.relative_to(root).parts:
        return f"Writing {path} is not allowed: it is git's own. Use git commands."
    return None


def _denied(command: str) -> Denied | None:
    for words in _commands(command, _MAX_DEPTH):
        for denied in DENIED:
            if _matches(denied, words):
                return denied
    return None


def _matches(denied: Denied, words: list[str]) -> bool:
    if PurePath(words[0]).name != denied.program:
        return False
    if denied.subcommand is None:
        return True
    rest = _after_options(words[1:])
    return rest[:1] == [denied.subcommand] and (denied.option is None or denied.option in rest)


def _after_options(words: list[str]) -> list[str]:
    while words and words[0].startswith("-"):
        words = words[2 if words[0] in _GIT_OPTIONS_WITH_VALUE else 1 :]
    return words


def _commands(text: str, depth: int) -> Iterator[list[str]]:
    """Gives the simple commands of a shell text, also those that a shell in it is given."""
    for words in _split(text):
        while words and (_is_assignment(words[0]) or PurePath(words[0]).name in _WRAPPERS):
            words = _after_options(words[1:])
        if not words:
            continue
        yield words
        if depth and PurePath(words[0]).name in _SHELLS:
            for word in words[1:]:
                yield from _commands(word, depth - 1)


def _is_assignment(word: str) -> bool:
    name, found, _ = word.partition("=")
    return bool(found) and name.isidentifier()


def _split(text: str) -> Iterator[list[str]]:
    lexer = shlex.shlex(text, posix=True, punctuation_chars="();<>|&\n`")
    lexer.whitespace, lexer.whitespace_split, lexer.commenters = " \t\r", True, ""
    words: list[str] = []
    try:
        for word in lexer:
            if set(word) <= set("();|&\n`"):
                yield words
                words = []
            else:
                words.append(word)
    except ValueError:  # A quote that does not end: in a here-document it need not.
        yield from (line.split() for line in text.splitlines())
    yield words

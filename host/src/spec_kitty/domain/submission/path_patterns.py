r"""Owns how a list of path patterns is read: as in `.gitignore`, in the parts that people use.

- `*.pem` matches at any depth; with a slash at its start or inside (`/secrets`, `infra/prod`)
  a pattern begins at the root of the repository.
- What matches a folder matches all that is in it. A final slash (`infra/`) changes nothing but
  how it reads: a file, link or submodule put in the folder's place matches as well.
- `*` and `?` stay within one name; `**` as a whole name stands for any number of folders, at
  the end (`secrets/**`) for everything inside.
- `[abc]`, `[a-z]`, `[!a]`; a backslash takes the special meaning from the next character.

There are no exceptions (`!`): such a pattern matches a name that begins with `!`. Case counts.
Matching takes no more than about (length of path) x (length of pattern) steps: `(?>` keeps what
a star has once matched, which loses nothing because the first place where the rest fits will do.
"""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_ANY_FOLDERS = "(?:[^/]++/)*?"
_END_OF_NAME = r"(?:/|\Z)"
_NOTHING = r"(?!)"
_PIECE = r"\\(.)|(\*+)|(\?)|\[([!^]?)(\][^\]]*|[^\]]+)\]|(.)"
_MEMBER = r"(.)-(.)|(.)"


def compile_patterns(patterns: Iterable[str]) -> re.Pattern[str]:
    """Returns an expression whose `match` says whether any of the patterns matches a path."""
    branches = [_path(pattern) for pattern in patterns if pattern.strip("/ ")]
    return re.compile("|".join(branches) or _NOTHING, re.DOTALL)


def _path(pattern: str) -> str:
    names = pattern.rstrip("/").split("/")
    if len(names) == 1:
        names.insert(0, "**")
    elif names[0] == "":
        del names[0]
    runs: list[list[str]] = [[]]
    for name in names:
        if name == "**":
            runs.append([])
        else:
            runs[-1].append(_name(name))
    return "(?:" + "".join(_run(runs, position) for position in range(len(runs))) + ")"


def _run(runs: list[list[str]], position: int) -> str:
    """Writes the names between one `**` and the next."""
    names = "/".join(runs[position])
    if not names:
        return ""
    floating = _ANY_FOLDERS if position else ""
    if position == len(runs) - 1:
        return f"{floating}{names}{_END_OF_NAME}"
    return f"(?>{floating}{names}/)"


def _name(name: str) -> str:
    """Writes one name: fixed pieces with stars between them."""
    pieces = [""]
    for escaped, stars, question, negated, members, plain in re.findall(_PIECE, name, re.DOTALL):
        if stars:
            pieces.append("")
        elif question:
            pieces[-1] += "[^/]"
        elif members:
            pieces[-1] += _class(negated, members)
        else:
            pieces[-1] += re.escape(escaped or plain)
    if len(pieces) == 1:
        return pieces[0]
    first, *middle, last = pieces
    kept = "".join(f"(?>[^/]*?{piece})" for piece in middle if piece)
    return f"{first}{kept}[^/]*{last}"


def _class(negated: str, members: str) -> str:
    ranges = ""
    for low, high, single in re.findall(_MEMBER, members, re.DOTALL):
        if single:
            ranges += re.escape(single)
        elif low <= high:
            ranges += f"{re.escape(low)}-{re.escape(high)}"
    if not ranges:
        return "[^/]" if negated else _NOTHING
    return f"(?!/)[{'^' if negated else ''}{ranges}]"

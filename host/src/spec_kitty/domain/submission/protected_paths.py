"""Owns which paths submitted work may not touch: the plan, the host's files, what git itself reads.

A project adds patterns of its own (path_patterns.py). The built-in names are compared as the most
forgiving file systems do, because the work may be checked out on one: without case, without
characters that macOS ignores, without the endings and short names that Windows takes for the same.
"""

from __future__ import annotations

import re

from spec_kitty.domain.submission.path_patterns import compile_patterns

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_AT_ROOT = frozenset(("kitty-specs", ".kittify", ".gitmodules"))
_SHORT_NAME_AT_ROOT = r"(?:kitty-|kittif|gitmod|gi7eba)~[0-9]+"
_ANYWHERE = frozenset((".git", "git~1"))
_IGNORED_BY_MACOS = "[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]"


def protected(paths: Iterable[str], patterns: Iterable[str]) -> list[str]:
    """Returns those of the paths that are protected, in their order."""
    configured = compile_patterns(patterns)
    return [path for path in paths if _is_built_in(path) or configured.match(path)]


def _is_built_in(path: str) -> bool:
    # Windows reads a backslash as a slash
    names = [_folded(name) for name in path.replace("\\", "/").split("/")]
    return (
        names[0] in _AT_ROOT
        or ("~" in names[0] and re.fullmatch(_SHORT_NAME_AT_ROOT, names[0]) is not None)
        or any(name in _ANYWHERE for name in names)
    )


def _folded(name: str) -> str:
    seen = name if name.isascii() else re.sub(_IGNORED_BY_MACOS, "", name)
    # Windows ignores what follows a colon (a stream of the file), and final dots and spaces
    return seen.partition(":")[0].rstrip(" .").casefold()

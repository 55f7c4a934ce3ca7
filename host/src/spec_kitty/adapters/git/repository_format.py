"""Owns what a repository's own `config` says about how it is laid out, read without git.

Git decides by these few settings where the checkout is and whether it can work here at all, from
this file (and `config.worktree`) alone, never from a person's configuration. A repository that
is laid out in a way the host does not know is refused before anything is read or changed.
"""

from __future__ import annotations

import os

from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_SECTIONS = ("core", "extensions")
# Git's own list, less what changes how refs and objects are stored (`refStorage=reftable`,
# `compatObjectFormat`): the host reads and writes those itself.
_KNOWN_EXTENSIONS = frozenset(
    {
        "extensions.noop",
        "extensions.objectformat",
        "extensions.partialclone",
        "extensions.preciousobjects",
        "extensions.relativeworktrees",
        "extensions.worktreeconfig",
    }
)
_NEWEST_VERSION = 1
_TRUE = ("", "true", "yes", "on")
_ESCAPED = {"n": "\n", "t": "\t", "b": "\b"}


class RepositoryFormat(Record):
    """Is what matters here. `bare` is None where nothing says it."""

    bare: bool | None
    work_tree: str | None
    is_sha256: bool


def read_format(git_dir: str) -> RepositoryFormat:
    """Reads the format of the repository with this common git dir.

    Raises Refusal (ENVIRONMENT_UNSUPPORTED) for a repository that the host cannot work on.
    """
    settings = dict(_settings(os.path.join(git_dir, "config")))
    if is_true(settings.get("extensions.worktreeconfig", "false")):
        settings.update(_settings(os.path.join(git_dir, "config.worktree")))
    _require_known(git_dir, settings)
    bare = settings.get("core.bare")
    return RepositoryFormat(
        None if bare is None else is_true(bare),
        settings.get("core.worktree"),
        settings.get("extensions.objectformat", "sha1").lower() == "sha256",
    )


def _require_known(git_dir: str, settings: dict[str, str]) -> None:
    version = settings.get("core.repositoryformatversion", "0")
    if version == "0":
        return
    strange = [
        f"{key}={value}"
        for key, value in settings.items()
        if key.startswith("extensions.")
        and key not in _KNOWN_EXTENSIONS
        and (key, value) != ("extensions.refstorage", "files")
    ]
    if not (version.isdecimal() and int(version) <= _NEWEST_VERSION):
        strange.append(f"core.repositoryformatversion={version}")
    if strange:
        raise Refusal(
            ErrorCode.ENVIRONMENT_UNSUPPORTED,
            f"The repository {git_dir} is stored in a way that spec-kitty does not know: "
            f"{', '.join(strange)}. Nothing was changed. Use a clone without it.",
            found=", ".join(strange),
        )


def is_true(value: str) -> bool:
    return value.lower() in _TRUE or (value.lstrip("+-").isdecimal() and int(value) != 0)


def _settings(path: str) -> Iterator[tuple[str, str]]:
    try:
        with open(path, encoding="utf-8", errors="surrogateescape") as file:
            yield from settings_in(file.read())
    except FileNotFoundError:
        return


def settings_in(text: str) -> Iterator[tuple[str, str]]:
    """Yields the keys in small letters, with their values, of the sections that count here."""
    section = ""
    for line in text.replace("\\\n", "").split("\n"):
        line = line.strip()
        if line.startswith("["):
            header, _, line = line[1:].partition("]")
            section, line = header.strip().lower(), line.strip()
        if section in _SECTIONS and line and line[0].isalpha():
            key, has_value, value = line.partition("=")
            if not has_value:
                key = key.partition("#")[0].partition(";")[0]
            yield f"{section}.{key.strip().lower()}", unquoted(value.strip())


def unquoted(value: str) -> str:
    """Returns a value without the quotes, escapes and comments that it may be written with."""
    if not any(mark in value for mark in '"\\#;'):
        return value
    kept: list[str] = []
    quoted, escaped = False, False
    for character in value:
        if escaped:
            kept.append(_ESCAPED.get(character, character))
        elif character == '"':
            quoted = not quoted
        elif character in "#;" and not quoted:
            return "".join(kept).rstrip()
        elif character != "\\":
            kept.append(character)
        escaped = character == "\\" and not escaped
    return "".join(kept)

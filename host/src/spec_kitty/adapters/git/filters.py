"""Owns which content filter drivers (`filter.<name>.clean` and its kin) git may run.

A driver is a command. One that comes from the machine's or the person's configuration is trusted
and stays on, so that large-file storage works. One that comes from the repository's own
configuration may have been put there by an agent: it is replaced by the trusted definition of
the same name, or switched off. The values travel in the environment, not as `-c` arguments: a
driver may be called `a=b`, which `-c` would read as another key.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.configuration import TRUSTED_SCOPES
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spec_kitty.adapters.git.runner import Git

_OFF = {"clean": "", "smudge": "", "process": "", "required": "false"}
# What `git lfs install` writes: https://github.com/git-lfs/git-lfs (lfs/attribute.go).
_LARGE_FILE_STORAGE = {
    "clean": "git-lfs clean -- %f",
    "smudge": "git-lfs smudge -- %f",
    "process": "git-lfs filter-process",
    "required": "true",
}


class Filters(Record):
    """Holds the environment that leaves only trusted drivers on, and the names of those."""

    environment: Mapping[str, str]
    active: frozenset[str]


def trusted_filters(git: Git) -> Filters:
    """Reads the configuration that applies now and decides about each driver in it."""
    trusted: dict[str, dict[str, str]] = {}
    untrusted: set[str] = set()
    for scope, name, key, value in _definitions(git):
        trusted.setdefault(name, {})
        if scope in TRUSTED_SCOPES:
            trusted[name][key] = value
        else:
            untrusted.add(name)
    if "lfs" in trusted and not trusted["lfs"] and _installed("git-lfs"):
        trusted["lfs"] = dict(_LARGE_FILE_STORAGE)
    settings = [
        (f"filter.{name}.{key}", trusted[name].get(key, off))
        for name in sorted(untrusted)
        for key, off in _OFF.items()
    ]
    active = (name for name, keys in trusted.items() if keys.get("clean") or keys.get("process"))
    return Filters(_as_environment(settings), frozenset(active))


def _definitions(git: Git) -> Iterator[tuple[str, str, str, str]]:
    """Yields scope, driver name, key and value of each filter setting, the weakest first."""
    for setting in git.configuration.settings:
        name, _, variable = setting.key.removeprefix("filter.").rpartition(".")
        if setting.key.startswith("filter.") and name:
            value = "true" if setting.value is None else setting.value
            yield setting.scope, name, variable, value


def _as_environment(settings: list[tuple[str, str]]) -> dict[str, str]:
    if not settings:
        return {}
    variables = {"GIT_CONFIG_COUNT": str(len(settings))}
    for number, (key, value) in enumerate(settings):
        variables[f"GIT_CONFIG_KEY_{number}"] = key
        variables[f"GIT_CONFIG_VALUE_{number}"] = value
    return variables


def _installed(program: str) -> bool:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return any(os.access(os.path.join(folder, program), os.X_OK) for folder in folders if folder)

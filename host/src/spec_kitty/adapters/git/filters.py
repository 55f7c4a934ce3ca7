"""Owns which content filter drivers (`filter.<name>.clean` and its kin) git may run.

A driver is a command. One that comes from the machine's or the person's configuration is trusted
and stays on, so that large-file storage works. One that comes from the repository's own
configuration may have been put there by an agent: it is replaced by the trusted definition of
the same name, or switched off. So is every other program that such a command could be led to
start (`programs`), for a filter may start git, and fetch.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.configuration import TRUSTED_SCOPES
from spec_kitty.adapters.git.programs import as_environment, network_variables, pinned
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from spec_kitty.adapters.git.configuration import Configuration
    from spec_kitty.adapters.git.processes import Completed

# What git says of a path whose attributes name no driver.
_NO_DRIVER = ("unspecified", "unset", "set")
_OFF = {"clean": "", "smudge": "", "process": "", "required": "false"}
# What `git lfs install` writes: https://github.com/git-lfs/git-lfs (lfs/attribute.go).
_LARGE_FILE_STORAGE = {
    "clean": "git-lfs clean -- %f",
    "smudge": "git-lfs smudge -- %f",
    "process": "git-lfs filter-process",
    "required": "true",
}


class Filters(Record):
    """Holds the environment that leaves only trusted programs on, and the drivers that are.

    A file that is to go through one of the drivers `off` cannot be stored rightly.
    """

    environment: Mapping[str, str]
    active: frozenset[str]
    off: frozenset[str] = frozenset()


def trusted_filters(configuration: Configuration) -> Filters:
    """Decides about each driver in a configuration."""
    trusted: dict[str, dict[str, str]] = {}
    untrusted: set[str] = set()
    for scope, name, key, value in _definitions(configuration):
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
    active = {name for name, keys in trusted.items() if keys.get("clean") or keys.get("process")}
    variables = as_environment([*settings, *pinned(configuration)])
    environment = {**variables, **network_variables(configuration)}
    return Filters(environment, frozenset(active), frozenset(untrusted - active))


def filter_names(run: Callable[..., Completed], paths: Iterable[str]) -> dict[str, str]:
    """Returns the name of the driver of each of the paths that has one; `run` runs git there."""
    listed = b"".join(os.fsencode(path) + b"\0" for path in paths)
    answer = run("check-attr", "-z", "--stdin", "filter", stdin=listed).stdout
    fields = os.fsdecode(answer).split("\0")
    named = zip(fields[::3], fields[2::3], strict=False)
    return {path: name for path, name in named if name not in _NO_DRIVER}


def _definitions(configuration: Configuration) -> Iterator[tuple[str, str, str, str]]:
    """Yields scope, driver name, key and value of each filter setting, the weakest first."""
    for setting in configuration.settings:
        name, _, variable = setting.key.removeprefix("filter.").rpartition(".")
        if setting.key.startswith("filter.") and name:
            value = "true" if setting.value is None else setting.value
            yield setting.scope, name, variable, value


def _installed(program: str) -> bool:
    folders = os.environ.get("PATH", os.defpath).split(os.pathsep)
    return any(os.access(os.path.join(folder, program), os.X_OK) for folder in folders if folder)

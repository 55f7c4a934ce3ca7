"""Owns what git's configuration says here, read by one git for all who ask.

Git itself finds the files and follows what they include. A reading is good for a moment only,
and only while the repository's own files are the same: what an agent writes there meanwhile must
be seen. Settings that include other files could change unseen, so those are read every time.
"""

from __future__ import annotations

import os
import time

from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

TRUSTED_SCOPES = frozenset({"system", "global"})

# What git is to be asked.
LIST = ("config", "--list", "--show-scope", "-z")

_GOOD_FOR_SECONDS = 1.0
_INCLUDES = ("include.", "includeif.")
_TRUE = ("true", "yes", "on")


class Setting(Record):
    """Is one line of the configuration; git writes section and variable in small letters.

    `value` is None where the line is a name alone, which means true.
    """

    scope: str
    key: str
    value: str | None


class Configuration:
    """Holds all settings that apply, the weakest first."""

    def __init__(self, settings: tuple[Setting, ...]) -> None:
        self.settings = settings

    def value(self, key: str) -> str | None:
        """Returns the setting that wins, None when there is none."""
        for setting in reversed(self.settings):
            if setting.key == key:
                return "true" if setting.value is None else setting.value
        return None

    def is_true(self, key: str) -> bool:
        value = (self.value(key) or "").lower()
        return value in _TRUE or (value.lstrip("+-").isdecimal() and int(value) != 0)

    @property
    def is_fixed(self) -> bool:
        """Whether all of it that others may write lies in the repository's own files."""
        return not any(
            setting.key.startswith(_INCLUDES) and setting.scope not in TRUSTED_SCOPES
            for setting in self.settings
        )


class ConfigurationReader:
    """Reads the configuration of one repository; `listed` asks git to list it (`LIST`)."""

    def __init__(self, common_dir: str, listed: Callable[[], bytes]) -> None:
        self._common_dir = common_dir
        self._listed = listed
        self._read: Configuration | None = None
        self._read_at = 0.0
        self._files: tuple[object, ...] = ()

    def read(self) -> Configuration:
        """Returns what applies now."""
        files, now = self._signature(), time.monotonic()
        fresh = files == self._files and now - self._read_at < _GOOD_FOR_SECONDS
        if self._read is None or not fresh or not self._read.is_fixed:
            self._read = Configuration(_settings(self._listed()))
            self._read_at, self._files = now, files
        return self._read

    def _signature(self) -> tuple[object, ...]:
        """Tells the repository's own files as they are now from any others."""
        return tuple(
            signature(os.path.join(self._common_dir, name))
            for name in ("config", "config.worktree")
        )


def signature(path: str) -> tuple[int, ...] | None:
    """Returns what changes whenever a file is written or replaced, None when there is none."""
    try:
        info = os.stat(path)
    except OSError:
        return None
    return (info.st_dev, info.st_ino, info.st_size, info.st_mtime_ns, info.st_ctime_ns)


def _settings(listed: bytes) -> tuple[Setting, ...]:
    fields = os.fsdecode(listed).split("\0")
    found = []
    for scope, line in zip(fields[::2], fields[1::2], strict=False):
        key, has_value, value = line.partition("\n")
        # The scope "command" is what every git of the host is told.
        if scope != "command":
            found.append(Setting(scope, key, value if has_value else None))
    return tuple(found)

"""Keeps every test away from the settings of the machine it runs on."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")

GLOBAL_GIT_CONFIG = """\
[user]
    name = Alice Example
    email = alice@example.org
[init]
    defaultBranch = main
[advice]
    detachedHead = false
    skippedCherryPicks = false
    updateRefs = false
"""

_FOREIGN_PREFIXES = ("GIT_", "SPEC_KITTY_", "SSH_")
_FOREIGN_VARIABLES = ("CLICOLOR", "CLICOLOR_FORCE", "COLUMNS", "EMAIL", "FORCE_COLOR", "NO_COLOR")


@pytest.fixture(scope="session")
def git_config(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("git") / "config"
    file.write_text(GLOBAL_GIT_CONFIG)
    return file


@pytest.fixture(scope="module")
def git_settings(git_config: Path) -> Iterator[None]:
    """Keeps git away from them for what is made once for a module, before its first test."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_CONFIG_GLOBAL", str(git_config))
        yield


@pytest.fixture(autouse=True)
def isolated(
    git_config: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in os.environ:
        if name.startswith(_FOREIGN_PREFIXES) or name in _FOREIGN_VARIABLES:
            monkeypatch.delenv(name)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(home / ".config"))
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(git_config))
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()

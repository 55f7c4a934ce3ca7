"""Plays the scene that the doors are fuzzed on, once for each module."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz.scene import Scene, play_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, git_config: Path) -> Scene:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GIT_CONFIG_NOSYSTEM", "1")
        patch.setenv("GIT_CONFIG_GLOBAL", str(git_config))
        return play_scene(tmp_path_factory.mktemp("fuzzed"))

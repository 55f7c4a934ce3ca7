"""Plays the scene that the doors are fuzzed on, once for each module."""

from __future__ import annotations

import pytest

from fuzz.scene import Scene, play_scene


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory, git_settings: None) -> Scene:
    return play_scene(tmp_path_factory.mktemp("fuzzed"))

"""In every kind of repository that is supported the whole story works."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from repositories.kinds import CONTENTS, LAYOUTS, SETTINGS, Kind
from repositories.places import plan, scene_of
from repositories.whole_story import Scene, tell
from repository import Repo


@pytest.mark.parametrize("kind", LAYOUTS, ids=lambda kind: kind.make.__name__)
def test_a_feature_lands_in_a_repository_laid_out_so(kind: Kind, tmp_path: Path) -> None:
    tell(kind.make(tmp_path))


@pytest.mark.parametrize("kind", SETTINGS, ids=lambda kind: kind.make.__name__)
def test_a_feature_lands_under_settings_like_these(kind: Kind, tmp_path: Path) -> None:
    tell(kind.make(tmp_path))


@pytest.mark.parametrize("kind", CONTENTS, ids=lambda kind: kind.make.__name__)
def test_a_feature_lands_with_work_like_this(kind: Kind, tmp_path: Path) -> None:
    tell(kind.make(tmp_path))


def test_a_git_dir_on_another_device(tmp_path: Path, scratch: Path) -> None:
    repo = Repo(tmp_path)
    repo.git("init", "--quiet", "--separate-git-dir", scratch / "apart.git")
    plan(repo).commit()

    assert tmp_path.stat().st_dev != scratch.stat().st_dev
    tell(Scene(scratch / "apart.git", tmp_path, top=tmp_path, landed=tmp_path))


def test_workspaces_on_another_device(tmp_path: Path) -> None:
    repo = plan(Repo(tmp_path))
    repo.git("init", "--quiet")
    repo.commit()
    rooms = tmp_path / ".worktrees"
    rooms.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "none", rooms], capture_output=True)
    if mounted.returncode:
        pytest.skip("Nothing may be mounted here.")
    try:
        tell(scene_of(repo))
    finally:
        subprocess.run(["umount", rooms], check=True)

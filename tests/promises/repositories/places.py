"""Makes the repositories that stories are told in, and the folders that need more than tmp_path."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from project import SLUG
from repositories.whole_story import Scene
from repository import Repo

IS_ROOT = os.geteuid() == 0
# Rights of files do not bind root, unless it gives up the right to pass them over.
BOUND_BY_RIGHTS = (
    ("setpriv", "--bounding-set=-dac_override,-dac_read_search") if IS_ROOT else ("env",)
)


def plan(repo: Repo) -> Repo:
    """Writes the plan of two work packages into a checkout."""
    for package in ("WP01", "WP02"):
        head = f"work_package_id: {package}\ntitle: Cats\ndependencies: []\n"
        repo.write(f"kitty-specs/{SLUG}/tasks/{package}-cats.md", f"---\n{head}---\nDo it.\n")
    repo.write(".kittify/config.toml", "")
    repo.write("README.md", "# Cats\n")
    return repo


def planned(path: Path, *options: str) -> Repo:
    """Makes a repository with a checkout, in which the plan is committed."""
    path.mkdir(parents=True, exist_ok=True)
    repo = Repo(path)
    repo.git("init", "--quiet", *options)
    plan(repo).commit("Plan the cats")
    return repo


def scene_of(repo: Repo, **more: object) -> Scene:
    """Returns the scene of an ordinary checkout on the target."""
    path = repo.path
    facts: dict[str, Any] = {"place": path, "top": path, "landed": path, **more}
    return Scene(path / ".git", **facts)


def bare_clone(repo: Repo, path: Path) -> Repo:
    """Clones into a bare repository, with what commits need."""
    repo.git("clone", "--quiet", "--bare", ".", path)
    return Repo(path)


def configure(repo: Repo, *settings: str) -> None:
    """Sets `key=value` settings in the repository's own configuration."""
    for setting in settings:
        repo.git("config", *setting.split("=", 1))


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder on another device than the tests' own."""
    try:
        folder = Path(tempfile.mkdtemp(prefix="spec-kitty-", dir="/dev/shm"))
    except OSError:
        pytest.skip("There is no /dev/shm to make a folder on another device in.")
    yield folder
    shutil.rmtree(folder)


def require_bounds() -> None:
    """Skips, loudly, where root cannot give up its right over all files."""
    tried = subprocess.run([*BOUND_BY_RIGHTS, "true"], capture_output=True, check=False)
    if tried.returncode:
        pytest.skip(f"setpriv does not work here: {os.fsdecode(tried.stderr)}")

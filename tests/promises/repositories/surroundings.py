"""Holds the repositories and machines on which the host refuses to work, whatever is asked."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from repositories.places import (
    BOUND_BY_RIGHTS,
    IS_ROOT,
    configure,
    plan,
    planned,
    require_bounds,
    scene_of,
)
from repositories.whole_story import Scene
from repository import Repo


def no_commit(folder: Path) -> Scene:
    path = folder / "p"
    path.mkdir()
    repo = Repo(path)
    repo.git("init", "--quiet")
    return scene_of(plan(repo))


def unknown_format(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configure(repo, "core.repositoryformatversion=1", "extensions.refStorage=reftable")
    return scene_of(repo)


def later_format(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configure(repo, "core.repositoryformatversion=2")
    return scene_of(repo)


def linked_worktree_of_a_git_dir_apart(folder: Path) -> Scene:
    repo = planned(folder / "p", "--separate-git-dir", str(folder / "apart.git"))
    repo.git("worktree", "add", "--quiet", "--detach", folder / "linked")
    return Scene(folder / "apart.git", folder / "linked", landed=repo.path)


def checkout_that_is_gone(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configure(repo, f"core.worktree={folder}/gone")
    return scene_of(repo)


def pointer_to_nowhere(folder: Path) -> Scene:
    repo = planned(folder / "p", "--separate-git-dir", str(folder / "apart.git"))
    (folder / "apart.git").rename(folder / "moved.git")
    return Scene(folder / "moved.git", repo.path)


def broken_settings(folder: Path) -> Scene:
    scene = scene_of(planned(folder / "p"))
    (folder / "configuration").write_text("[core\n")
    scene.environment = {"GIT_CONFIG_GLOBAL": str(folder / "configuration")}
    return scene


def objects_out_of_reach(folder: Path) -> Scene:
    repo = planned(folder / "p")
    configure(repo, "uploadpack.allowFilter=true", "uploadpack.allowAnySHA1InWant=true")
    words = ("clone", "--quiet", "--no-checkout", "--filter=blob:none", f"file://{repo.path}")
    repo.git(*words, folder / "c")
    shutil.rmtree(repo.path)
    return scene_of(Repo(folder / "c"))


def _program(folder: Path, text: str) -> Scene:
    program = folder / "programs" / "git"
    program.parent.mkdir()
    if text:
        program.write_text(f"#!/bin/sh\n{text}\n")
        program.chmod(0o755)
    rest = f"{os.pathsep}{os.environ['PATH']}" if text else ""
    scene = scene_of(planned(folder / "p"))
    scene.environment = {"PATH": f"{program.parent}{rest}"}
    return scene


def no_git(folder: Path) -> Scene:
    return _program(folder, "")


def old_git(folder: Path) -> Scene:
    return _program(folder, "echo git version 2.25.1")


def git_that_does_not_run(folder: Path) -> Scene:
    return _program(folder, "exit 3")


def of_somebody_trusted(folder: Path) -> Scene:
    scene = somebody_elses(folder)
    configuration = folder / "configuration"
    configuration.write_text(f"{Path(os.environ['GIT_CONFIG_GLOBAL']).read_text()}[safe]\n")
    with configuration.open("a") as file:
        file.write(f"\tdirectory = {scene.place}\n")
    scene.environment = {"GIT_CONFIG_GLOBAL": str(configuration)}
    return scene


def somebody_elses(folder: Path) -> Scene:
    if not IS_ROOT:
        pytest.skip("Only root can give files away.")
    repo = planned(folder / "p")
    for top, folders, names in os.walk(repo.path):
        for name in (".", *folders, *names):
            os.chown(os.path.join(top, name), 65534, 65534)
    return scene_of(repo)


def _without_rights(folder: Path, name: str, mode: int) -> Scene:
    require_bounds()
    repo = planned(folder / "p")
    (repo.path / name).chmod(mode)
    return scene_of(repo, prefix=BOUND_BY_RIGHTS)


def read_only(folder: Path) -> Scene:
    return _without_rights(folder, ".git", 0o500)


def closed_git_dir(folder: Path) -> Scene:
    return _without_rights(folder, ".git", 0)


def closed_settings(folder: Path) -> Scene:
    return _without_rights(folder, ".git/config", 0)


def too_few_descriptors(folder: Path) -> Scene:
    return scene_of(planned(folder / "p"), prefix=("prlimit", "--nofile=10"))


def file_where_workspaces_go(folder: Path) -> Scene:
    repo = planned(folder / "p")
    repo.write(".worktrees", "mine\n")
    return scene_of(repo)


def workspaces_behind_a_link(folder: Path) -> Scene:
    repo = planned(folder / "p")
    (folder / "elsewhere").mkdir()
    (repo.path / ".worktrees").symlink_to(folder / "elsewhere")
    return scene_of(repo)

"""Repositories inside a workspace: git runs in them with their own configuration."""

from __future__ import annotations

import os
import subprocess

import pytest
from extent import some

from hostile.canaries import Canary, springs
from hostile.stages import Scene, tour
from repository import Repo


def nested(scene: Scene, canary: Canary) -> Repo:
    """Makes a repository in the workspace that runs the canary whenever git looks into it."""
    folder = scene.folder / "nested"
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    repo = Repo(folder)
    repo.write("a.txt", "a\n")
    repo.commit("Start")
    repo.git("config", "core.fsmonitor", canary.program)
    repo.git("config", "filter.evil.clean", canary.program)
    repo.write(".git/info/attributes", "* filter=evil\n")
    repo.write("a.txt", "b\n")
    return repo


@pytest.mark.parametrize("where", some(("staged", "committed", "untracked"), "staged"))
def test_a_repository_inside_the_workspace_is_not_entered(
    scene: Scene, canary: Canary, where: str
) -> None:
    inner = nested(scene, canary)
    canary.hush()
    if where != "untracked":
        link = f"160000,{inner.tip()},nested"
        scene.workspace.git("update-index", "--add", "--cacheinfo", link)
    if where == "committed":
        scene.workspace.git("commit", "--quiet", "--message", "Have a link")
    canary.hush()
    assert springs(canary, scene.folder, "git", "status") == (where != "untracked")
    guard = "gitlink" if where == "committed" else "nested_repository"
    code, facts = scene.project.move("WP01", "for_review").refusal
    assert (code, facts["guard"], canary.heard()) == ("TRANSITION_REJECTED", guard, [])
    told = tour(scene)
    assert (canary.heard(), "INTERNAL_ERROR" in told.values()) == ([], False)


def test_a_nested_repository_of_another_kind_is_refused_too(scene: Scene, canary: Canary) -> None:
    inner = nested(scene, canary)
    inner.path.rename(scene.folder / "real")
    (scene.folder / "nested").mkdir()
    (scene.folder / "nested/.git").write_text("gitdir: ../real/.git\n")
    (scene.folder / "nested/b.txt").write_text("b\n")
    canary.hush()
    code, facts = scene.project.move("WP01", "for_review").refusal
    assert (code, facts["guard"], canary.heard()) == (
        *("TRANSITION_REJECTED", "nested_repository"),
        [],
    )
    assert facts["paths"] == ["nested/", "real/"]


def test_a_hidden_clone_of_a_submodule_is_asked_without_running_anything(
    scene: Scene, canary: Canary
) -> None:
    inner = nested(scene, canary)
    link = f"160000,{inner.tip()},lib"
    scene.workspace.git("update-index", "--add", "--cacheinfo", link)
    scene.workspace.git("commit", "--quiet", "--message", "Have a link")
    (scene.folder / "lib").mkdir()
    clone = scene.git_dir / "modules/lib"
    clone.parent.mkdir()
    os.rename(inner.path / ".git", clone)
    for key in ("remote.evil.uploadpack", "core.sshCommand", "core.fsmonitor"):
        subprocess.run(["git", "--git-dir", clone, "config", key, canary.program], check=True)
    settings = {"remote.evil.promisor": "true", "remote.evil.url": str(canary.folder)}
    for key, value in settings.items():
        subprocess.run(["git", "--git-dir", clone, "config", key, value], check=True)
    canary.hush()
    missing = ("git", "--git-dir", clone, "cat-file", "-p", "ab" * 20)
    assert springs(canary, scene.folder, *missing)
    refused = scene.project.move("WP01", "for_review")
    assert (refused.refusal[1]["guard"], canary.heard()) == ("gitlink", [])

"""What an agent can do to the link between its workspace and the repository, and to its folder."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from extent import some

from hostile.canaries import IMPATIENCE_SECONDS, Canary, Outside, ordinary, springs
from hostile.stages import FINE, SHARED, Scene, tour
from project import SLUG
from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.work_trees.work_tree import WorkTree
from spec_kitty.adapters.workspaces.held import Held
from spec_kitty.adapters.workspaces.place import workspace_place
from spec_kitty.domain.refusals import Refusal


def hostile_repository(folder: Path, canary: Canary) -> Repo:
    """Makes a repository of the agent's own that runs the canary at every opportunity."""
    subprocess.run(["git", "init", "--quiet", folder], check=True)
    repo = Repo(folder)
    repo.write("a.txt", "a\n")
    repo.commit("Start")
    repo.git("config", "core.fsmonitor", canary.program)
    for kind in ("clean", "smudge"):
        repo.git("config", f"filter.evil.{kind}", canary.program)
    (folder / ".git/info").mkdir(exist_ok=True)
    (folder / ".git/info/attributes").write_text("* filter=evil\n")
    return repo


def rewritten(scene: Scene, hostile: Repo) -> None:
    (scene.folder / ".git").write_text(f"gitdir: {hostile.path}/.git\n")


def a_directory(scene: Scene, hostile: Repo) -> None:
    if (scene.folder / ".git").is_dir():
        return
    (scene.folder / ".git").unlink()
    shutil.copytree(hostile.path / ".git", scene.folder / ".git")


def a_link(scene: Scene, hostile: Repo) -> None:
    (scene.folder / ".git").unlink()
    (scene.folder / ".git").symlink_to(hostile.path / ".git")


def a_hostile_common_dir(scene: Scene, hostile: Repo) -> None:
    """Leaves the pointer, and makes what it points to lead elsewhere."""
    (scene.registration / "commondir").write_text(f"{hostile.path}/.git\n")


def settings_of_its_own(scene: Scene, hostile: Repo) -> None:
    scene.configure(("extensions.worktreeConfig", "true"), ("core.repositoryformatversion", "1"))
    shutil.copyfile(hostile.path / ".git/config", scene.registration / "config.worktree")


POINTERS = (a_directory, settings_of_its_own, rewritten, a_link, a_hostile_common_dir)


@pytest.mark.parametrize("trap", some(POINTERS, *POINTERS[:2]))
def test_a_link_to_a_hostile_repository_is_not_followed(
    scene: Scene, canary: Canary, outside: Outside, trap: Callable[[Scene, Repo], None]
) -> None:
    hostile = hostile_repository(outside.folder / "hostile", canary)
    canary.hush()
    trap(scene, hostile)
    assert springs(canary, scene.folder, "git", "status")
    before = outside.picture()
    inside = scene.say("status", "--feature", SLUG, within=scene.folder)

    def lay_again() -> None:
        if scene.folder.exists():
            trap(scene, hostile)

    told = tour(scene, lay_again)
    # Doctor finds the trap where it still stands; what it says is held in its own tests.
    assert {**told, "doctor": FINE["doctor"]} == FINE
    assert (canary.heard(), outside.picture()) == ([], before)
    assert inside.startswith("0\n034-cats\n")


def test_a_pointer_that_never_ends_is_not_read(scene: Scene) -> None:
    (scene.folder / ".git").unlink()
    os.mkfifo(scene.folder / ".git")
    assert not ordinary(scene.folder, "cat", ".git", limit_seconds=IMPATIENCE_SECONDS)
    assert tour(scene) == FINE


def test_a_link_in_the_workspaces_place_leads_nobody_outside(
    scene: Scene, canary: Canary, outside: Outside
) -> None:
    hostile_repository(outside.folder, canary)
    scene.folder.rename(scene.folder.with_name("hidden"))
    scene.folder.symlink_to(outside.folder)
    before = outside.picture()
    ordinary(scene.folder, "git", f"--git-dir={scene.git_dir}", "--work-tree=.", "checkout", ".")
    assert outside.picture() != before
    before = outside.picture()
    canary.hush()
    told = tour(scene)
    assert (canary.heard(), outside.picture()) == ([], before)
    assert (told["start"], told["done"]) == ("WORKSPACE_FAILED", "TRANSITION_REJECTED")
    assert "INTERNAL_ERROR" not in told.values()


def test_a_link_in_the_place_of_all_workspaces_leads_nobody_outside(
    scene: Scene, outside: Outside
) -> None:
    all_of_them = scene.folder.parent
    shutil.copytree(all_of_them, outside.folder / "worktrees", symlinks=True)
    shutil.rmtree(all_of_them)
    all_of_them.symlink_to(outside.folder / "worktrees")
    before = outside.picture()
    told = tour(scene)
    assert outside.picture() == before
    assert "INTERNAL_ERROR" not in told.values()
    assert told["start"] == "WORKSPACE_FAILED"


def test_a_link_that_takes_the_folders_place_at_the_last_moment_leads_nobody_outside(
    scene: Scene, outside: Outside
) -> None:
    git = Git(locate(str(scene.main.path)))
    place = workspace_place(git.location, SLUG, "WP01")
    moved, before = scene.folder.with_name("moved"), outside.picture()
    with Held(place) as held:
        assert held.path != place.folder, "this machine has no /proc: the promise is not kept here"
        scene.folder.rename(moved)
        scene.folder.symlink_to(outside.folder)
        there = (f"--git-dir={scene.registration}", f"--work-tree={place.folder}")
        ordinary(scene.main.path, "git", *there, "checkout", "--", "README.md")
        assert outside.picture() != before
        (outside.folder / "README.md").unlink()
        (moved / SHARED).unlink()
        WorkTree(git, held).write_files("read-tree", "--reset", "-u", "main")
    assert outside.picture() == before
    assert (moved / SHARED).exists()


@pytest.mark.parametrize("trap", [a_hostile_common_dir, settings_of_its_own])
def test_what_the_registration_says_at_the_last_moment_is_not_obeyed(
    scene: Scene, canary: Canary, trap: Callable[[Scene, Repo], None]
) -> None:
    hostile = hostile_repository(canary.folder / "hostile", canary)
    (scene.git_dir / "info").mkdir(exist_ok=True)
    (scene.git_dir / "info/attributes").write_text("* filter=evil\n")
    git = Git(locate(str(scene.main.path)))
    with Held(workspace_place(git.location, SLUG, "WP01")) as held:
        trap(scene, hostile)
        (scene.folder / SHARED).write_text("one\nWP01\nthree\n")
        assert springs(canary, scene.folder, "git", "status")
        listing = WorkTree(git, held).start_from(scene.branch)
        WorkTree(git, held).write_files("read-tree", "--reset", "-u", "main")
    assert canary.heard() == []
    assert listing.modified == {SHARED}


def test_a_workspace_that_is_held_again_is_not_found_through_a_link(
    scene: Scene, outside: Outside
) -> None:
    place = workspace_place(locate(str(scene.main.path)), SLUG, "WP01")
    scene.folder.rename(scene.folder.with_name("moved"))
    scene.folder.symlink_to(outside.folder)
    with Held(place) as held, pytest.raises(Refusal, match="is in the way of the workspace"):
        WorkTree(Git(locate(str(scene.main.path))), held).start_from("main")

"""What an agent can do to make a feature land where it must not, or by programs of its own.

Which checkout has the target is read from files in the repository's git dir, which an agent
without a sandbox can write.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from door import POLICY, Answer
from hostile.canaries import Canary, Outside, ordinary, springs
from hostile.stages import Scene
from project import SLUG


def accepted(scene: Scene) -> None:
    """Takes the feature to its acceptance; the main checkout leaves the target."""
    project = scene.project
    for package in ("WP01", "WP03"):
        assert project.move(package, "canceled", "bot", "--note", "No.").data
    assert project.api("accept-feature", "--actor", "bot", "--policy", POLICY).data
    scene.main.git("switch", "--quiet", "--create", "elsewhere")


def merge(scene: Scene) -> Answer:
    return scene.project.api("merge-feature", "--actor", "bot", "--policy", POLICY)


def registered(scene: Scene, folder: Path) -> Path:
    """Registers a worktree that is on the target; returns its git dir."""
    scene.main.git("worktree", "add", "--quiet", folder, "main")
    return scene.git_dir / "worktrees" / folder.name


def leads_to_a_hostile_repository(scene: Scene, git_dir: Path, canary: Canary) -> None:
    hostile = canary.folder / "hostile.git"
    subprocess.run(["git", "clone", "--quiet", "--bare", scene.main.path, hostile], check=True)
    for key in ("filter.evil.clean", "filter.evil.smudge", "core.fsmonitor"):
        subprocess.run(["git", "-C", hostile, "config", key, canary.program], check=True)
    (git_dir / "commondir").write_text(f"{hostile}\n")


def has_settings_of_its_own(scene: Scene, git_dir: Path, canary: Canary) -> None:
    scene.configure(("extensions.worktreeConfig", "true"), ("core.repositoryformatversion", "1"))
    named = (f"{kind} = {canary.program}\n" for kind in ("clean", "smudge", "process"))
    (git_dir / "config.worktree").write_text(
        "".join(['[filter "evil"]\n', *named, f"[core]\nfsmonitor = {canary.program}\n"])
    )


@pytest.mark.parametrize("trap", [leads_to_a_hostile_repository, has_settings_of_its_own])
def test_a_linked_checkout_of_the_target_starts_no_program_of_its_own(
    scene: Scene,
    canary: Canary,
    tmp_path: Path,
    trap: Callable[[Scene, Path, Canary], None],
) -> None:
    accepted(scene)
    git_dir = registered(scene, tmp_path / "linked")
    trap(scene, git_dir, canary)
    (scene.git_dir / "info").mkdir(exist_ok=True)
    (scene.git_dir / "info/attributes").write_text("* filter=evil\n")
    assert springs(canary, tmp_path / "linked", "git", "status")
    answer = merge(scene)
    assert (canary.heard(), answer.error) == ([], "PREFLIGHT_FAILED")


def test_a_workspace_that_says_it_is_on_the_target_is_no_place_to_land(
    scene: Scene, canary: Canary
) -> None:
    project = scene.project
    project.move("WP01", "canceled", "bot", "--note", "No.")
    project.move("WP03", "canceled", "bot", "--note", "No.")
    assert project.api("accept-feature", "--actor", "bot", "--policy", POLICY).data
    scene.main.git("switch", "--quiet", "--create", "elsewhere")
    folder = project.workspace("WP02")
    git_dir = scene.git_dir / "worktrees" / folder.name
    (git_dir / "HEAD").write_text("ref: refs/heads/main\n")
    has_settings_of_its_own(scene, git_dir, canary)
    assert springs(canary, folder, "git", "status")
    answer = merge(scene)
    assert (canary.heard(), answer.error) == ([], "PREFLIGHT_FAILED")
    assert "which is a workspace. Switch that back to its own branch" in answer.message


def test_a_made_up_worktree_does_not_make_us_write_outside(scene: Scene, outside: Outside) -> None:
    accepted(scene)
    made_up = scene.git_dir / "worktrees" / "made-up"
    made_up.mkdir()
    (made_up / "HEAD").write_text("ref: refs/heads/main\n")
    (made_up / "commondir").write_text("../..\n")
    (made_up / "gitdir").write_text(f"{outside.folder}/.git\n")
    shutil.copyfile(scene.git_dir / "index", made_up / "index")
    before = outside.picture()
    there = ("git", f"--git-dir={made_up}", f"--work-tree={outside.folder}")
    ordinary(outside.folder, *there, "checkout", "--", "README.md")
    assert outside.picture() != before
    before = outside.picture()
    answer = merge(scene)
    assert (answer.error, outside.picture()) == ("PREFLIGHT_FAILED", before)
    assert "do not lead to each other" in answer.message


def test_a_link_in_the_targets_checkout_is_not_written_through(
    scene: Scene, outside: Outside
) -> None:
    project = scene.project
    (scene.folder / "out").mkdir()
    project.work("WP01", "out/secret.txt", "landed\n")
    scene.workspace.git("checkout", "--quiet", f"refs/heads/{SLUG}", "--", "src")
    assert project.move("WP01", "for_review").data
    assert project.approve("WP01").data
    project.move("WP03", "canceled", "bot", "--note", "No.")
    assert project.api("accept-feature", "--actor", "bot", "--policy", POLICY).data
    (scene.main.path / "out").symlink_to(outside.folder)
    (scene.git_dir / "info/exclude").write_text("out\n.worktrees\n")
    before = outside.picture()
    ordinary(scene.main.path, "cp", scene.folder / "out/secret.txt", "out/secret.txt")
    assert outside.picture() != before
    before = outside.picture()
    answer = merge(scene)
    assert (answer.error, outside.picture()) == ("PREFLIGHT_FAILED", before)

"""Tables of what happens to a workspace behind the host's back: its folder, link and branch."""

from __future__ import annotations

import shutil
import subprocess

from moments.stages import BRANCH, Stage
from repository import Repo


def deleted(stage: Stage) -> None:
    shutil.rmtree(stage.workspace.path)


def deleted_with_registration(stage: Stage) -> None:
    deleted(stage)
    shutil.rmtree(stage.registration)


def unregistered(stage: Stage) -> None:
    shutil.rmtree(stage.registration)


def removed_by_git(stage: Stage) -> None:
    stage.repo.git("worktree", "remove", "--force", "--force", stage.workspace.path)


def pruned(stage: Stage) -> None:
    stage.repo.git("worktree", "unlock", stage.workspace.path)
    deleted(stage)
    stage.repo.git("worktree", "prune")


def unlocked(stage: Stage) -> None:
    stage.repo.git("worktree", "unlock", stage.workspace.path)


def moved_by_hand(stage: Stage) -> None:
    stage.workspace.path.rename(stage.base / "moved")


def moved_by_git(stage: Stage) -> None:
    words = ("worktree", "move", "--force", "--force")
    stage.repo.git(*words, stage.workspace.path, stage.base / "moved")


def moved_and_repaired(stage: Stage) -> None:
    moved_by_hand(stage)
    stage.repo.git("worktree", "repair", stage.base / "moved")


def emptied(stage: Stage) -> None:
    for path in stage.workspace.path.iterdir():
        if path.name != ".git":
            shutil.rmtree(path) if path.is_dir() else path.unlink()


def without_pointer(stage: Stage) -> None:
    (stage.workspace.path / ".git").unlink()


def pointing_elsewhere(stage: Stage) -> None:
    other = stage.base / "other"
    subprocess.run(["git", "init", "--quiet", other], check=True)
    stage.workspace.write(".git", f"gitdir: {other}/.git\n")


def pointing_nowhere(stage: Stage) -> None:
    stage.workspace.write(".git", "gitdir: /nowhere/at/all\n")


def pointing_with_garbage(stage: Stage) -> None:
    stage.workspace.write(".git", b"\xff\0 no pointer")


def a_repository_of_its_own(stage: Stage) -> None:
    without_pointer(stage)
    own = Repo(stage.workspace.path)
    own.git("init", "--quiet")
    own.commit("Start anew here")


def replaced_by_a_file(stage: Stage) -> None:
    moved_by_hand(stage)
    stage.workspace.path.write_text("a person's file\n")


def replaced_by_a_link(stage: Stage) -> None:
    moved_by_hand(stage)
    stage.workspace.path.symlink_to(stage.base / "moved")


def replaced_by_a_folder(stage: Stage) -> None:
    moved_by_hand(stage)
    stage.workspace.write("other.txt", "a person's other file\n")


def replaced_by_a_repository(stage: Stage) -> None:
    replaced_by_a_folder(stage)
    own = Repo(stage.workspace.path)
    own.git("init", "--quiet")
    own.commit("Something else")


def all_workspaces_gone(stage: Stage) -> None:
    shutil.rmtree(stage.repo.path / ".worktrees")


def all_workspaces_a_link(stage: Stage) -> None:
    folder = stage.repo.path / ".worktrees"
    folder.rename(stage.base / "on-another-disk")
    folder.symlink_to(stage.base / "on-another-disk")


def detached(stage: Stage) -> None:
    stage.workspace.git("checkout", "--quiet", "--detach")


def on_another_branch(stage: Stage) -> None:
    stage.workspace.git("switch", "--quiet", "-c", "mine")


def on_another_branch_with_commits(stage: Stage) -> None:
    on_another_branch(stage)
    stage.workspace.write("other.py", "other = 1\n")
    stage.workspace.commit("On a branch of my own")


def _conflicting(stage: Stage) -> None:
    """Makes a branch `rival` that does not go together with the work of WP01."""
    stage.workspace.commit("Keep what is here")
    base = stage.workspace.git("merge-base", "main", "HEAD")
    stage.workspace.git("switch", "--quiet", "-c", "rival", base)
    stage.workspace.write("cat.py", "bark = 1\n")
    stage.workspace.commit("Bark")
    stage.workspace.git("switch", "--quiet", BRANCH)


def _half_done(stage: Stage, *words: str) -> None:
    _conflicting(stage)
    ended = subprocess.run(
        ["git", *words, "rival"], cwd=stage.workspace.path, capture_output=True, check=False
    )
    assert ended.returncode != 0, ended


def rebasing(stage: Stage) -> None:
    _half_done(stage, "rebase")


def merging(stage: Stage) -> None:
    _half_done(stage, "merge")


def cherry_picking(stage: Stage) -> None:
    _half_done(stage, "cherry-pick")


def bisecting(stage: Stage) -> None:
    stage.workspace.commit("Keep what is here")
    stage.workspace.git("bisect", "start", "HEAD", "main~1")


def index_locked(stage: Stage) -> None:
    (stage.registration / "index.lock").write_bytes(b"")


def registration_a_file(stage: Stage) -> None:
    shutil.rmtree(stage.registration)
    stage.registration.write_text("not a folder\n")


def registration_with_garbage(stage: Stage) -> None:
    for name in ("HEAD", "gitdir", "commondir", "index"):
        (stage.registration / name).write_bytes(b"\xff garbage\n")


WORKSPACE_MOMENTS = (
    deleted,
    deleted_with_registration,
    unregistered,
    removed_by_git,
    pruned,
    unlocked,
    moved_by_hand,
    moved_by_git,
    moved_and_repaired,
    emptied,
    without_pointer,
    pointing_elsewhere,
    pointing_nowhere,
    pointing_with_garbage,
    a_repository_of_its_own,
    replaced_by_a_file,
    replaced_by_a_link,
    replaced_by_a_folder,
    replaced_by_a_repository,
    all_workspaces_gone,
    all_workspaces_a_link,
    detached,
    on_another_branch,
    on_another_branch_with_commits,
    rebasing,
    merging,
    cherry_picking,
    bisecting,
    index_locked,
    registration_a_file,
    registration_with_garbage,
)

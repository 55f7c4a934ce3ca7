"""Whose a lock of git's may be: a process that has it open, or a git at work here from anywhere."""

import subprocess
from pathlib import Path

from repository import Repo
from spec_kitty.adapters.refs.lock_owners import busy, is_released, owner_of

REF = "refs/heads/cats"


def owner(repo: Repo, path: Path) -> int | None:
    found = owner_of(str(repo.path / ".git"), str(path))
    return None if found is None else found.process


def git_with_a_lock(folder: Path) -> subprocess.Popen[str]:
    """Starts a git in a folder that stays in the middle of a transaction."""
    pipe = subprocess.PIPE
    git = subprocess.Popen(
        ["git", "update-ref", "--stdin"], cwd=folder, stdin=pipe, stdout=pipe, text=True
    )
    assert git.stdin is not None
    assert git.stdout is not None
    git.stdin.write(f"start\ncreate {REF} HEAD\nprepare\n")
    git.stdin.flush()
    assert [git.stdout.readline(), git.stdout.readline()] == ["start: ok\n", "prepare: ok\n"]
    return git


def test_a_git_in_a_worktree_elsewhere_may_hold_it(repo: Repo, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", tmp_path / "elsewhere")
    lock = repo.path / ".git" / f"{REF}.lock"
    with git_with_a_lock(tmp_path / "elsewhere") as git:
        assert lock.exists()
        assert owner(repo, lock) == git.pid
        assert (
            f"Process {git.pid} (git update-ref --stdin)"
            in busy(str(repo.path / ".git"), str(lock)).message
        )
        git.kill()


def test_a_git_in_another_repository_does_not(repo: Repo, tmp_path: Path) -> None:
    other = Repo(tmp_path / "other")
    other.path.mkdir()
    other.git("init", "--quiet")
    other.git("commit", "--quiet", "--allow-empty", "--message", "Start")
    with git_with_a_lock(other.path) as git:
        assert owner(repo, repo.path / ".git" / f"{REF}.lock") is None
        git.kill()


def test_a_git_that_only_reads_does_not(repo: Repo) -> None:
    pipe = subprocess.PIPE
    words = ["git", "cat-file", "--batch"]
    with subprocess.Popen(words, cwd=repo.path, stdin=pipe, stdout=pipe) as git:
        assert git.stdin is not None
        assert git.stdout is not None
        git.stdin.write(b"HEAD\n")
        git.stdin.flush()
        assert git.stdout.readline()
        assert owner(repo, repo.path / ".git/index.lock") is None


def test_a_lock_that_is_replaced_counts_as_released(repo: Repo) -> None:
    lock = repo.write(".git/index.lock", "")
    assert not is_released(str(lock), 0.0)

    lock.unlink()

    assert is_released(str(lock), 0.0)

"""Where a repository lies: the same answer from wherever it is asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from repository import Repo, make_repo
from spec_kitty.adapters.git.location import Location, locate
from spec_kitty.domain.refusals import ErrorCode, Refusal

Made = tuple[Path, Path | None]


def ordinary(folder: Path) -> Made:
    repo = make_repo(folder / "project")
    return repo.path / ".git", repo.path


def bare(folder: Path) -> Made:
    make_repo(folder / "project").git("clone", "--quiet", "--bare", ".", folder / "bare.git")
    return folder / "bare.git", None


def bare_in_dot_git(folder: Path) -> Made:
    make_repo(folder / "project").git("clone", "--quiet", "--bare", ".", folder / "top/.git")
    return folder / "top/.git", None


def bare_beside_a_pointer(folder: Path) -> Made:
    make_repo(folder / "project").git("clone", "--quiet", "--bare", ".", folder / "top/.bare")
    (folder / "top/.git").write_text("gitdir: ./.bare\n")
    return folder / "top/.bare", None


def checkout_elsewhere(folder: Path) -> Made:
    repo = make_repo(folder / "project")
    (folder / "elsewhere").mkdir()
    repo.git("config", "core.worktree", "../../elsewhere")
    return repo.path / ".git", folder / "elsewhere"


def submodule(folder: Path) -> Made:
    inner, outer = make_repo(folder / "inner"), make_repo(folder / "outer")
    words = ("-c", "protocol.file.allow=always", "submodule", "--quiet", "add")
    outer.git(*words, str(inner.path), "sub")
    return outer.path / ".git/modules/sub", outer.path / "sub"


def git_dir_apart(folder: Path) -> Made:
    repo = make_repo(folder / "project")
    repo.git("init", "--quiet", "--separate-git-dir", folder / "apart.git")
    return folder / "apart.git", repo.path


def git_dir_behind_a_link(folder: Path) -> Made:
    repo = make_repo(folder / "project")
    (repo.path / ".git").rename(folder / "apart")
    (repo.path / ".git").symlink_to(folder / "apart")
    return folder / "apart", repo.path


KINDS = [
    ordinary,
    bare,
    bare_in_dot_git,
    bare_beside_a_pointer,
    checkout_elsewhere,
    submodule,
    git_dir_apart,
    git_dir_behind_a_link,
]


def workspace_of(git_dir: Path, checkout: Path | None) -> Path:
    """Makes a linked worktree where the host makes its workspaces."""
    folder = (checkout or git_dir.parent) / ".worktrees" / "034-cats-WP01"
    words = ("worktree", "add", "--quiet", "--detach", str(folder))
    Repo(git_dir.parent).git(f"--git-dir={git_dir}", *words)
    return folder


@pytest.mark.parametrize("make", KINDS)
def test_the_place_is_the_same_from_the_checkout_and_from_a_workspace(
    make: Callable[[Path], Made], tmp_path: Path
) -> None:
    git_dir, checkout = make(tmp_path)
    expected = Location(str(git_dir), str(checkout) if checkout else None)
    starts = [checkout] if checkout is not None and (checkout / ".git").exists() else []
    starts += [git_dir] if make not in (git_dir_apart, git_dir_behind_a_link) else []

    assert [locate(str(start)) for start in starts] == [expected] * len(starts)
    workspace = workspace_of(git_dir, checkout)
    (workspace / "deep").mkdir()
    assert locate(str(workspace / "deep")) == expected


def test_a_workspace_is_not_believed_about_whose_it_is(repo: Repo, tmp_path: Path) -> None:
    workspace = workspace_of(repo.path / ".git", repo.path)
    other = make_repo(tmp_path / "other")
    (workspace / ".git").write_text(f"gitdir: {other.path}/.git\n")

    assert locate(str(workspace)) == Location(str(repo.path / ".git"), str(repo.path))


def test_a_repository_of_its_own_beside_the_workspaces_is_itself(repo: Repo) -> None:
    own = make_repo(repo.path / ".worktrees" / "mine")

    assert locate(str(own.path)) == Location(str(own.path / ".git"), str(own.path))


def refused(start: Path) -> tuple[ErrorCode, str]:
    with pytest.raises(Refusal) as caught:
        locate(str(start))
    return caught.value.code, caught.value.message


def test_a_git_dir_apart_is_refused_where_nothing_says_whose_it_is(tmp_path: Path) -> None:
    git_dir_apart(tmp_path)
    Repo(tmp_path / "project").git("worktree", "add", "--quiet", "--detach", tmp_path / "linked")

    code, message = refused(tmp_path / "linked")

    assert code is ErrorCode.ENVIRONMENT_UNSUPPORTED
    assert message.endswith("Run the command in the main checkout.")


def test_a_pointer_to_nowhere_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".git").write_text("gitdir: nowhere\n")

    code, message = refused(tmp_path)

    assert code is ErrorCode.NOT_A_PROJECT
    assert "'git worktree repair'" in message


def test_a_checkout_that_is_not_there_is_refused(repo: Repo) -> None:
    repo.git("config", "core.worktree", "/nowhere")

    code, message = refused(repo.path)

    assert code is ErrorCode.ENVIRONMENT_UNSUPPORTED
    assert "core.worktree names /nowhere" in message

from collections.abc import Iterator
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.checks.scratch import ProjectChecks
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git

SLUG = "034-cats"


@pytest.fixture
def checks(repo: Repo) -> ProjectChecks:
    return ProjectChecks(Git(locate(str(repo.path))))


def worktrees(repo: Repo) -> int:
    return repo.git("worktree", "list", "--porcelain").count("worktree ")


@pytest.fixture
def older(repo: Repo) -> Iterator[str]:
    """A commit with a file that the checkout does not have any more."""
    repo.write("old.txt", "old\n")
    commit = repo.commit()
    repo.git("rm", "--quiet", "old.txt")
    repo.commit()
    yield commit
    assert (worktrees(repo), repo.status()) == (1, "")


def test_a_check_sees_the_commit_and_nothing_else(
    repo: Repo, checks: ProjectChecks, older: str
) -> None:
    repo.write("untracked.txt", "mine\n")
    with checks.scratch(SLUG, older) as folder:
        outcome = checks.run("ls -A; git rev-parse HEAD", folder, 60.0)
    (repo.path / "untracked.txt").unlink()

    assert outcome.output_tail.split() == [".git", ".kittify", "old.txt", older]
    assert not Path(folder).exists()


def test_it_goes_away_when_the_check_raises(checks: ProjectChecks, older: str) -> None:
    with pytest.raises(KeyError), checks.scratch(SLUG, older) as folder:
        raise KeyError

    assert not Path(folder).exists()


def test_files_that_cannot_be_written_go_away_too(checks: ProjectChecks, older: str) -> None:
    with checks.scratch(SLUG, older) as folder:
        checks.run("mkdir -p a/b && touch a/b/c && chmod 500 a/b a", folder, 60.0)

    assert not Path(folder).exists()


def test_what_a_killed_check_left_is_replaced(
    repo: Repo, checks: ProjectChecks, older: str
) -> None:
    left = checks.scratch(SLUG, older)
    folder = left.__enter__()
    Path(folder, "stale").write_text("")

    with checks.scratch(SLUG, repo.tip()) as again:
        names = sorted(path.name for path in Path(again).iterdir())

    assert (again, names) == (folder, [".git", ".kittify"])


def test_a_registration_without_a_folder_is_not_in_the_way(
    repo: Repo, checks: ProjectChecks, older: str
) -> None:
    left = checks.scratch(SLUG, older)
    repo.git("worktree", "add", "--quiet", "--detach", "../gone", older)
    folder = Path(left.__enter__())
    for path in sorted(folder.rglob("*"), reverse=True):
        path.rmdir() if path.is_dir() else path.unlink()
    folder.rmdir()

    with checks.scratch(SLUG, older) as again:
        assert (Path(again) / "old.txt").exists()

    repo.git("worktree", "remove", "../gone")


def test_no_hook_runs(repo: Repo, checks: ProjectChecks, older: str) -> None:
    hook = repo.path / ".git/hooks/post-checkout"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(f"#!/bin/sh\ntouch {repo.path}/.git/ran\n")
    hook.chmod(0o755)

    with checks.scratch(SLUG, older):
        pass

    assert not (repo.path / ".git/ran").exists()

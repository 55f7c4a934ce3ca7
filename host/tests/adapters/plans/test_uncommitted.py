import os

import pytest

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.plans.uncommitted import uncommitted

MAIN = "refs/heads/main"


@pytest.fixture
def git(repo: Repo) -> Git:
    repo.write("kitty-specs/034-x/spec.md", "x")
    repo.write("kitty-specs/034-x/tasks/WP01-x.md", "x")
    repo.commit()
    return Git(locate(str(repo.path)))


def found(git: Git, repo: Repo, path: str = "kitty-specs/034-x") -> tuple[str, ...]:
    return uncommitted(git, str(repo.path), MAIN, path)


def test_a_committed_plan_has_nothing_uncommitted(git: Git, repo: Repo) -> None:
    repo.write("elsewhere", "x")
    assert found(git, repo) == ()


def test_new_changed_staged_and_deleted_files_are_uncommitted(git: Git, repo: Repo) -> None:
    folder = "kitty-specs/034-x"
    repo.write(f"{folder}/spec.md", "changed")
    repo.write(f"{folder}/new folder/né\nw", "x")
    repo.write(f"{folder}/staged", "x")
    repo.git("add", f"{folder}/staged")
    (repo.path / folder / "tasks/WP01-x.md").unlink()
    assert sorted(found(git, repo)) == [
        f"{folder}/new folder/né\nw",
        f"{folder}/spec.md",
        f"{folder}/staged",
        f"{folder}/tasks/WP01-x.md",
    ]


def test_a_moved_file_is_told_under_both_names(git: Git, repo: Repo) -> None:
    repo.git("mv", "kitty-specs/034-x/spec.md", "kitty-specs/034-x/moved.md")
    assert sorted(found(git, repo)) == [
        "kitty-specs/034-x/moved.md",
        "kitty-specs/034-x/spec.md",
    ]


def test_a_feature_that_is_on_disk_only_is_found(git: Git, repo: Repo) -> None:
    repo.write("kitty-specs/035-new/spec.md", "x")
    assert found(git, repo, "kitty-specs") == ("kitty-specs/035-new/spec.md",)
    assert found(git, repo, "kitty-specs/035-new") == ("kitty-specs/035-new/spec.md",)


def test_a_checkout_of_another_branch_says_nothing(git: Git, repo: Repo) -> None:
    repo.git("switch", "--quiet", "--create", "other")
    repo.write("kitty-specs/034-x/spec.md", "changed")
    assert found(git, repo) == ()
    repo.git("checkout", "--quiet", "--detach")
    assert found(git, repo) == ()


def test_a_linked_checkout_is_judged_by_its_own_head_and_index(git: Git, repo: Repo) -> None:
    repo.git("switch", "--quiet", "--create", "other")
    repo.git("worktree", "add", "--quiet", "../linked", "main")
    linked = Repo(repo.path.parent / "linked")
    linked.write("kitty-specs/034-x/staged", "x")
    linked.git("add", ".")
    assert found(git, linked) == ("kitty-specs/034-x/staged",)


def test_looking_changes_nothing_in_the_git_dir(git: Git, repo: Repo) -> None:
    index = repo.path / ".git" / "index"
    os.utime(repo.path / "kitty-specs/034-x/spec.md", (1, 1))
    before = index.read_bytes()
    assert found(git, repo) == ()
    assert index.read_bytes() == before

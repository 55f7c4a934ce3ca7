from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.objects import GitObjects
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.refs.branches import GitBranches


@pytest.fixture
def branches(repo: Repo) -> Iterator[GitBranches]:
    git = Git(locate(str(repo.path)))
    objects = GitObjects(git)
    yield GitBranches(git, objects)
    objects.close()


def test_a_branch_has_the_commit_that_it_has_now(repo: Repo, branches: GitBranches) -> None:
    first = repo.tip()
    assert branches.value("refs/heads/main") == first
    repo.write("a", "a\n")
    assert branches.value("refs/heads/main") != repo.commit() == branches.value("refs/heads/main")


@pytest.mark.parametrize("name", ["refs/heads/nowhere", "refs/heads/main:.kittify", "0" * 40])
def test_what_is_no_commit_has_no_value(repo: Repo, branches: GitBranches, name: str) -> None:
    assert branches.value(name) is None


def test_a_tag_of_the_same_name_is_not_the_branch(repo: Repo, branches: GitBranches) -> None:
    first = repo.tip()
    repo.write("a", "a\n")
    second = repo.commit()
    repo.git("tag", "main", first)

    assert branches.value("refs/heads/main") == second


def test_the_default_branch_is_what_the_remote_says(repo: Repo, branches: GitBranches) -> None:
    assert branches.default_branch() == "main"
    repo.git("branch", "trunk")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")

    assert branches.default_branch() == "trunk"


def test_a_default_branch_that_is_not_here_does_not_count(
    repo: Repo, branches: GitBranches
) -> None:
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/trunk")

    assert branches.default_branch() == "main"


def test_between_main_and_master_there_is_no_choice(repo: Repo, branches: GitBranches) -> None:
    repo.git("branch", "master")

    assert branches.default_branch() is None


def test_the_branch_of_the_checkout_may_have_no_commit(repo: Repo, branches: GitBranches) -> None:
    repo.git("checkout", "--quiet", "--orphan", "fresh")
    assert branches.head_branch() == "fresh"
    repo.git("checkout", "--quiet", "--force", "--detach", "main")
    assert branches.head_branch() is None


def test_commits_are_related_as_git_says(repo: Repo, branches: GitBranches) -> None:
    base = repo.tip()
    repo.write("a", "a\n")
    one = repo.commit()
    repo.git("checkout", "--quiet", "--detach", base)
    repo.write("b", "b\n")
    other = repo.commit()
    repo.git("checkout", "--quiet", "--orphan", "alone")
    alone = repo.commit("Alone")

    assert branches.is_ancestor(base, one)
    assert branches.is_ancestor(one, one)
    assert not branches.is_ancestor(one, base)
    assert not branches.is_ancestor(one, other)
    assert branches.merge_base(one, other) == base
    assert branches.merge_base(one, one) == one
    assert branches.merge_base(one, alone) is None


def test_far_commits_are_related_as_near_ones_and_through_second_parents(
    repo: Repo, branches: GitBranches
) -> None:
    base, tree = repo.tip(), repo.git("rev-parse", "HEAD^{tree}")
    far = base
    for _ in range(35):
        far = repo.git("commit-tree", tree, "-p", far, "-m", "Step")
    aside = repo.git("commit-tree", tree, "-p", base, "-m", "Aside")
    merge = repo.git("commit-tree", tree, "-p", far, "-p", aside, "-m", "Merge")

    assert branches.is_ancestor(base, far)
    assert branches.merge_base(base, far) == base
    assert branches.merge_base(aside, merge) == aside
    assert not branches.is_ancestor(far, aside)


def test_a_shallow_clone_is_asked_about_as_far_as_it_goes(repo: Repo, tmp_path: Path) -> None:
    first = repo.tip()
    repo.write("a", "a\n")
    last = repo.commit()
    repo.git("clone", "--quiet", "--depth=1", repo.path.as_uri(), str(tmp_path / "clone"))
    git = Git(locate(str(tmp_path / "clone")))
    with closing(GitObjects(git)) as objects:
        branches = GitBranches(git, objects)
        assert branches.value(first) is None
        alone = git.line("commit-tree", f"{last}^{{tree}}", "-m", "Alone")
        assert not branches.is_ancestor(alone, last)
        assert branches.merge_base(alone, last) is None


def test_a_commit_has_a_tree(repo: Repo, branches: GitBranches) -> None:
    assert branches.tree_of(repo.tip()) == repo.git("rev-parse", "HEAD^{tree}")
    with pytest.raises(LookupError):
        branches.tree_of("0" * 40)

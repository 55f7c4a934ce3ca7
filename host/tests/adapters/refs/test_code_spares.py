"""What is new on a branch has second names, and what a prune took comes back by them."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from repository import Repo, make_repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.refs.code_spares import CodeSpares
from spec_kitty.adapters.refs.durability import sync_object_names
from spec_kitty.adapters.refs.prune_watch import PruneWatch
from spec_kitty.application.ports import ObjectsPruned


@pytest.fixture
def repo(tmp_path: Path) -> Repo:
    made = make_repo(tmp_path / "repo")
    made.write("README.md", "# Cats\n")
    made.commit("Cats")
    return made


def git_of(repo: Repo) -> Git:
    return Git(locate(str(repo.path)))


def made(repo: Repo) -> str:
    """Makes a commit that no ref holds."""
    repo.write("cat.py", "meow = 1\n")
    repo.git("add", "cat.py")
    tree = repo.git("write-tree")
    repo.git("reset", "--quiet", "--hard")
    return str(repo.git("commit-tree", tree, "-p", "HEAD", "-m", "Meow"))


def protect(repo: Repo, commit: str, longest_seconds: float = 3600.0) -> CodeSpares:
    git = git_of(repo)
    spares = CodeSpares(git, longest_seconds)
    spares.protect(partial(sync_object_names, git, commit, "HEAD"))
    return spares


def watch(repo: Repo) -> PruneWatch:
    return PruneWatch(str(repo.path / ".git"))


def prune(repo: Repo) -> None:
    repo.git("prune", "--expire=now")


def is_there(repo: Repo, commit: str) -> bool:
    objects = ("rev-list", "--objects", "--no-object-names", commit, "--not", "HEAD")
    try:
        return len(repo.git(*objects).split()) == 3
    except AssertionError:
        return False


def test_what_a_prune_takes_comes_back(repo: Repo) -> None:
    commit = made(repo)
    spares = protect(repo, commit)
    prune(repo)
    assert (is_there(repo, commit), watch(repo).saw_one) == (False, True)

    spares.heal()

    assert (is_there(repo, commit), watch(repo).saw_one) == (True, False)


def test_what_is_gone_for_good_is_told(repo: Repo) -> None:
    commit = made(repo)
    prune(repo)

    with pytest.raises(ObjectsPruned):
        protect(repo, commit)


def test_a_file_of_a_commit_that_is_gone_for_good_is_told(repo: Repo) -> None:
    commit = made(repo)
    blob = repo.git("rev-parse", f"{commit}:cat.py")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(ObjectsPruned, match=blob):
        protect(repo, commit)


def test_what_is_packed_needs_no_second_name(repo: Repo) -> None:
    commit = made(repo)
    repo.git("branch", "packed", commit)
    repo.git("repack", "-a", "-d", "-q")

    spares = protect(repo, commit)

    assert spares.oids() == []


def test_second_names_are_forgotten_when_every_prune_must_have_ended(repo: Repo) -> None:
    commit = made(repo)
    assert len(protect(repo, commit).oids()) == 3
    repo.git("branch", "moved", commit)
    repo.git("repack", "-a", "-d", "-q")

    spares = protect(repo, commit, longest_seconds=0.0)

    assert spares.oids() == []


@pytest.mark.parametrize("object_format", ["sha1", "sha256"])
def test_the_guards_stand_in_the_first_folder_and_in_the_last(
    tmp_path: Path, object_format: str
) -> None:
    path = tmp_path / object_format
    path.mkdir()
    repo = Repo(path)
    repo.git("init", "--quiet", f"--object-format={object_format}")
    guards = watch(repo)
    assert (guards.is_set, guards.saw_one) == (False, False)

    guards.set()

    folders = {file.parent.name for file in (path / ".git/objects").glob("??/*")}
    assert (folders, guards.is_set, guards.saw_one) == ({"00", "ff"}, True, False)
    repo.git("fsck", "--strict")


def test_a_prune_on_its_way_is_seen_until_it_has_passed_the_last_folder(repo: Repo) -> None:
    guards = watch(repo)
    guards.set()
    standing = {file.parent.name: file for file in (repo.path / ".git/objects").glob("??/*")}

    standing["00"].unlink()
    guards.set()
    assert guards.saw_one

    standing["ff"].unlink()
    guards.set()
    assert not guards.saw_one

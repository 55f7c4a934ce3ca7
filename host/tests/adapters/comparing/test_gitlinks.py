from pathlib import Path

import pytest

from repository import Repo, make_repo
from spec_kitty.adapters.comparing.changes import changes
from spec_kitty.adapters.comparing.gitlinks import missing_gitlinks
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git


@pytest.fixture
def library(tmp_path: Path) -> Repo:
    made = make_repo(tmp_path / "library")
    made.write("lib.py", "lib = 1\n")
    made.commit()
    return made


@pytest.fixture
def with_submodule(repo: Repo, library: Repo) -> Repo:
    """A project with the library as the submodule `books`, whose name is not its path."""
    allow = ("-c", "protocol.file.allow=always")
    words = ("submodule", "--quiet", "add", "--name", "the library", str(library.path), "books")
    repo.git(*allow, *words)
    repo.commit("Add the library")
    return repo


def missing(repo: Repo, link: str, path: str = "books") -> tuple[str, ...]:
    """Commits the path as a link to a commit and asks whether that can be had."""
    base = repo.tip()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{link},{path}")
    repo.git("commit", "--quiet", "--message", "Link")
    git = Git(locate(str(repo.path)))
    return missing_gitlinks(git, repo.tip(), changes(git, base, repo.tip()))


def test_a_commit_that_the_remote_has_is_fine(with_submodule: Repo, library: Repo) -> None:
    library.write("lib.py", "lib = 2\n")
    newer = library.commit()
    with_submodule.git("-C", "books", "fetch", "--quiet")

    assert missing(with_submodule, newer) == ()


def test_a_commit_that_only_this_clone_has_is_missing(with_submodule: Repo) -> None:
    books = Repo(with_submodule.path / "books")
    books.write("lib.py", "lib = 3\n")

    assert missing(with_submodule, books.commit()) == ("books",)


def test_a_commit_that_nobody_has_is_missing(with_submodule: Repo) -> None:
    assert missing(with_submodule, "1" * 40) == ("books",)


def test_a_link_without_a_submodule_is_missing(repo: Repo) -> None:
    assert missing(repo, repo.tip(), "nested") == ("nested",)


def test_a_submodules_name_cannot_lead_elsewhere(repo: Repo, library: Repo) -> None:
    text = f'[submodule "../../{library.path.name}/.git"]\n\tpath = books\n\turl = x\n'
    repo.write(".gitmodules", text)
    repo.commit("Mislead")

    assert missing(repo, library.tip()) == ("books",)


def test_a_removed_submodule_is_none_of_its_business(with_submodule: Repo) -> None:
    base = with_submodule.tip()
    with_submodule.git("rm", "--quiet", "books")
    with_submodule.commit("No books")
    git = Git(locate(str(with_submodule.path)))

    found = missing_gitlinks(git, with_submodule.tip(), changes(git, base, with_submodule.tip()))

    assert found == ()

from collections.abc import Iterator

import pytest

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.objects import GitObjects
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.repository import Repository
from spec_kitty.domain.people import Person


@pytest.fixture
def repository(repo: Repo) -> Iterator[Repository]:
    git = Git(locate(str(repo.path)))
    objects = GitObjects(git)
    yield Repository(git, objects)
    objects.close()


def test_a_commit_is_the_persons_and_moves_nothing(repo: Repo, repository: Repository) -> None:
    tree = repo.git("rev-parse", "HEAD^{tree}")
    refs = repo.git("for-each-ref")

    made = repository.commit(tree, (repo.tip(),), "Subject\n\nBody\n")

    shape = "--format=%an <%ae> %cn <%ce>%n%T %P%n%B"
    assert repo.git("log", "-1", shape, made).rstrip("\n") == (
        "Alice Example <alice@example.org> Alice Example <alice@example.org>\n"
        f"{tree} {repo.tip()}\nSubject\n\nBody"
    )
    assert repository.person() == Person("Alice Example", "alice@example.org")
    assert repo.git("for-each-ref") == refs


def test_entries_are_those_of_the_paths_that_there_are(repo: Repo, repository: Repository) -> None:
    repo.write("a b/\u00e9\t\n", "one\n")
    repo.write("run", "two\n").chmod(0o755)
    commit = repo.commit()
    oids = [repo.git("hash-object", "--stdin", stdin=text) for text in ("one\n", "two\n")]

    found = repository.entries(commit, ["a b/\u00e9\t\n", "run", "nowhere"])

    assert found == {"a b/\u00e9\t\n": ("100644", oids[0]), "run": ("100755", oids[1])}
    assert repository.entries(commit, []) == {}
    assert repository.blob(oids[0]) == b"one\n"

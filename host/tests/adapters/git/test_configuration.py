import os
from pathlib import Path

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git


def git_of(repo: Repo) -> Git:
    return Git(locate(str(repo.path)))


def test_the_last_of_several_values_wins_and_a_bare_name_is_true(repo: Repo) -> None:
    with open(repo.path / ".git" / "config", "a") as file:
        file.write('[Cat "Tom X"]\n\tsays = meow\n\tsays = purr\\nloud\n\tSleeps\n\tfed = off\n')

    found = git_of(repo).configuration

    assert found.value("cat.Tom X.says") == "purr\nloud"
    assert found.value("cat.tom x.says") is None
    assert (found.is_true("cat.Tom X.sleeps"), found.is_true("cat.Tom X.fed")) == (True, False)


def test_one_reading_serves_until_the_file_changes(repo: Repo) -> None:
    git = git_of(repo)
    first = git.configuration

    assert git.configuration is first

    repo.git("config", "cat.says", "meow")
    assert git.configuration.value("cat.says") == "meow"


def test_what_is_included_from_elsewhere_is_read_every_time(repo: Repo, tmp_path: Path) -> None:
    included = tmp_path / "included"
    included.write_text("[cat]\n\tsays = meow\n")
    repo.git("config", "include.path", str(included))
    git = git_of(repo)
    assert git.configuration.value("cat.says") == "meow"

    included.write_text("[cat]\n\tsays = purr\n")

    assert git.configuration.value("cat.says") == "purr"


def test_the_scope_tells_what_the_repository_says_itself(repo: Repo) -> None:
    repo.git("config", "extensions.worktreeConfig", "true")
    repo.git("config", "--worktree", "filter.evil.clean", "evil")
    repo.git("config", "filter.bad.clean", os.fsdecode(b"caf\xe9"))

    told = {(s.scope, s.key, s.value) for s in git_of(repo).configuration.settings}

    assert ("worktree", "filter.evil.clean", "evil") in told
    assert ("local", "filter.bad.clean", os.fsdecode(b"caf\xe9")) in told
    assert not any(scope == "command" for scope, _, _ in told)

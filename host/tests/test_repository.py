import os
import time

import pytest

from repository import Repo


def test_a_new_repository_has_one_commit_on_main_by_alice_and_nothing_to_commit(
    repo: Repo,
) -> None:
    log = repo.git("log", "--format=%an <%ae> %s", "main")

    assert (log, repo.git("ls-files"), repo.status()) == (
        "Alice Example <alice@example.org> Start the project",
        ".kittify/config.toml",
        "",
    )


def test_a_commit_takes_every_new_and_changed_file(repo: Repo) -> None:
    repo.write("src/new.txt", "new\n")
    repo.write(".kittify/config.toml", "changed = true\n")

    made = repo.commit("Change two files")

    assert (made, repo.status()) == (repo.tip("main"), "")
    assert repo.git("diff", "--name-only", "main~", "main") == ".kittify/config.toml\nsrc/new.txt"


def test_a_file_name_of_any_bytes_comes_back_as_it_was_written(repo: Repo) -> None:
    name = os.fsdecode(b"caf\xe9.txt")
    repo.write(name, b"\x00\xff")
    repo.commit()

    assert repo.git("ls-files", "-z", "--", name) == f"{name}\0"


def test_a_git_command_that_fails_fails_the_test_with_what_git_said(repo: Repo) -> None:
    with pytest.raises(AssertionError, match=r"git rev-parse .* ended with 128: fatal: "):
        repo.tip("refs/heads/absent")


def test_no_setting_of_the_machine_reaches_a_test(tmp_path: os.PathLike[str]) -> None:
    seen = sorted(name for name in os.environ if name.startswith("GIT_"))

    assert seen == ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM"]
    assert os.listdir(os.environ["HOME"]) == os.listdir(tmp_path) == []
    assert time.tzname[0] == "UTC"

import os
import re
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.system import System, require_git
from spec_kitty.domain.refusals import ErrorCode, Refusal


def test_the_time_is_in_utc_and_sorts() -> None:
    times = [System().now() for _ in range(50)]

    shape = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00")
    assert all(shape.fullmatch(each) for each in times)
    assert times == sorted(times)


def test_random_names_differ() -> None:
    assert len({System().random_hex() for _ in range(50)}) == 50


def test_digests_tell_data_apart() -> None:
    digests = [System().digest(data) for data in (b"", b"a", b"b", b"a")]

    assert [len(digest) for digest in digests] == [32] * 4
    assert (len(set(digests)), digests[1]) == (3, digests[3])


def install_git(folder: Path, version: str) -> None:
    """Puts a git first on the PATH that says it is of a version, and counts how often."""
    folder.mkdir(exist_ok=True)
    program = folder / "git"
    program.write_text(f"#!/bin/sh\necho asked >>{folder}/asked\necho git version {version}\n")
    program.chmod(0o755)


@pytest.fixture
def other_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return folder


def git_of(repo: Repo) -> Git:
    return Git(locate(str(repo.path)))


@pytest.mark.parametrize("version", ["2.37.9", "1.9", "of nobody knows what"])
def test_an_old_git_is_refused(repo: Repo, other_git: Path, version: str) -> None:
    git = git_of(repo)
    install_git(other_git, version)

    with pytest.raises(Refusal) as refused:
        require_git(git)

    assert refused.value.code is ErrorCode.ENVIRONMENT_UNSUPPORTED
    assert refused.value.facts == {"found": f"git version {version}"}


def test_a_git_that_fails_is_not_called_old(repo: Repo, other_git: Path) -> None:
    git = git_of(repo)
    install_git(other_git, "2.40.0; echo 'no such library' >&2; exit 3")

    with pytest.raises(Refusal) as refused:
        require_git(git)

    assert (refused.value.code, refused.value.message) == (
        ErrorCode.ENVIRONMENT_UNSUPPORTED,
        f"The git that is installed as {other_git / 'git'} does not work: 'git --version' ended "
        "with 3 and said: no such library. Mend it, or put another git first on the PATH.",
    )


@pytest.mark.parametrize("version", ["2.38.0", "2.39.5 (Apple Git-154)", "3.0.0-rc1", "10.1"])
def test_a_recent_git_is_asked_once(repo: Repo, other_git: Path, version: str) -> None:
    git = git_of(repo)
    install_git(other_git, f"'{version}'")

    for _ in range(3):
        require_git(git)

    assert (other_git / "asked").read_text() == "asked\n"


def test_another_git_is_asked_again(repo: Repo, other_git: Path) -> None:
    git = git_of(repo)
    require_git(git)
    install_git(other_git, "2.20.1")

    with pytest.raises(Refusal):
        require_git(git)


def test_without_any_git_the_first_use_says_so(
    repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    git = git_of(repo)
    monkeypatch.setenv("PATH", str(tmp_path))
    require_git(git)

    with pytest.raises(Refusal) as refused:
        Git(git.location).run("--version")

    assert refused.value.code is ErrorCode.ENVIRONMENT_UNSUPPORTED

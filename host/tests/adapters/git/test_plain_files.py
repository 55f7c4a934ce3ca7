"""What git would wait for is named, and what has an end is let through."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.plain_files import require_plain
from spec_kitty.domain.refusals import ErrorCode, Refusal

INCLUDES = {
    "[include]\n\tpath = {}\n": "relative",
    "[include]\npath={}\n": "absolute",
    '[INCLUDE] Path = "{}" ; why not\n': "absolute",
    '[includeIf "gitdir:/[a]/"]\n\tpath = ~/{}\n': "home",
    "[include]\n\tpath = \\\n{}\n": "relative",
}


def pipe(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    os.mkfifo(path)
    return path


def named(folder: Path, kind: str) -> str:
    return str(folder / "a [b]") if kind == "absolute" else "a [b]"


@pytest.mark.parametrize("written", INCLUDES)
def test_an_included_pipe_is_named(
    repo: Repo, written: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    git_dir = repo.path / ".git"
    monkeypatch.setenv("HOME", str(git_dir))
    made = pipe(git_dir / "a [b]")
    repo.write(".git/config", written.format(named(git_dir, INCLUDES[written])))

    with pytest.raises(Refusal) as raised:
        locate(str(repo.path))

    found = raised.value
    assert (found.code, found.facts) == (ErrorCode.ENVIRONMENT_UNSUPPORTED, {"found": str(made)})


def test_a_pipe_that_an_included_file_includes_is_named(repo: Repo) -> None:
    pipe(repo.path / ".git/deep/pipe")
    repo.write(".git/deep/more", "[include]\npath = pipe\npath = more\n")
    repo.git("config", "include.path", "deep/more")

    with pytest.raises(Refusal, match=r"deep/pipe is no ordinary file .*, which .*/deep/more incl"):
        locate(str(repo.path))


def test_files_and_what_is_not_there_and_the_null_device_are_let_through(repo: Repo) -> None:
    for name in ("there", "missing"):
        repo.git("config", "--add", "include.path", name)
    repo.write(".git/there", "[core]\n\tabbrev = 9\n")
    (repo.path / ".git/info/exclude").unlink(missing_ok=True)
    (repo.path / ".git/info").mkdir(exist_ok=True)
    (repo.path / ".git/info/exclude").symlink_to(os.devnull)

    require_plain(str(repo.path / ".git"))


def test_a_device_behind_a_link_is_named(repo: Repo) -> None:
    (repo.path / ".git/packed-refs").symlink_to("/dev/zero")

    with pytest.raises(Refusal, match="packed-refs is no ordinary file but a pipe"):
        locate(str(repo.path))

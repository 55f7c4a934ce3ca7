from __future__ import annotations

import os
from pathlib import Path
from shutil import which

import pytest

from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.remotes import Remotes
from spec_kitty.application.ports import NotPushed, Pushed
from spec_kitty.domain.refusals import ErrorCode, Refusal

MAIN = "refs/heads/main"


@pytest.fixture
def remote(repo: Repo, tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "remote")
    repo.git("clone", "-q", "--bare", repo.path, made.path)
    repo.git("remote", "add", "origin", made.path)
    return made


def remotes_of(repo: Repo, limit_seconds: float = 30.0) -> Remotes:
    return Remotes(Git(locate(str(repo.path))), limit_seconds)


def newer(repo: Repo) -> str:
    repo.write("new", "x\n")
    made = repo.commit("New")
    repo.git("reset", "-q", "--hard", "HEAD~1")
    return made


def test_a_push_moves_the_remote_branch_and_not_the_local_one(repo: Repo, remote: Repo) -> None:
    made = newer(repo)

    assert remotes_of(repo).push("origin", made, MAIN) == Pushed("origin")

    assert (remote.tip("main"), repo.tip("main")) == (made, repo.tip(f"{made}^"))
    assert remotes_of(repo).tip("origin", MAIN) == made


def test_a_remote_that_moved_on_is_never_overwritten(repo: Repo, remote: Repo) -> None:
    made = newer(repo)
    moved = remote.git("commit-tree", "-m", "theirs", "-p", "main", "main^{tree}")
    remote.git("update-ref", MAIN, moved)
    repo.git("config", "remote.origin.push", "+refs/heads/*:refs/heads/*")

    answer = remotes_of(repo).push("origin", made, MAIN)

    assert isinstance(answer, NotPushed)
    assert answer.retryable
    assert "fetch first" in answer.said
    assert remote.tip("main") == moved


def test_a_push_that_is_cut_off_after_the_remote_moved_has_arrived(
    repo: Repo, remote: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = newer(repo)
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    real = which("git")
    push = f'{real} "$@"; kill -9 $$'
    git.write_text(f'#!/bin/sh\ncase " $* " in *" push "*) {push} ;; esac\nexec {real} "$@"\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(git.parent), prepend=os.pathsep)

    assert remotes_of(repo).push("origin", made, MAIN) == Pushed("origin")

    assert remote.tip("main") == made


def test_a_rule_of_the_remote_is_told_and_not_worth_a_retry(repo: Repo, remote: Repo) -> None:
    hook = remote.path / "hooks/update"
    hook.write_text("#!/bin/sh\necho 'main is protected' >&2\nexit 1\n")
    hook.chmod(0o755)

    answer = remotes_of(repo).push("origin", newer(repo), MAIN)

    assert isinstance(answer, NotPushed)
    assert not answer.retryable
    assert "main is protected" in answer.said
    assert "hook declined" in answer.said


def test_a_remote_that_is_not_there_is_refused(repo: Repo) -> None:
    repo.git("remote", "add", "origin", "/absent/repository")

    answer = remotes_of(repo).push("origin", repo.tip(), MAIN)
    with pytest.raises(Refusal, match="does not answer") as refused:
        remotes_of(repo).tip("origin", MAIN)

    assert isinstance(answer, NotPushed)
    assert refused.value.code is ErrorCode.PUSH_FAILED


def test_a_remote_that_hangs_is_given_up_and_worth_a_retry(
    repo: Repo, monkeypatch: pytest.MonkeyPatch
) -> None:
    repo.git("remote", "add", "origin", "ssh://example.org/x")
    monkeypatch.setenv("GIT_SSH_COMMAND", "sleep 600 #")

    answer = remotes_of(repo, 0.5).push("origin", repo.tip(), MAIN)

    assert answer == NotPushed("origin", "It took longer than 0.5 s and was ended.", True)


def test_a_branch_that_the_remote_lacks_has_no_tip_there(repo: Repo, remote: Repo) -> None:
    assert remotes_of(repo).tip("origin", "refs/heads/absent") is None


def test_the_remote_is_the_configured_one_else_origin_else_the_only_one(repo: Repo) -> None:
    remotes = remotes_of(repo)
    found = [remotes.remote_for("main")]
    repo.git("remote", "add", "upstream", "/x")
    found.append(remotes.remote_for("main"))
    repo.git("remote", "add", "fork", "/y")
    found.append(remotes.remote_for("main"))
    repo.git("remote", "add", "origin", "/z")
    found.append(remotes.remote_for("main"))
    repo.git("config", "branch.main.remote", "fork")
    found.append(remotes.remote_for("main"))

    assert found == [None, "upstream", None, "origin", "fork"]

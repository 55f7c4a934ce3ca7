from __future__ import annotations

import os
import subprocess
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
TRACKING_LOCK = "refs/remotes/origin/main.lock"


@pytest.fixture
def remote(repo: Repo, tmp_path: Path) -> Repo:
    made = Repo(tmp_path / "remote")
    repo.git("clone", "-q", "--bare", repo.path, made.path)
    repo.git("remote", "add", "origin", made.path)
    return made


def remotes_of(repo: Repo, limit_seconds: float = 30.0) -> Remotes:
    return Remotes(Git(locate(str(repo.path))), limit_seconds)


def dying_push(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, last_act: str = ":") -> None:
    """Puts a git first on the PATH whose pushes arrive, and then are killed."""
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    real = which("git")
    push = f'{real} "$@"; {last_act}; kill -9 $$'
    git.write_text(f'#!/bin/sh\ncase " $* " in *" push "*) {push} ;; esac\nexec {real} "$@"\n')
    git.chmod(0o755)
    monkeypatch.setenv("PATH", str(git.parent), prepend=os.pathsep)


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
    dying_push(tmp_path, monkeypatch)

    assert remotes_of(repo).push("origin", made, MAIN) == Pushed("origin")

    assert remote.tip("main") == made


def test_a_push_that_dies_leaves_no_lock(
    repo: Repo, remote: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = repo.path / ".git" / TRACKING_LOCK
    dying_push(tmp_path, monkeypatch, f"mkdir -p {lock.parent}; touch -d '1 minute ago' {lock}")

    assert remotes_of(repo).push("origin", newer(repo), MAIN) == Pushed("origin")

    assert not lock.exists()


def test_the_lock_of_a_git_that_is_at_work_stays(repo: Repo, remote: Repo) -> None:
    lock, made = repo.path / ".git" / TRACKING_LOCK, newer(repo)
    pipe = subprocess.PIPE
    words = ("git", "update-ref", "--stdin")
    with subprocess.Popen(words, cwd=repo.path, stdin=pipe, stdout=pipe, text=True) as git:
        assert git.stdin is not None
        assert git.stdout is not None
        git.stdin.write("start\ncreate refs/remotes/origin/main HEAD\nprepare\n")
        git.stdin.flush()
        assert [git.stdout.readline(), git.stdout.readline()] == ["start: ok\n", "prepare: ok\n"]

        assert remotes_of(repo).push("origin", made, MAIN) == Pushed("origin")

        assert lock.exists()


@pytest.mark.parametrize(
    ("refspec", "found"),
    [
        ("+refs/heads/*:refs/remotes/origin/*", ("refs/remotes/origin/main.lock",)),
        ("refs/heads/m*n:refs/far/*x", ("refs/far/aix.lock",)),
        ("refs/heads/main:refs/remotes/mine", ("refs/remotes/mine.lock",)),
        ("refs/heads/other:refs/remotes/other", ()),
        ("refs/heads/main", ()),
        ("refs/heads/*:refs/../../*", ()),
        ("^refs/heads/main", ()),
    ],
)
def test_the_lock_of_a_push_is_that_of_the_branch_that_follows_the_remotes(
    repo: Repo, remote: Repo, refspec: str, found: tuple[str, ...]
) -> None:
    repo.git("config", "remote.origin.fetch", refspec)

    assert remotes_of(repo).locks("origin", MAIN) == found


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

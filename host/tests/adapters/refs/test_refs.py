"""Moving refs: all or none, and whose lock files may be taken away."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from journals import REF, journal_of
from repository import Repo
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.refs.refs import RefsMoved, lock_files, move_refs
from spec_kitty.domain.events import RefMove
from spec_kitty.domain.refusals import ErrorCode, Refusal

CATS, DOGS, NOWHERE = "refs/heads/cats", "refs/heads/dogs", "refs/heads/nowhere"


def git_of(repo: Repo) -> Git:
    return Git(locate(str(repo.path)))


def heads(repo: Repo) -> dict[str, str]:
    listed = repo.git("for-each-ref", "--format=%(refname) %(objectname)", "refs/heads/")
    return dict(line.split(" ") for line in listed.splitlines())


@pytest.fixture
def tips(repo: Repo) -> tuple[str, str]:
    """Two commits; the branch cats stands at the first."""
    old = repo.tip()
    repo.write("a", "a\n")
    new = repo.commit()
    repo.git("update-ref", CATS, old)
    return old, new


def test_refs_are_made_moved_and_deleted_at_once(repo: Repo, tips: tuple[str, str]) -> None:
    old, new = tips
    repo.git("update-ref", "refs/heads/birds", old)

    moves = [
        RefMove(CATS, old, new),
        RefMove(DOGS, None, new),
        RefMove("refs/heads/birds", old, None),
    ]
    move_refs(git_of(repo), moves, "test", None)

    assert heads(repo) == {CATS: new, DOGS: new, "refs/heads/main": new}


# A ref, and which of the two commits (1 the old, 2 the new, 0 none) it is to go from and to.
WRONG = [(CATS, 2, 1), (CATS, 0, 2), (CATS, 2, 0), (NOWHERE, 1, 2), (NOWHERE, 1, 0)]


@pytest.mark.parametrize(("ref", "origin", "to"), WRONG)
@pytest.mark.parametrize("packed", [False, True])
def test_one_ref_that_is_not_where_it_was_keeps_all_in_place(
    repo: Repo, tips: tuple[str, str], ref: str, origin: int, to: int, packed: bool
) -> None:
    commits = (None, *tips)
    if packed:
        repo.git("pack-refs", "--all", "--prune")
    before = heads(repo)

    moves = [RefMove(DOGS, None, tips[1]), RefMove(ref, commits[origin], commits[to])]
    with pytest.raises(RefsMoved):
        move_refs(git_of(repo), moves, "test", None)

    assert heads(repo) == before


def test_a_name_that_another_branch_has_as_a_folder_is_refused(
    repo: Repo, tips: tuple[str, str]
) -> None:
    with pytest.raises(Refusal) as refused:
        move_refs(git_of(repo), [RefMove(f"{CATS}/paws", None, tips[1])], "test", None)

    assert refused.value.code is ErrorCode.PREFLIGHT_FAILED


def test_the_lock_of_the_checked_out_branch_includes_that_of_head(repo: Repo) -> None:
    moves = [RefMove("refs/heads/main", "1", "2"), RefMove(CATS, "1", None)]

    assert lock_files(str(repo.path / ".git"), moves) == (
        "refs/heads/main.lock",
        "refs/heads/cats.lock",
        "packed-refs.lock",
        "HEAD.lock",
    )


def leave_lock(repo: Repo, name: str) -> Path:
    """Leaves the lock file of a process that was killed."""
    file = repo.path / ".git" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("")
    return file


def test_a_stale_lock_of_the_journal_is_taken_away(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.note("First.")
        leave_lock(repo, f"{REF}.lock")

        journal.note("Second.")

        assert journal.sequence() == 2


def test_a_stale_lock_that_our_intent_names_is_taken_away(
    repo: Repo, tips: tuple[str, str]
) -> None:
    file = leave_lock(repo, f"{CATS}.lock")

    move_refs(git_of(repo), [RefMove(CATS, *tips)], "test", None, (f"{CATS}.lock",))

    assert (repo.tip(CATS), file.exists()) == (tips[1], False)


def test_any_other_lock_is_busy_and_stays(repo: Repo, tips: tuple[str, str]) -> None:
    file = leave_lock(repo, f"{CATS}.lock")

    with pytest.raises(Refusal) as refused:
        move_refs(git_of(repo), [RefMove(CATS, *tips)], "test", None)

    assert refused.value.code is ErrorCode.BUSY
    assert refused.value.facts == {"lock": str(file), "process": None, "retryable": True}
    assert (repo.tip(CATS), file.exists()) == (tips[0], True)


@contextmanager
def git_at_work(repo: Repo, line: str) -> Iterator[subprocess.Popen[str]]:
    """Keeps a git in the middle of a transaction, with its lock files in place."""
    argv = ["git", "update-ref", "--stdin"]
    pipe = subprocess.PIPE
    with subprocess.Popen(argv, cwd=repo.path, stdin=pipe, stdout=pipe, text=True) as git:
        assert git.stdin is not None
        assert git.stdout is not None
        git.stdin.write(f"start\n{line}\nprepare\n")
        git.stdin.flush()
        answers = [git.stdout.readline(), git.stdout.readline()]
        assert answers == ["start: ok\n", "prepare: ok\n"]
        yield git
        git.stdin.write("abort\n")


def test_the_lock_of_a_live_git_is_busy_even_on_the_journal(repo: Repo) -> None:
    with journal_of(repo) as journal:
        first = journal.note("First.").tip
        with git_at_work(repo, f"update {REF} HEAD {first}") as git:
            with pytest.raises(Refusal) as refused:
                journal.note("Second.")
            assert refused.value.code is ErrorCode.BUSY
            assert refused.value.facts["process"] == git.pid

        journal.note("Second.")

        assert journal.sequence() == 2


def test_a_lock_that_a_process_has_open_is_busy(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.note("First.")
        file = leave_lock(repo, f"{REF}.lock")
        with (
            file.open("w") as held,
            subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=held) as holder,
        ):
            with pytest.raises(Refusal) as refused:
                journal.note("Second.")
            assert refused.value.facts["process"] == holder.pid
            holder.communicate()


def test_a_lock_that_the_disk_let_git_not_remove_does_not_stay(
    repo: Repo, tips: tuple[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old, new = tips
    repo.git("symbolic-ref", "HEAD", CATS)
    left = [repo.path / ".git" / f"{name}.lock" for name in (CATS, "HEAD")]
    leave = f'case "$*" in *update-ref*) touch {left[0]} {left[1]};; esac'
    git = tmp_path / "bin" / "git"
    git.parent.mkdir()
    git.write_text(f'#!/bin/sh\n"$0.real" "$@"\nstatus=$?\n{leave}\nexit $status\n')
    git.chmod(0o755)
    Path(f"{git}.real").symlink_to(str(shutil.which("git")))
    monkeypatch.setenv("PATH", str(git.parent), prepend=os.pathsep)

    move_refs(git_of(repo), [RefMove(CATS, old, new)], "test", None)

    assert repo.tip(CATS) == new
    assert [path for path in left if path.exists()] == []

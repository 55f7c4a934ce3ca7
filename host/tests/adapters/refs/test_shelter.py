"""New objects beside a git that deletes what no ref holds yet."""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from journals import REF, Journal, journal_of
from repository import Repo
from soundness import require_sound
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.refs.refs import move_refs
from spec_kitty.adapters.refs.shelter import Shelter, deletes_new_objects
from spec_kitty.application.ports import ObjectsPruned
from spec_kitty.domain.events import RefMove

CATS = "refs/heads/cats"


def nothing() -> bool:
    return False


def git_of(repo: Repo) -> Git:
    return Git(locate(str(repo.path)))


@contextmanager
def gc_at_work(repo: Repo, *words: str) -> Iterator[None]:
    """Makes a process that was told these words look like a gc of the repository."""
    note = repo.path / ".git/gc.pid"
    program = ["sh", "-c", "echo; read -r end", *words]
    pipe = subprocess.PIPE
    with subprocess.Popen(program, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        note.write_text(f"{process.pid} {os.uname().nodename}")
        try:
            yield
        finally:
            process.kill()
            note.unlink()


def unreferenced(repo: Repo, name: str = "new.txt") -> RefMove:
    """Makes a commit that no ref holds, with a file of its own."""
    old = repo.tip()
    blob = repo.git("hash-object", "-w", "--stdin", stdin=name)
    tree = repo.git("mktree", stdin=f"100644 blob {blob}\t{name}\n")
    return RefMove("refs/heads/main", old, repo.git("commit-tree", tree, "-p", old, "-m", "New"))


@pytest.mark.parametrize(
    ("told", "configured", "deletes"),
    [
        (("gc", "--prune=now"), None, True),
        (("gc", "--quiet"), None, False),
        (("gc", "--auto"), "now", True),
        (("gc", "--auto"), "never", False),
        (("-c", "gc.pruneExpire=now", "gc"), None, True),
    ],
)
def test_only_a_gc_that_was_told_so_deletes_new_objects(
    repo: Repo, told: tuple[str, ...], configured: str | None, deletes: bool
) -> None:
    if configured is not None:
        repo.git("config", "gc.pruneExpire", configured)

    with gc_at_work(repo, *told):
        assert deletes_new_objects(git_of(repo)) is deletes


def test_a_gc_that_has_ended_or_was_never_there_deletes_nothing(repo: Repo) -> None:
    note = repo.path / ".git/gc.pid"
    assert deletes_new_objects(git_of(repo)) is False
    with subprocess.Popen(["true", "--prune=now"]) as process:
        process.wait()
        note.write_text(f"{process.pid} {os.uname().nodename}")
        assert deletes_new_objects(git_of(repo)) is False
    note.write_text("1 another-machine")
    assert deletes_new_objects(git_of(repo)) is True
    os.utime(note, (1_000_000_000, 1_000_000_000))
    assert deletes_new_objects(git_of(repo)) is False


def test_while_a_gc_prunes_new_objects_outlive_it(repo: Repo) -> None:
    git, move = git_of(repo), unreferenced(repo)

    with gc_at_work(repo, "--prune=now"), Shelter(git, [move], nothing, nothing):
        repo.git("prune", "--expire=now")
        repo.git("repack", "-a", "-d", "-q")
        repo.git("cat-file", "-e", f"{move.new}:new.txt")
        move_refs(git, [move], "test", None)

    assert repo.tip("main") == move.new
    assert list((repo.path / ".git/objects/pack").glob("*.keep")) == []
    require_sound(repo)


def test_what_is_gone_before_the_refs_move_keeps_them_in_place(repo: Repo) -> None:
    git, move = git_of(repo), unreferenced(repo)
    repo.git("gc", "--quiet", "--prune=now")

    with pytest.raises(ObjectsPruned), Shelter(git, [move], nothing, nothing):
        move_refs(git, [move], "test", None)

    assert repo.tip("main") == move.old


def test_a_gc_that_has_come_and_gone_takes_no_file_of_a_commit_unseen(repo: Repo) -> None:
    git, move = git_of(repo), unreferenced(repo)
    blob = repo.git("rev-parse", f"{move.new}:new.txt")
    repo.git("gc", "--quiet")
    (repo.path / ".git/objects" / blob[:2] / blob[2:]).unlink()

    with pytest.raises(ObjectsPruned), Shelter(git, [move], nothing, nothing):
        move_refs(git, [move], "test", None)


def lose(repo: Repo, *oids: str) -> None:
    for oid in oids:
        (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()


def test_an_event_that_a_prune_takes_after_it_was_recorded_comes_back(repo: Repo) -> None:
    with journal_of(repo) as journal:
        journal.note("First.")
    lost = repo.git("rev-list", "--objects", "--no-object-names", REF).split()
    lose(repo, *lost)

    with journal_of(repo) as journal:
        journal.note("Second.")
        assert journal.sequence() == 2

    require_sound(repo)


def test_an_older_event_that_a_prune_took_comes_back_when_it_is_missed(repo: Repo) -> None:
    with journal_of(repo) as journal:
        first = journal.note("First.").tip
        assert first is not None
        journal.note("Second.")
    tree = repo.git("rev-parse", f"{first}^{{tree}}")
    lose(repo, tree)

    with journal_of(repo) as journal:
        pack_now(journal)

    require_sound(repo)


def pack_now(journal: Journal) -> None:
    from spec_kitty.adapters.journal.packing import pack

    pack(journal.git, "034-cats", 128)


def test_objects_are_written_although_their_folder_goes_away(repo: Repo, tmp_path: Path) -> None:
    """A `git prune` removes empty folders of objects, and files that are not finished."""
    script = 'while [ -e "$0" ]; do git prune --expire=now 2>/dev/null; done'
    going = tmp_path / "going"
    going.touch()
    with (
        subprocess.Popen(["sh", "-c", script, going], cwd=repo.path),
        journal_of(repo) as journal,
    ):
        try:
            for number in range(20):
                journal.note(f"Note {number}.")
        finally:
            going.unlink()
    with journal_of(repo) as journal:
        assert journal.sequence() == 20
        pack_now(journal)
    require_sound(repo)

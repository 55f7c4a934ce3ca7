"""Packing the journal: few packs, nothing loose for long, nothing lost whenever it is killed."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from journals import REF, SLUG, Journal, journal_of
from repository import Repo
from soundness import require_sound
from spec_kitty.adapters.journal.packing import pack
from spec_kitty.adapters.journal.writing_lock import PACKED_EVERY, is_packing_due
from spec_kitty.adapters.locks import WriterLock
from spec_kitty.adapters.refs.packs import Packs
from spec_kitty.domain.events import Event, Fact, MergeCompleted, NoteAdded
from spec_kitty.domain.feature import Caller


def notes(journal: Journal, count: int) -> None:
    for number in range(count):
        journal.note(f"Note {number}.")


def packs(repo: Repo) -> list[str]:
    return sorted(file.stem for file in (repo.path / ".git/objects/pack").glob("*.pack"))


def loose(repo: Repo) -> int:
    return int(repo.git("count-objects").split()[0])


def spares(repo: Repo) -> list[Path]:
    return sorted((repo.path / ".git/spec-kitty/spares").glob("*/*"))


def pack_now(journal: Journal, commits: int = PACKED_EVERY) -> None:
    pack(journal.git, SLUG, commits)


def reachable(repo: Repo) -> set[str]:
    return set(repo.git("rev-list", "--objects", "--no-object-names", REF).split())


def packed(journal: Journal) -> set[str]:
    return {oid for name in packs(journal.repo) for oid in Packs(journal.git).oids(name)}


def test_packing_is_due_now_and_then_and_after_a_merge() -> None:
    note, merged = NoteAdded("WP01", "Hm.", "h"), MergeCompleted.__new__(MergeCompleted)
    due: list[tuple[int, Fact, bool]] = [
        (PACKED_EVERY, note, True),
        (PACKED_EVERY + 1, note, False),
        (10 * PACKED_EVERY, note, True),
        (7, merged, True),
    ]
    for sequence, fact, expected in due:
        assert is_packing_due(Event(sequence, "", Caller("bot"), fact)) is expected


def test_the_event_that_makes_it_due_packs_all_before(repo: Repo) -> None:
    before = loose(repo)
    with journal_of(repo) as journal:
        notes(journal, PACKED_EVERY)

        assert packed(journal) == reachable(repo)
    assert (len(packs(repo)), loose(repo), spares(repo)) == (1, before, [])
    require_sound(repo)


def test_small_packs_are_put_together(repo: Repo) -> None:
    with journal_of(repo) as journal:
        for _ in range(12):
            notes(journal, 3)
            pack_now(journal)

        assert packed(journal) == reachable(repo)
    assert len(packs(repo)) <= 3
    require_sound(repo)


def test_packs_of_others_stay(repo: Repo) -> None:
    repo.git("repack", "-a", "-d", "-q")
    (theirs,) = packs(repo)
    with journal_of(repo) as journal:
        notes(journal, 3)
        pack_now(journal)
        notes(journal, 3)
        pack_now(journal)

    assert theirs in packs(repo)


@pytest.mark.parametrize("name", ["packs", "spares", "scratch"])
def test_deleting_what_it_remembers_is_harmless(repo: Repo, name: str) -> None:
    with journal_of(repo) as journal:
        notes(journal, 3)
        pack_now(journal)
        notes(journal, 3)
        gone = repo.path / ".git/spec-kitty" / name
        shutil.rmtree(gone) if gone.is_dir() else gone.unlink(missing_ok=True)

        pack_now(journal)
        notes(journal, 3)
        pack_now(journal)

        assert journal.sequence() == 9
    require_sound(repo)


def test_it_is_skipped_while_another_process_packs(repo: Repo) -> None:
    with journal_of(repo) as journal:
        notes(journal, 3)
        with WriterLock(journal.git.common_dir, "packing", 0.0):
            pack_now(journal)
        assert packs(repo) == []
        pack_now(journal)
        assert packed(journal) == reachable(repo)


def test_a_file_system_without_links_is_packed_all_the_same(repo: Repo) -> None:
    """Without spares nobody knows what is packed already, so the newest commits are."""
    with journal_of(repo) as journal:
        notes(journal, 5)
        shutil.rmtree(repo.path / ".git/spec-kitty/spares")
        pack_now(journal, commits=3)
        newest = reachable(repo) - set(
            repo.git("rev-list", "--objects", "--no-object-names", f"{REF}~3").split()
        )
        assert packed(journal) == newest
    require_sound(repo)


def test_a_sha256_repository_is_packed(tmp_path: Path) -> None:
    repo = Repo(tmp_path / "project")
    repo.path.mkdir()
    repo.git("init", "--quiet", "--object-format=sha256")
    repo.write(".kittify/config.toml", "")
    repo.commit("Start")
    with journal_of(repo) as journal:
        notes(journal, 4)
        pack_now(journal)
        notes(journal, 4)
        pack_now(journal)
        assert packed(journal) == reachable(repo)
    require_sound(repo)


def test_a_partial_clone_is_left_to_git(repo: Repo) -> None:
    repo.git("config", "extensions.partialClone", "origin")
    repo.git("config", "core.repositoryFormatVersion", "1")
    with journal_of(repo) as journal:
        notes(journal, 3)
        pack_now(journal)
    assert packs(repo) == []


def test_packs_that_git_indexes_together_stay(repo: Repo) -> None:
    with journal_of(repo) as journal:
        notes(journal, 3)
        pack_now(journal)
        repo.git("multi-pack-index", "write")
        before = packs(repo)
        notes(journal, 3)
        pack_now(journal)
    assert set(before) < set(packs(repo))
    assert repo.git("multi-pack-index", "verify") == ""
    require_sound(repo)


_KILLED = """\
import os, signal, sys
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.journal.packing import pack

last, steps = int(sys.argv[2]), 0
NAMES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir", "os.posix_spawn", "os.link"}

def step(name, details):
    global steps
    opened = name == "open" and details[2] & (os.O_WRONLY | os.O_RDWR)
    if name in NAMES or opened:
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(step)
pack(Git(locate(sys.argv[1])), "034-cats", 128)
print(steps)
"""


def test_killed_at_any_step_nothing_is_lost_and_the_next_one_finishes(
    repo: Repo, tmp_path: Path
) -> None:
    """The first pack of a journal, then one that is put together with it."""
    with journal_of(repo) as journal:
        notes(journal, 2)
        pack_now(journal)
        notes(journal, 2)
    kept = tmp_path / "kept"
    shutil.copytree(repo.path, kept, symlinks=True)
    steps = int(run_to(repo, 0))
    for step in range(1, steps + 1, 7):
        shutil.rmtree(repo.path)
        # Links stay links, as where it happens.
        subprocess.run(["cp", "-a", kept, repo.path], check=True)
        assert run_to(repo, step) == ""
        with journal_of(repo) as journal:
            assert journal.sequence() == 4
            journal.note("Fifth.")
            pack_now(journal)
            assert packed(journal) >= reachable(repo)
        require_sound(repo)
        assert spares(repo) == []


def run_to(repo: Repo, step: int) -> str:
    """Packs in a process that dies right before a step; returns what it prints in the end."""
    ended = subprocess.run(
        [sys.executable, "-c", _KILLED, repo.path, str(step)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert ended.returncode == (-9 if step else 0), ended
    return ended.stdout

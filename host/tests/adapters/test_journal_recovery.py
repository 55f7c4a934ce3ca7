"""What an intent file and the journal's tip make of a command that was killed between refs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from journals import REF, SLUG, Journal, journal_of
from repository import Repo
from spec_kitty.application.ports import Intent, LayOut
from spec_kitty.domain.events import RefMove
from spec_kitty.domain.refusals import ErrorCode, Refusal

CATS, DOGS = "refs/heads/cats", "refs/heads/dogs"


@pytest.fixture
def journal(repo: Repo) -> Iterator[Journal]:
    with journal_of(repo) as made:
        made.note("First.")
        yield made


@pytest.fixture
def moves(repo: Repo) -> tuple[RefMove, RefMove]:
    """The branch cats goes to a new commit, and dogs is made there."""
    old = repo.tip()
    repo.write("a", "a\n")
    new = repo.commit()
    repo.git("update-ref", CATS, old)
    return RefMove(CATS, old, new), RefMove(DOGS, None, new)


def killed_after_the_journal(journal: Journal, moves: tuple[RefMove, RefMove]) -> Intent:
    """Leaves what a kill right after the first rename leaves: branches and locks as they were."""
    journal.release(*moves, lay_out=LayOut("WP01", "1" * 40, "2" * 40, files=False))
    cats, _ = moves
    journal.repo.git("update-ref", CATS, str(cats.old))
    journal.repo.git("update-ref", "-d", DOGS)
    for move in moves:
        lock(journal.repo, move.ref).touch()
    intent = journal.writer.intent(SLUG)
    assert intent is not None
    return intent


def lock(repo: Repo, ref: str) -> Path:
    return repo.path / ".git" / f"{ref}.lock"


def test_the_intent_says_all_that_is_to_be_done(
    journal: Journal, moves: tuple[RefMove, RefMove]
) -> None:
    before = journal.writer.read(SLUG).tip

    intent = killed_after_the_journal(journal, moves)

    assert intent == Intent(
        before,
        journal.repo.tip(REF),
        moves,
        (f"{REF}.lock", f"{CATS}.lock", f"{DOGS}.lock"),
        LayOut("WP01", "1" * 40, "2" * 40, files=False),
    )


def test_branches_are_rolled_forward_and_their_locks_removed(
    journal: Journal, moves: tuple[RefMove, RefMove]
) -> None:
    intent = killed_after_the_journal(journal, moves)

    assert journal.roll_forward(intent) == ()

    repo = journal.repo
    assert (repo.tip(CATS), repo.tip(DOGS)) == (moves[0].new, moves[1].new)
    assert [ref for ref in (CATS, DOGS) if lock(repo, ref).exists()] == []


def test_rolling_forward_again_changes_nothing(
    journal: Journal, moves: tuple[RefMove, RefMove]
) -> None:
    intent = killed_after_the_journal(journal, moves)
    journal.roll_forward(intent)
    before = journal.repo.git("for-each-ref")

    assert journal.roll_forward(intent) == ()
    assert journal.repo.git("for-each-ref") == before


def test_a_branch_that_a_person_moved_is_left_alone_and_told(
    journal: Journal, moves: tuple[RefMove, RefMove]
) -> None:
    intent = killed_after_the_journal(journal, moves)
    lock(journal.repo, CATS).unlink()
    tree = journal.repo.git("rev-parse", "HEAD^{tree}")
    theirs = journal.repo.git("commit-tree", tree, "-m", "Theirs")
    journal.repo.git("update-ref", CATS, theirs)

    assert journal.roll_forward(intent) == (moves[0],)

    assert (journal.repo.tip(CATS), journal.repo.tip(DOGS)) == (theirs, moves[1].new)


def test_without_the_event_nothing_moves(journal: Journal, moves: tuple[RefMove, RefMove]) -> None:
    intent = killed_after_the_journal(journal, moves)
    journal.repo.git("update-ref", REF, str(intent.journal_old))
    before = journal.repo.git("for-each-ref")

    assert journal.roll_forward(intent) is None

    assert journal.repo.git("for-each-ref") == before
    assert [ref for ref in (CATS, DOGS) if lock(journal.repo, ref).exists()] == []


def test_a_refused_event_leaves_no_intent(journal: Journal, moves: tuple[RefMove, RefMove]) -> None:
    journal.repo.git("update-ref", CATS, str(moves[0].new))

    with pytest.raises(Refusal):
        journal.release(*moves)

    assert journal.writer.intent(SLUG) is None


def test_a_busy_branch_leaves_the_journal_as_it_was(
    journal: Journal, moves: tuple[RefMove, RefMove]
) -> None:
    before = journal.writer.read(SLUG)
    held = lock(journal.repo, "refs/heads/main")
    held.touch()

    with pytest.raises(Refusal) as refused:
        journal.release(RefMove("refs/heads/main", moves[0].new, moves[0].old))

    assert refused.value.code is ErrorCode.BUSY
    assert (held.exists(), journal.writer.intent(SLUG)) == (True, None)
    assert journal.writer.read(SLUG) == before

"""A journal that is damaged, or older than its branches, is never taken for one that is new."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moments.belongings import (
    JOURNAL,
    journal_a_link,
    journal_of_garbage,
    journal_on_a_blob,
    journal_on_a_foreign_commit,
    journal_on_nothing,
)
from moments.calls import CHANGES, ask, say
from moments.stages import Stage

Put = Callable[[str], Stage]


def journal_packed_on_nothing(stage: Stage) -> None:
    stage.repo.git("pack-refs", "--all")
    packed = stage.git_dir / "packed-refs"
    packed.write_text(packed.read_text().replace(stage.repo.tip(JOURNAL), "1234567890" * 4))


DAMAGES = (
    journal_of_garbage,
    journal_on_nothing,
    journal_packed_on_nothing,
    journal_on_a_blob,
    journal_on_a_foreign_commit,
    journal_a_link,
)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda each: each.__name__)
def test_nothing_begins_anew_on_a_damaged_journal(
    stage: Put, damage: Callable[[Stage], None]
) -> None:
    scene = stage("running")
    damage(scene)
    before = contents(scene)

    assert ask(scene.repo.path, ("feature-state",)).error == "JOURNAL_DAMAGED"
    assert ask(scene.repo.path, CHANGES["note"]).error == "JOURNAL_DAMAGED"
    assert ask(scene.repo.path, CHANGES["start another"]).error == "JOURNAL_DAMAGED"
    audited = say(scene.repo.path, ("verify",))
    assert (audited.status, "034-cats: 0 events" in audited.out) == (1, damage not in LONG), audited
    assert contents(scene) == before


# These hold commits, but none that is an event.
LONG = (journal_on_a_foreign_commit, journal_a_link)


def contents(scene: Stage) -> tuple[str, bytes]:
    heads = scene.repo.git("for-each-ref", "refs/heads")
    journal = scene.git_dir / JOURNAL
    return heads, journal.read_bytes() if journal.exists() else b""

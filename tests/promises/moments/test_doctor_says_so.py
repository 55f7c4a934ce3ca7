"""Doctor finds what the odd moments leave, mends what is safe, and keeps all that a person has."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest

from moments.calls import say
from moments.losses import Belongings
from moments.stages import Stage
from moments.table import MOMENTS, Moment, chosen

HEALTHY, WRONG = 0, 1


class Statuses(NamedTuple):
    """Is how doctor ends: at first, when it mends, and when it looks once more."""

    before: int
    mending: int
    after: int


MENDED = Statuses(WRONG, HEALTHY, HEALTHY)
FOR_A_PERSON = Statuses(WRONG, WRONG, WRONG)
FINE = Statuses(HEALTHY, HEALTHY, HEALTHY)

EXPECTED = {
    "running-deleted": MENDED,
    "running-deleted_with_registration": MENDED,
    "running-unregistered": MENDED,
    "running-removed_by_git": MENDED,
    "running-pruned": MENDED,
    "running-unlocked": MENDED,
    "running-moved_by_hand": MENDED,
    "running-moved_by_git": MENDED,
    "running-moved_and_repaired": MENDED,
    "running-emptied": MENDED,
    "running-without_pointer": MENDED,
    "running-pointing_elsewhere": MENDED,
    "running-pointing_nowhere": MENDED,
    "running-pointing_with_garbage": MENDED,
    "running-a_repository_of_its_own": MENDED,
    "running-replaced_by_a_file": FOR_A_PERSON,
    "running-replaced_by_a_link": FOR_A_PERSON,
    "running-all_workspaces_gone": MENDED,
    "running-all_workspaces_a_link": FOR_A_PERSON,
    "running-detached": MENDED,
    "running-on_another_branch": FOR_A_PERSON,
    "running-rebasing": FINE,
    "running-merging": FINE,
    "running-cherry_picking": FINE,
    "running-bisecting": FINE,
    "done-feature_deleted": MENDED,
    "done-feature_moved_ahead": FOR_A_PERSON,
    "done-feature_amended": FOR_A_PERSON,
    "running-package_deleted": MENDED,
    "review-package_unrelated": FOR_A_PERSON,
    "review-package_reset": FOR_A_PERSON,
    "review-package_ahead": FINE,
    "running-target_renamed": FOR_A_PERSON,
    "running-target_deleted": FOR_A_PERSON,
    "running-target_rewound": FOR_A_PERSON,
    "running-target_moved_ahead": FINE,
    "running-folder_deleted": FOR_A_PERSON,
    "running-package_unparsable": FOR_A_PERSON,
    "running-package_added": FINE,
    "review-journal_deleted": FOR_A_PERSON,
    "review-journal_of_garbage": FOR_A_PERSON,
    "review-journal_on_a_blob": FOR_A_PERSON,
    "running-all of it gone": FINE,
    "running-plans garbage": FOR_A_PERSON,
    "running-intent/034-cats.json garbage": FOR_A_PERSON,
}
SAMPLE = (
    "running-moved_by_git",
    "running-replaced_by_a_file",
    "running-intent/034-cats.json garbage",
)
_KNOWN = [each for each in MOMENTS if each.id in EXPECTED]


@pytest.mark.parametrize("moment", chosen(_KNOWN, *SAMPLE), ids=lambda each: each.id)
def test_doctor_ends_as_it_should(moment: Moment, stage: Callable[[str], Stage]) -> None:
    scene = stage(moment.life)
    moment.upset(scene)
    have = Belongings(scene.base, scene.git_dir)

    said = [
        say(scene.repo.path, words) for words in (("doctor",), ("doctor", "--fix"), ("doctor",))
    ]

    assert Statuses(*(each.status for each in said)) == EXPECTED[moment.id], said
    assert [each.err for each in said] == ["", "", ""]
    assert have.lost() == []

"""From every odd moment a person gets back to work, by nothing but what the product says."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from moments.stages import Stage
from moments.table import MOMENTS, Moment, chosen
from moments.way_back import Person

SAMPLE = (
    "running-moved_by_git",
    "done-feature_moved_ahead",
    "accepted-target_renamed",
)


@pytest.mark.parametrize("moment", chosen(MOMENTS, *SAMPLE), ids=lambda each: each.id)
def test_the_advice_in_each_refusal_leads_back_to_work(
    moment: Moment, stage: Callable[[str], Stage]
) -> None:
    scene = stage(moment.life)
    moment.upset(scene)

    Person(scene).deliver()

"""What `doctor --fix` mends: found exactly, changed by no mere look, mended once and for all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from doctor.mended_scenes import MENDED
from doctor.patients import Patient
from soundness import require_sound

PatientIn = Callable[[str], Patient]


@pytest.mark.parametrize("name", MENDED)
def test_it_is_found_and_mended(patient: PatientIn, name: str) -> None:
    scene = MENDED[name]
    here = patient(scene.life)
    scene.happen(here)
    before = here.portrait()

    found = here.found()

    assert found == sorted(scene.found)
    assert here.portrait() == before
    mended = here.fix()
    assert {kind for kind, _ in mended} >= {kind for kind, _, _ in found}
    assert all(needed for _, needed in mended), mended
    assert here.found() == []
    assert scene.holds(here)
    require_sound(here.repo)

"""The plan goes away while work is under way: nothing that was never begun passes as done."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from door import POLICY
from moments.calls import CHANGES, ask
from moments.plans import all_plans_deleted, folder_deleted, folder_renamed
from moments.stages import Stage
from project import SLUG
from states import warnings

GONE = (folder_deleted, folder_renamed, all_plans_deleted)
TOLD = (
    f"The plan of {SLUG} is not on main any more, so what there is to do is not known. Put its "
    f"folder back and commit it: git checkout {{commit}} -- kitty-specs/{SLUG}"
)


def told(scene: Stage) -> str:
    state = scene.project.api("feature-state").data
    return TOLD.format(commit=state["work_packages"][-1]["plan_commit"])


@pytest.mark.parametrize("gone", GONE, ids=lambda each: each.__name__)
def test_without_its_plan_a_feature_is_not_accepted(
    stage: Callable[[str], Stage], gone: Callable[[Stage], None]
) -> None:
    scene = stage("review")
    assert scene.project.approve("WP01").data
    gone(scene)

    refused = ask(scene.repo.path, CHANGES["accept"])

    assert refused.refusal == ("FEATURE_NOT_READY", {"reason": "plan_gone"})
    assert refused.message == told(scene)
    assert warnings(scene.project) == [told(scene)]


def test_without_its_plan_nothing_new_starts_and_what_runs_goes_on(
    stage: Callable[[str], Stage],
) -> None:
    scene = stage("running")
    folder_deleted(scene)

    refused = ask(scene.repo.path, CHANGES["start another"])

    assert (refused.error, refused.message) == ("WP_NOT_FOUND", told(scene))
    assert ask(scene.repo.path, CHANGES["submit"]).data["to_lane"] == "for_review"
    assert ask(scene.repo.path, CHANGES["approve"]).data["to_lane"] == "done"


def test_a_merge_that_was_made_elsewhere_is_recorded_without_the_plan(
    stage: Callable[[str], Stage],
) -> None:
    scene = stage("accepted")
    scene.repo.git("merge", "--quiet", "--no-edit", SLUG)
    folder_deleted(scene)

    words = ("merge-feature", "--recorded", "--actor", "bot", "--policy", POLICY)

    assert ask(scene.repo.path, words).data["recorded"]

"""Between accepting and merging: what withdraws the acceptance, and what must not."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from extent import some

from door import POLICY
from moments.branches import (
    feature_deleted,
    feature_moved_ahead,
    package_ahead,
    package_deleted,
    target_amended,
    target_deleted,
    target_detached,
    target_merging,
    target_moved_ahead,
    target_rebasing,
    target_rewound,
    target_unrelated,
)
from moments.losses import Belongings
from moments.plans import package_added, package_removed
from moments.stages import Stage
from moments.workspaces import (
    deleted,
    on_another_branch_with_commits,
    removed_by_git,
    without_pointer,
)
from states import kinds

Upset = Callable[[Stage], object]


def reopened(stage: Stage) -> None:
    words = ("--note", "It leaks.", "--review-ref", "bug/1")
    assert stage.project.move("WP01", "in_progress", "bot", *words).data


def noted(stage: Stage) -> None:
    about = ("--wp", "WP01", "--actor", "bot", "--note", "Looks good.")
    assert stage.project.api("append-history", *about).data


def other_feature_begun(stage: Stage) -> None:
    """A plan of another feature waits on a branch of its own, with work on it."""
    stage.repo.git("branch", "elsewhere", "main")


def packed(stage: Stage) -> None:
    stage.repo.git("pack-refs", "--all")
    stage.repo.git("gc", "--quiet", "--prune=now")


def dirty_beside(stage: Stage) -> None:
    stage.repo.write("README.md", "# My cats\n")


def identity_changed(stage: Stage) -> None:
    stage.repo.git("config", "user.name", "Bob")


WITHDRAWN: dict[Upset, tuple[str, str | None]] = {
    reopened: ("FEATURE_NOT_READY", "not_accepted"),
    package_added: ("FEATURE_NOT_READY", "target_moved"),
    package_removed: ("FEATURE_NOT_READY", "target_moved"),
    target_moved_ahead: ("FEATURE_NOT_READY", "target_moved"),
    target_amended: ("FEATURE_NOT_READY", "target_moved"),
    target_rewound: ("FEATURE_NOT_READY", "target_moved"),
    target_unrelated: ("FEATURE_NOT_READY", "target_moved"),
    feature_moved_ahead: ("REF_DIVERGED", None),
    feature_deleted: ("REF_DIVERGED", None),
    target_deleted: ("PREFLIGHT_FAILED", None),
    target_rebasing: ("PREFLIGHT_FAILED", None),
    target_merging: ("PREFLIGHT_FAILED", None),
}
STANDING: tuple[Upset, ...] = (
    noted,
    other_feature_begun,
    packed,
    dirty_beside,
    identity_changed,
    target_detached,
    package_ahead,
    package_deleted,
    deleted,
    removed_by_git,
    without_pointer,
    on_another_branch_with_commits,
)


def merge(stage: Stage) -> tuple[str | None, str | None]:
    answer = stage.project.api("merge-feature", "--actor", "bot", "--policy", POLICY)
    return answer.envelope["error_code"], answer.envelope["data"].get("reason")


@pytest.mark.parametrize(
    "upset",
    some(WITHDRAWN, reopened, package_added, feature_moved_ahead),
    ids=lambda each: each.__name__,
)
def test_what_was_accepted_does_not_land_after(stage: Callable[[str], Stage], upset: Upset) -> None:
    scene = stage("accepted")
    upset(scene)
    before = scene.repo.git("for-each-ref")

    refused = merge(scene)

    assert refused == WITHDRAWN[upset]
    assert scene.repo.git("for-each-ref") == before


@pytest.mark.parametrize(
    "upset",
    some(STANDING, noted, package_ahead, package_deleted, deleted),
    ids=lambda each: each.__name__,
)
def test_what_was_accepted_lands_all_the_same_after(
    stage: Callable[[str], Stage], upset: Upset
) -> None:
    scene = stage("accepted")
    tree = scene.project.api("feature-state").data["acceptance"]["tree"]
    upset(scene)
    have = Belongings(scene.base, scene.git_dir)

    assert merge(scene) == (None, None)

    assert scene.repo.git("rev-parse", "main^{tree}") == tree
    assert kinds(scene.project)[-1] == "MergeCompleted"
    assert have.lost() == []

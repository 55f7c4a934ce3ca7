"""A call that is repeated under its idempotency key is told the same, whatever happened between."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from extent import some

from door import POLICY
from moments.branches import feature_deleted, package_ahead, target_deleted, target_moved_ahead
from moments.calls import ask
from moments.plans import automation_forbidden, folder_deleted, package_removed, settings_broken
from moments.stages import Stage
from moments.workspaces import deleted, detached, without_pointer
from states import kinds

WHO = ("--wp", "WP01", "--actor", "bot", "--policy", POLICY, "--idempotency-key")
CALLS = {
    "planned": ("start-implementation", *WHO, "key-1"),
    "running": ("transition", "--to", "for_review", *WHO, "key-2"),
    "review": ("transition", "--to", "done", "--review-ref", "r/1", *WHO, "key-3"),
}
BETWEEN = (
    deleted,
    without_pointer,
    detached,
    package_ahead,
    feature_deleted,
    target_moved_ahead,
    target_deleted,
    folder_deleted,
    package_removed,
    settings_broken,
    automation_forbidden,
)
# Each call once, and each thing that happens once.
PAIRS = [(list(CALLS)[number % len(CALLS)], upset) for number, upset in enumerate(BETWEEN)]


@pytest.mark.parametrize(
    ("life", "upset"), some(PAIRS, *PAIRS[::4]), ids=lambda each: getattr(each, "__name__", each)
)
def test_the_same_call_is_told_the_same(
    stage: Callable[[str], Stage], life: str, upset: Callable[[Stage], None]
) -> None:
    scene = stage(life)
    first = ask(scene.repo.path, CALLS[life]).data
    happened = kinds(scene.project)
    upset(scene)

    again = ask(scene.repo.path, CALLS[life])

    assert again.data == first
    assert scene.repo.git("log", "--format=%H", "refs/spec-kitty/034-cats").count("\n") + 1 == len(
        happened
    )

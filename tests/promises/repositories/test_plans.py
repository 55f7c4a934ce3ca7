"""Where a plan can be begun: wherever there is a checkout in which it would count."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from repositories import layouts
from repositories.whole_story import Scene

HAVE_A_CHECKOUT = (
    *(
        layouts.plain,
        layouts.checkout_elsewhere,
        layouts.git_dir_apart,
        layouts.git_dir_behind_a_link,
    ),
    *(layouts.inside_a_submodule, layouts.worktrees_around_a_bare_dot_git, layouts.subfolder),
)


def begun(scene: Scene) -> tuple[int, str]:
    """Begins another feature, as a person does."""
    status, _, said = scene.type_plainly("feature", "create", "More cats")
    return status, said


@pytest.mark.parametrize("make", HAVE_A_CHECKOUT)
def test_a_plan_is_begun_in_the_checkout(make: Callable[[Path], Scene], tmp_path: Path) -> None:
    scene = make(tmp_path)

    assert begun(scene) == (0, "")

    assert scene.landed is not None
    assert (scene.landed / "kitty-specs/035-more-cats/tasks").is_dir()
    status, shown, _ = scene.type_plainly("feature", "list")
    assert (status, "034-cats" in shown) == (0, True)


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (layouts.bare, "in a clone"),
        (layouts.worktrees_around_a_hidden_bare_repository, "(git worktree add)"),
        (layouts.linked_worktree, "Plan in the main checkout"),
        (layouts.workspace_of_a_git_dir_apart, "Plan in the main checkout"),
    ],
)
def test_where_a_plan_would_not_count_none_is_begun(
    make: Callable[[Path], Scene], words: str, tmp_path: Path
) -> None:
    scene = make(tmp_path)

    status, said = begun(scene)

    assert (status, words in " ".join(said.split())) == (1, True), said
    assert not list(tmp_path.rglob("035-more-cats"))

"""What must grow with a feature grows as the feature does; what need not grow does not."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest

from project import SLUG, Project
from repository import make_repo
from size.steps import answer, look, steps_of
from spec_kitty.application.host import Host
from spec_kitty.application.telling.boards import Board, board
from spec_kitty.application.telling.histories import newest
from spec_kitty.application.telling.overviews import features

FEW, MANY = 100, 400
# Four times as much may take four times the steps, and a little more for sorting.
LINEAR = 4.6
EVENTS = 20
NOTE = ("append-history", "--wp", "WP01", "--actor", "bot", "--note", "Meow.")
CALLS = [("feature-state",), ("list-ready",), ("explain",), ("forecast",), NOTE]

Sizes = dict[int, Path]


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory, git_settings: None) -> Sizes:
    """Returns two features: half a chain, in which each waits for the one before it."""
    return {size: half_a_chain(tmp_path_factory.mktemp("chain"), size) for size in (FEW, MANY)}


def half_a_chain(folder: Path, size: int) -> Path:
    project = Project(make_repo(folder / "project"))
    for number in range(1, size + 1):
        waits = [f"WP{number - 1:02}"] if 1 < number <= size // 2 else []
        owned = f"owned_files: [src/{number % 50}/**]\n"
        project.plan(f"WP{number:02}", "Link", waits, owned)
    project.repo.commit("Plan a chain")
    return project.repo.path


def growth(sizes: Sizes, call: tuple[str, ...]) -> float:
    few, many = (steps_of(partial(answer, at, *call)) for at in sizes.values())
    return many / few


@pytest.mark.parametrize("call", CALLS, ids=lambda call: call[0])
def test_four_times_the_work_packages_take_four_times_the_steps(
    sizes: Sizes, call: tuple[str, ...]
) -> None:
    assert growth(sizes, call) < LINEAR


def test_a_board_grows_as_its_cards_do(sizes: Sizes) -> None:
    def draw(host: Host) -> Board:
        return board(host.reader.desk(SLUG))

    few, many = (steps_of(partial(look, at, draw)) for at in sizes.values())
    assert many / few < LINEAR


def test_a_board_of_many_work_packages_can_be_read_at_once(sizes: Sizes) -> None:
    listed = [
        (len(state["work_packages"]), state["summary"]["total"], len(explained["work_packages"]))
        for state, explained in (
            (answer(at, "feature-state"), answer(at, "explain")) for at in sizes.values()
        )
    ]
    assert listed == [(FEW, FEW, FEW), (MANY, MANY, MANY)]


@pytest.fixture(scope="module")
def long(
    tmp_path_factory: pytest.TempPathFactory, git_settings: None
) -> dict[int, tuple[int, int, int]]:
    """Returns by the number of events the steps of reading, of changing and of the newest ones."""
    project = half_a_chain(tmp_path_factory.mktemp("events"), 3)
    steps = {}
    for size in (EVENTS, 4 * EVENTS):
        while written(project) < size:
            answer(project, *NOTE)
        steps[size] = (
            steps_of(lambda: answer(project, "feature-state")),
            steps_of(lambda: answer(project, *NOTE)),
            steps_of(lambda: look(project, lambda host: newest(host, SLUG, 20))),
        )
    return steps


def written(project: Path) -> int:
    return look(project, lambda host: host.reader.desk(SLUG).feature.sequence)


def test_what_has_happened_before_costs_nothing_now(
    long: dict[int, tuple[int, int, int]],
) -> None:
    few, many = long.values()
    assert [one / other < 1.1 for one, other in zip(many, few, strict=True)] == [True] * 3


def test_a_list_of_features_grows_as_they_do(tmp_path: Path) -> None:
    steps = []
    for size in (10, 40):
        project = Project(make_repo(tmp_path / f"{size}"))
        for number in range(size):
            text = "---\nwork_package_id: WP01\ntitle: Purr\n---\nPurr.\n"
            project.repo.write(f"kitty-specs/{number:03}-cats/tasks/WP01-purr.md", text)
        project.repo.commit("Plan many features")
        steps.append(steps_of(partial(look, project.repo.path, features)))
    assert steps[1] / steps[0] < LINEAR


def test_a_sentence_stays_short_however_much_a_work_package_waits_for(tmp_path: Path) -> None:
    project = Project(make_repo(tmp_path / "project"))
    needs = [f"WP{number:02}" for number in range(1, 201)]
    for package in needs:
        project.plan(package, "Purr")
    project.plan("WP201", "Sleep", needs)
    project.repo.commit("Plan a lot")

    [said] = answer(project.repo.path, "explain", "--wp", "WP201")["work_packages"]

    named = ", ".join(f"{package} (planned)" for package in needs[:10])
    assert said["reason"] == f"planned: it waits for {named} and 190 more."

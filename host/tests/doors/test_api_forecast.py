"""What a forecast says of the work that a plan leaves to do."""

import pytest
from inline_snapshot import snapshot

from door import POLICY
from project import Project


def test_a_forecast_says_in_which_order_and_how_long_and_what_may_meet(project: Project) -> None:
    project.plan("WP04", "Hiss", ["WP03"], more="estimate_minutes: 15\nowned_files: [src]\n")
    project.plan("WP05", "Rest", more="owned_files: [docs]\n")
    project.repo.commit("Plan more")
    assert project.ask("forecast") == snapshot(
        {
            "feature_slug": "034-cats",
            "waves": [["WP01", "WP02", "WP05"], ["WP03"], ["WP04"]],
            "critical_path": ["WP01", "WP03", "WP04"],
            "critical_minutes": 135,
            "overlaps": [{"wp_ids": ["WP02", "WP04"]}],
            "overlaps_cut": False,
        }
    )


def test_what_is_settled_is_no_part_of_a_forecast(project: Project) -> None:
    project.plan("WP04", "Hiss", ["WP03"], more="owned_files: [src]\n")
    project.repo.commit("Plan hissing")
    project.finish("WP01")
    assert project.start("WP03").data
    assert project.ask("forecast") == snapshot(
        {
            "feature_slug": "034-cats",
            "waves": [["WP02", "WP03"], ["WP04"]],
            "critical_path": ["WP03", "WP04"],
            "critical_minutes": 120,
            "overlaps": [{"wp_ids": ["WP02", "WP04"]}],
            "overlaps_cut": False,
        }
    )


def test_what_waits_for_an_error_or_for_what_was_canceled_is_not_foretold(
    project: Project,
) -> None:
    project.plan("WP01", "Purr", ["WP09"])
    project.plan("WP04", "Hiss", ["WP03"])
    project.plan("WP05", "Rest")
    project.plan("WP06", "Wake", ["WP05"])
    project.repo.write("kitty-specs/034-cats/tasks/WP07-dream.md", "---\ntitle: [\n---\n")
    project.repo.commit("Break two files and plan more")
    assert project.ask("forecast")["waves"] == [["WP02", "WP05"], ["WP06"]]
    assert project.start("WP05").data
    assert project.move("WP05", "canceled", "bot", "--note", "Not needed.").data
    assert project.ask("forecast")["waves"] == [["WP02"]]


def test_a_feature_that_has_landed_has_no_forecast_even_if_its_plan_grows(
    project: Project,
) -> None:
    for package in ("WP01", "WP02", "WP03"):
        project.finish(package, f"{package}.py")
    bot = ("--actor", "bot", "--policy", POLICY)
    assert project.api("accept-feature", *bot).data
    assert project.api("merge-feature", *bot).data
    project.plan("WP04", "Hiss")
    project.repo.commit("Plan hissing")
    assert project.ask("forecast") == snapshot(
        {
            "feature_slug": "034-cats",
            "waves": [],
            "critical_path": [],
            "critical_minutes": 0,
            "overlaps": [],
            "overlaps_cut": False,
        }
    )


@pytest.mark.parametrize(("packages", "pairs", "is_cut"), [(63, 1953, False), (64, 2000, True)])
def test_a_forecast_says_when_it_leaves_pairs_out(
    project: Project, packages: int, pairs: int, is_cut: bool
) -> None:
    for number in range(1, packages + 1):
        project.plan(f"WP{number + 10}", "Purr", more="owned_files: ['*']\n")
    for package in ("WP01", "WP02", "WP03"):
        [path] = (project.repo.path / "kitty-specs/034-cats/tasks").glob(f"{package}-*")
        path.unlink()
    project.repo.commit("Plan a lot")
    told = project.ask("forecast")
    assert (len(told["overlaps"]), told["overlaps_cut"]) == (pairs, is_cut)

"""How long a run is expected to take."""

from __future__ import annotations

from dataclasses import replace

from domain.moments import done, in_review, planned
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import Feature, Lane, Overlap, Package
from spec_kitty_orchestrator.domain.showing.forecasting import Expectation, Job, expect

WORK, REVIEW = Role.IMPLEMENT, Role.REVIEW


def plan(*packages: Package) -> Feature:
    return Feature("034-cats", packages=packages)


def estimated(name: str, minutes: int, *dependencies: str, remaining: int = 0) -> Package:
    return planned(
        name, *dependencies, estimate_minutes=minutes, remaining_minutes=remaining or minutes
    )


def test_a_work_package_is_worked_on_and_then_reviewed() -> None:
    expected = expect(plan(estimated("WP01", 50)), 2, ())
    jobs = (Job("WP01", WORK, 0, 40), Job("WP01", REVIEW, 40, 50))
    assert expected == Expectation(jobs, (), ())
    assert expected.minutes == 50


def test_one_after_the_other_where_only_one_agent_may_work() -> None:
    expected = expect(plan(estimated("WP01", 50), estimated("WP02", 100)), 1, ())
    assert expected.jobs == (
        Job("WP02", WORK, 0, 80),
        Job("WP02", REVIEW, 80, 100),
        Job("WP01", WORK, 100, 140),
        Job("WP01", REVIEW, 140, 150),
    )


def test_what_waits_for_another_begins_when_that_is_reviewed() -> None:
    expected = expect(
        plan(estimated("WP01", 50, remaining=100), estimated("WP02", 50, "WP01")), 4, ()
    )
    assert [job.begins for job in expected.jobs] == [0, 40, 50, 90]


def test_with_enough_agents_it_takes_the_longest_path() -> None:
    diamond = plan(
        estimated("WP01", 10, remaining=80),
        estimated("WP02", 50, "WP01", remaining=70),
        estimated("WP03", 20, "WP01", remaining=40),
        estimated("WP04", 20, "WP02", "WP03"),
    )
    assert expect(diamond, 4, ()).minutes == 80


def test_without_an_estimate_an_hour_is_assumed_and_said() -> None:
    expected = expect(plan(planned("WP01")), 1, ())
    assert (expected.minutes, expected.guessed) == (60, ("WP01",))


def test_what_is_done_takes_no_time_and_what_is_in_review_only_its_review() -> None:
    submitted = replace(in_review("WP02"), estimate_minutes=50)
    expected = expect(plan(done("WP01"), submitted), 1, ())
    assert expected == Expectation((Job("WP02", REVIEW, 0, 10),), (), ())


def test_what_cannot_be_done_is_left_with_everything_behind_it() -> None:
    broken = replace(estimated("WP02", 10), problems=("It has no title.",))
    blocked = replace(estimated("WP04", 10), lane=Lane.BLOCKED)
    feature = plan(estimated("WP01", 10), broken, estimated("WP03", 10, "WP02"), blocked)
    expected = expect(feature, 2, ())
    assert (expected.minutes, expected.left) == (10, ("WP02", "WP03", "WP04"))


def test_what_may_conflict_waits_behind_what_may_not() -> None:
    feature = plan(estimated("WP01", 100), estimated("WP02", 90), estimated("WP03", 10))
    expected = expect(feature, 2, [Overlap("WP02", "WP01")])
    assert [job.package for job in expected.jobs][:2] == ["WP01", "WP03"]


def test_an_empty_plan_takes_no_time() -> None:
    assert expect(plan(), 2, ()).minutes == 0

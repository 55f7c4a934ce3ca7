from spec_kitty.domain.planning.plan import FeaturePlan, PlannedPackage, Problem


def package(package_id: str) -> PlannedPackage:
    path = f"kitty-specs/034-x/tasks/{package_id}.md"
    return PlannedPackage(package_id, package_id, path, (), (), (), None, False, "0" * 40)


IDS = ("WP01", "WP02", "WP10", "WP99", "WP100")
PROBLEM = Problem("kitty-specs/034-x/tasks/WP02.md", 3, "This is wrong.", "error", "WP02")
OTHER = Problem("kitty-specs/034-x/meta.json", None, "So is this.", "warning", None)
PLAN = FeaturePlan(
    "034-x", "1" * 40, "X", tuple(package(each) for each in IDS), (PROBLEM, OTHER), None
)


def test_a_package_is_found_by_its_id() -> None:
    assert [PLAN.package(each) for each in IDS] == list(PLAN.packages)


def test_an_id_that_is_not_planned_is_not_found() -> None:
    assert [PLAN.package(each) for each in ("WP03", "WP1", "WP101", "", "X")] == [None] * 5


def test_the_problems_of_a_package_are_its_own() -> None:
    assert PLAN.problems_of("WP02") == (PROBLEM,)
    assert PLAN.problems_of("WP01") == ()


def test_the_errors_are_listed_by_package_without_warnings() -> None:
    warning = PROBLEM.replace(severity="warning", package_id="WP01")
    later = PROBLEM.replace(line=4)
    plan = PLAN.replace(problems=(PROBLEM, OTHER, warning, OTHER.replace(severity="error"), later))
    assert plan.errors() == {"WP02": [PROBLEM, later]}


def test_a_problem_reads_like_the_message_of_a_compiler() -> None:
    assert str(PROBLEM) == "kitty-specs/034-x/tasks/WP02.md:3: error: This is wrong."
    assert str(OTHER) == "kitty-specs/034-x/meta.json: warning: So is this."

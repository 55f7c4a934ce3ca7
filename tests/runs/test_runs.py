"""Plays whole runs: the installed orchestrator, the installed host, real git, real processes."""

from __future__ import annotations

import signal
from collections import Counter
from pathlib import Path

import pytest

from runs import AGENT, Project, kill, make_project, wait_until

DIAMOND = ("WP01", "WP02 WP01", "WP03 WP01", "WP04 WP02 WP03")
DONE = {"WP01": "done", "WP02": "done", "WP03": "done", "WP04": "done"}

# What happens to each of four work packages that nobody sends back, and to the feature.
WHOLE = Counter(
    {
        "PackageClaimed": 4,
        "WorkspacePrepared": 4,
        "PackageSubmitted": 4,
        "ReviewClaimed": 4,
        "PackageIntegrated": 4,
    }
)


def check_delivered(project: Project) -> None:
    """Checks that the feature is on main, once, and that nothing is left of the run."""
    assert project.lanes() == DONE
    assert project.git("status", "--porcelain") == ""
    for package in DONE:
        assert project.git("show", f"main:{package}.txt").count("\n") == 1
    project.kitty("verify")
    counted = Counter(kind for kind, _ in project.events())
    assert {kind: counted[kind] for kind in WHOLE} == dict(WHOLE)
    assert project.processes() == []
    assert project.git("worktree", "list").count("\n") == 1


def test_a_run_takes_a_feature_from_its_plan_to_the_merge(tmp_path: Path) -> None:
    project = make_project(tmp_path, *DIAMOND)

    ended = project.orchestrate()

    assert (ended.returncode, ended.stderr) == (0, "")
    assert "The feature is done and merged into main at " in ended.stdout
    check_delivered(project)


@pytest.mark.parametrize("records", range(2, 56, 6))
def test_a_run_that_is_killed_is_resumed_and_does_nothing_twice(
    tmp_path: Path, records: int
) -> None:
    project = make_project(tmp_path, *DIAMOND)
    project.configure(seconds=0.1)

    with project.running("orchestrate") as process:
        wait_until(
            lambda: len(project.records()) >= records or process.poll() is not None,
            f"record {records}",
        )
        kill(process)
    wait_until(lambda: project.processes() == [], "the end of all that the run had started")
    ended = project.call("resume")

    if project.records()[-1]["type"] == "RunEnded" and ended.returncode == 2:
        # It was through when the kill came.
        assert "No run of 034-cats is left to resume." in ended.stderr
    else:
        assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    check_delivered(project)


def test_the_first_ctrl_c_lets_agents_finish_and_a_resume_goes_on(tmp_path: Path) -> None:
    project = make_project(tmp_path, *DIAMOND)
    project.configure(seconds=0.5)

    with project.running("orchestrate") as process:
        wait_until(lambda: "AttemptStarted" in str(project.records()), "the first attempt")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert project.lanes()["WP01"] == "for_review"
    assert project.processes() == []

    assert project.call("resume").returncode == 0
    check_delivered(project)


def test_the_second_ctrl_c_ends_agents_at_once(tmp_path: Path) -> None:
    project = make_project(tmp_path, *DIAMOND)
    project.configure(seconds=600)

    with project.running("orchestrate") as process:
        wait_until(lambda: "AttemptStarted" in str(project.records()), "the first attempt")
        wait_until(lambda: any("agent.sh" in each for each in project.processes()), "the agent")
        process.send_signal(signal.SIGINT)
        wait_until(lambda: "Ctrl-C again ends them now" in project.printed(), "the first Ctrl-C")
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=60) == 130
    assert project.lanes()["WP01"] == "in_progress"
    assert project.processes() == []


def test_a_reviewer_that_says_no_and_exits_in_order_sends_the_work_back(tmp_path: Path) -> None:
    project = make_project(tmp_path, "WP01")
    project.configure(
        """
        if [ "$SPEC_KITTY_ROLE" != review ]; then echo more >> WP01.txt; exit 0; fi
        if [ "$(wc -l < WP01.txt)" -gt 1 ]; then echo '{"verdict": "approved"}'; exit 0; fi
        echo 'This must not be merged.'
        echo '{"verdict": "changes_requested", "findings": [{"id": "F1", "message": "Too few."}]}'
        """
    )

    ended = project.orchestrate()

    assert ended.returncode == 0, ended.stdout
    assert "WP01 goes back with findings." in ended.stdout
    assert project.git("show", "main:WP01.txt") == "more\nmore\n"


def test_nothing_is_submitted_where_nothing_was_changed(tmp_path: Path) -> None:
    project = make_project(tmp_path, "WP01")
    project.configure("echo 'I did everything that was asked.'")

    ended = project.orchestrate()

    assert ended.returncode == 1
    assert project.lanes() == {"WP01": "blocked"}
    assert ("PackageSubmitted", "WP01") not in project.events()


def test_what_an_agent_leaves_behind_is_ended_with_its_attempt(tmp_path: Path) -> None:
    project = make_project(tmp_path, "WP01")
    project.configure(f"setsid sh -c 'trap \"\" TERM; sleep 600' >/dev/null 2>&1 &\n{AGENT}")

    assert project.orchestrate().returncode == 0
    assert project.processes() == []


def test_a_second_run_of_a_feature_is_refused_while_one_goes_on(tmp_path: Path) -> None:
    project = make_project(tmp_path, "WP01")
    project.configure(seconds=600)

    with project.running("orchestrate") as process:
        wait_until(lambda: "AttemptStarted" in str(project.records()), "the first attempt")
        second = project.orchestrate()
        resumed = project.call("resume")
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)

    for refused in (second, resumed):
        assert (refused.returncode, refused.stdout) == (4, "")
        assert "goes on here already" in refused.stderr


def test_a_run_that_was_not_finished_is_not_started_anew(tmp_path: Path) -> None:
    project = make_project(tmp_path, "WP01")
    project.configure("exit 1")
    assert project.orchestrate().returncode == 1

    again = project.orchestrate()

    assert again.returncode == 4
    assert "resume --feature 034-cats" in again.stderr


def test_a_run_with_a_blocked_package_can_be_given_up_and_started_anew(tmp_path: Path) -> None:
    project = make_project(tmp_path, "WP01")
    project.configure("echo 'I did nothing.'")
    assert project.orchestrate().returncode == 1
    assert project.lanes() == {"WP01": "blocked"}

    given_up = project.call("abort")

    assert (given_up.returncode, given_up.stderr) == (0, "")
    assert "WP01 is released to planned (it was blocked)." in given_up.stdout
    project.configure()
    assert project.orchestrate().returncode == 0


def test_without_a_merge_the_run_says_how_to_land_what_is_accepted(tmp_path: Path) -> None:
    project = make_project(tmp_path, "WP01")

    ended = project.orchestrate("--no-merge")

    assert ended.returncode == 0
    assert "done and accepted, and not merged. Land it: spec-kitty merge" in ended.stdout


def test_a_merged_feature_is_not_run_again(tmp_path: Path) -> None:
    project = make_project(tmp_path, "WP01")
    assert project.orchestrate().returncode == 0
    before = project.records()

    again = project.orchestrate()

    assert (again.returncode, again.stdout) == (
        0,
        "034-cats is merged already: there is nothing left to do.\n",
    )
    assert project.records() == before

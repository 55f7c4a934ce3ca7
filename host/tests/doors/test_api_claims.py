"""Who holds what: claims, attempts, and calls that are repeated under a key."""

import json
from concurrent.futures import ThreadPoolExecutor

from inline_snapshot import snapshot

from door import POLICY
from project import Project

KEY = ("--idempotency-key", "run-1/WP01/1/start")


def test_the_same_actor_and_run_start_again_without_an_event(project: Project) -> None:
    project.start("WP01", "bot", "--run-id", "run-1")
    count = len(project.events())
    again = project.start("WP01", "bot", "--run-id", "run-1").data
    assert (again["no_op"], again["attempt"], len(project.events())) == (True, 1, count)


def test_the_same_actor_in_another_run_does_not_hold_it(project: Project) -> None:
    project.start("WP01", "bot", "--run-id", "run-1")
    assert project.start("WP01", "bot", "--run-id", "run-2").refusal == snapshot(
        (
            "WP_ALREADY_CLAIMED",
            {"claimed_by": "bot", "requesting_actor": "bot", "lane": "in_progress"},
        )
    )
    assert project.start("WP01", "bot").error == "WP_ALREADY_CLAIMED"


def test_another_actor_does_not_get_what_is_held(project: Project) -> None:
    project.start("WP01", "bot")
    count = len(project.events())
    assert project.start("WP01", "rival").refusal == snapshot(
        (
            "WP_ALREADY_CLAIMED",
            {"claimed_by": "bot", "requesting_actor": "rival", "lane": "in_progress"},
        )
    )
    assert len(project.events()) == count


def test_of_many_who_start_at_once_one_gets_it_and_no_other_code_is_given(
    project: Project,
) -> None:
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda n: project.start("WP01", f"bot-{n}"), range(8)))
    codes = sorted(str(answer.envelope["error_code"]) for answer in answers)
    assert codes == ["None"] + ["WP_ALREADY_CLAIMED"] * 7
    [winner] = [answer for answer in answers if answer.envelope["success"]]
    assert project.workspace("WP01").exists()
    assert winner.data["attempt"] == 1


def test_a_second_reviewer_does_not_get_the_review(project: Project) -> None:
    project.submit("WP01")
    assert project.review("WP01", "critic").data["no_op"] is False
    assert project.review("WP01", "critic").data["no_op"] is True
    assert project.review("WP01", "other").refusal == snapshot(
        (
            "WP_ALREADY_CLAIMED",
            {"claimed_by": "critic", "requesting_actor": "other", "lane": "for_review"},
        )
    )
    verdict = project.move("WP01", "done", "other", "--review-ref", "review/2")
    assert verdict.error == "WP_ALREADY_CLAIMED"


def test_a_package_waits_for_its_dependencies(project: Project) -> None:
    assert project.start("WP03").refusal == snapshot(
        (
            "DEPENDENCIES_NOT_SATISFIED",
            {"unsatisfied_dependencies": ["WP01"], "canceled_dependencies": []},
        )
    )


def test_a_stale_attempt_is_refused(project: Project) -> None:
    project.start("WP01")
    project.move("WP01", "planned", "bot", "--note", "Tired.")
    project.start("WP01")
    project.work("WP01", "cat.py", "meow = 1\n")
    assert project.move("WP01", "for_review", "bot", "--attempt", "1").refusal == snapshot(
        ("TRANSITION_REJECTED", {"reason": "stale_attempt", "attempt": 2, "given_attempt": 1})
    )
    assert project.move("WP01", "for_review", "bot", "--attempt", "2").data["attempt"] == 2


def test_somebody_else_cannot_submit(project: Project) -> None:
    project.start("WP01")
    project.work("WP01", "cat.py", "meow = 1\n")
    assert project.move("WP01", "for_review", "rival").error == "WP_ALREADY_CLAIMED"


def test_a_submission_without_work_is_refused(project: Project) -> None:
    project.start("WP01")
    assert project.move("WP01", "for_review").refusal == snapshot(
        ("WORKFLOW_EVIDENCE_REQUIRED", {"reason": "no_change"})
    )


def test_a_change_of_the_plan_is_refused(project: Project) -> None:
    project.start("WP01")
    project.work("WP01", ".kittify/config.toml", "[policy]\nforce = true\n")
    assert project.move("WP01", "for_review").refusal == snapshot(
        ("PROTECTED_PATHS_CHANGED", {"paths": [".kittify/config.toml"], "count": 1})
    )


def test_a_guard_refuses_with_its_name_and_the_paths(project: Project) -> None:
    project.start("WP01")
    marks = "<<<<<<< ours\na\n=======\nb\n>>>>>>> theirs\n"
    project.work("WP01", "cat.py", marks)
    assert project.move("WP01", "for_review").refusal == snapshot(
        (
            "TRANSITION_REJECTED",
            {"paths": ["cat.py"], "count": 1, "places": ["cat.py:1"], "guard": "conflict_markers"},
        )
    )


def test_work_goes_back_only_with_feedback(project: Project) -> None:
    project.submit("WP01")
    assert project.move("WP01", "in_progress", "critic").refusal == snapshot(
        ("WORKFLOW_EVIDENCE_REQUIRED", {"reason": "no_feedback"})
    )


def test_done_is_reached_only_from_review(project: Project) -> None:
    assert project.move("WP01", "done", "critic", "--review-ref", "x").refusal == snapshot(
        (
            "TRANSITION_REJECTED",
            {
                "from_lane": "planned",
                "to_lane": "done",
                "allowed": ["in_progress", "blocked", "canceled"],
            },
        )
    )


def test_a_program_cannot_force_unless_the_project_says_so(project: Project) -> None:
    project.start("WP01")
    forced = ("--force", "--note", "Mine now.")
    assert project.move("WP01", "planned", "rival", *forced).refusal == snapshot(
        ("POLICY_DENIED", {"rule": "policy.force"})
    )


def test_a_project_can_forbid_orchestration(project: Project) -> None:
    project.repo.write(".kittify/config.toml", "[policy]\norchestration = false\n")
    project.repo.commit("Work by hand")
    assert project.start("WP01").refusal == snapshot(
        ("POLICY_DENIED", {"rule": "policy.orchestration"})
    )
    note = ("--wp", "WP01", "--actor", "bot", "--note", "x")
    assert project.api("append-history", *note).error == "POLICY_DENIED"
    assert project.api("list-ready").data


def test_a_feature_with_open_packages_is_not_accepted(project: Project) -> None:
    project.finish("WP01")
    about = ("--actor", "bot", "--policy", POLICY)
    assert project.refused("accept-feature", *about) == snapshot(
        ("FEATURE_NOT_READY", {"incomplete_wps": ["WP02", "WP03"]})
    )
    assert project.refused("merge-feature", *about) == snapshot(
        ("FEATURE_NOT_READY", {"reason": "not_accepted"})
    )


def test_the_same_key_and_arguments_give_the_same_answer_and_no_event(project: Project) -> None:
    first = project.start("WP01", "bot", *KEY).data
    count = len(project.events())
    project.move("WP01", "planned", "bot", "--note", "Tired.")
    assert project.start("WP01", "bot", *KEY).data == first
    assert (project.lanes()["WP01"], len(project.events())) == ("planned", count + 1)


def test_the_order_of_the_flags_does_not_matter_to_a_key(project: Project) -> None:
    note = ("--actor", "bot", "--note", "Once.", "--idempotency-key", "k")
    first = project.api("append-history", "--wp", "WP01", *note).data
    assert project.api("append-history", *note, "--wp", "WP01", "--json").data == first
    assert project.events() == snapshot(["WP01: note: Once. by bot"])


def test_the_same_key_with_other_arguments_is_refused(project: Project) -> None:
    project.start("WP01", "bot", *KEY)
    before = project.events()
    assert project.start("WP02", "bot", *KEY).refusal == snapshot(
        ("IDEMPOTENCY_KEY_REUSED", {"idempotency_key": "run-1/WP01/1/start"})
    )
    assert project.start("WP01", "bot", *KEY, "--agent", "claude").error == (
        "IDEMPOTENCY_KEY_REUSED"
    )
    assert project.events() == before


def test_a_refusal_is_decided_anew_under_its_key(project: Project) -> None:
    project.start("WP01", "rival")
    assert project.start("WP01", "bot", *KEY).error == "WP_ALREADY_CLAIMED"
    project.move("WP01", "planned", "rival", "--note", "Tired.")
    assert project.start("WP01", "bot", *KEY).data["no_op"] is False


def test_a_recorded_conflict_is_told_again_under_its_key(project: Project) -> None:
    project.submit("WP01", "cat.py", "sound = 'purr'\n")
    project.submit("WP02", "cat.py", "sound = 'meow'\n")
    project.approve("WP01")
    about = ("--review-ref", "review/2", "--idempotency-key", "k")
    first = project.move("WP02", "done", "critic", *about)
    count = len(project.events())
    assert first.error == "INTEGRATION_CONFLICT"
    again = project.move("WP02", "done", "critic", *about)
    assert (again.refusal, again.message) == (first.refusal, first.message)
    assert len(project.events()) == count


def test_every_command_that_changes_repeats_its_answer(project: Project) -> None:
    for number in range(1, 4):
        package = f"WP0{number}"
        start = ("--wp", package, "--actor", "bot", "--policy", POLICY)
        _twice(project, "start-implementation", *start)
        project.work(package, f"{package}.py", "cat = 1\n")
        _twice(project, "append-history", "--wp", package, "--actor", "bot", "--note", "x")
        _twice(project, "transition", *start, "--to", "for_review")
        critic = ("--wp", package, "--actor", "critic", "--policy", POLICY)
        _twice(project, "start-review", *critic)
        _twice(project, "transition", *critic, "--to", "done", "--review-ref", "x")
    _twice(project, "accept-feature", "--actor", "bot", "--policy", POLICY)
    _twice(project, "merge-feature", "--actor", "bot", "--policy", POLICY)


def _twice(project: Project, command: str, *words: str) -> None:
    key = ("--idempotency-key", json.dumps([command, *words])[:40] + words[1] + str(len(words)))
    first = project.api(command, *words, *key).data
    count = len(project.events())
    assert (project.api(command, *words, *key).data, len(project.events())) == (first, count)

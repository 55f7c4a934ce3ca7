"""The table of lanes and moves, through the contract and by hand."""

from collections.abc import Callable

import pytest

from people import Person
from project import Project
from spec_kitty.domain.refusals import ErrorCode, Refusal
from states import branches, kinds, lane, package


def planned(_: Project) -> None:
    """Leaves it as it is."""


def started(project: Project) -> None:
    assert project.start("WP01").data


def submitted(project: Project) -> None:
    project.submit("WP01")


def done(project: Project) -> None:
    project.finish("WP01")


def blocked(project: Project) -> None:
    started(project)
    assert project.move("WP01", "blocked", "bot", "--note", "Waiting.").data


def canceled(project: Project) -> None:
    started(project)
    assert project.move("WP01", "canceled", "bot", "--note", "Not needed.").data


WAYS = {
    "planned": planned,
    "in_progress": started,
    "for_review": submitted,
    "done": done,
    "blocked": blocked,
    "canceled": canceled,
}
NOTE = ("--note", "Because.")
REASONS = (*NOTE, "--review-ref", "r/1")
# What is planned or blocked is moved by a call without a verdict.
REASONS_OF = {"planned": NOTE, "blocked": NOTE}

# Who may, through the contract, with every reason given: by the lane it comes from.
BY_HOLDER = {
    "planned": {"planned", "in_progress"},
    "in_progress": {"in_progress", "planned", "blocked", "canceled"},
    "for_review": {"for_review", "in_progress", "done", "planned", "blocked", "canceled"},
    "done": {"done", "in_progress"},
    "blocked": {"blocked", "in_progress", "planned", "canceled"},
    "canceled": {"canceled"},
}
BY_ANOTHER = {
    "planned": {"planned", "in_progress"},
    "in_progress": set(),
    "for_review": {"in_progress", "done"},
    "done": {"done", "in_progress"},
    "blocked": {"in_progress", "planned"},
    "canceled": {"canceled"},
}


@pytest.mark.parametrize("origin", WAYS)
@pytest.mark.parametrize(("actor", "table"), [("bot", BY_HOLDER), ("eve", BY_ANOTHER)])
def test_exactly_the_moves_of_the_table_are_made(
    project: Project, origin: str, actor: str, table: dict[str, set[str]]
) -> None:
    """Each forbidden move is refused and changes nothing; one allowed move is then made."""
    WAYS[origin](project)
    before = branches(project), kinds(project)
    allowed = table[origin]
    for to in sorted(WAYS.keys() - allowed):
        answer = project.move("WP01", to, actor, *REASONS_OF.get(origin, REASONS))
        assert not answer.envelope["success"], (origin, to, answer)
        assert (lane(project), branches(project), kinds(project)) == (origin, *before)
    for to in sorted(allowed & {origin}):
        assert project.move("WP01", to, actor, *REASONS_OF.get(origin, REASONS)).data["no_op"]
        assert (lane(project), branches(project), kinds(project)) == (origin, *before)


@pytest.mark.parametrize(
    ("origin", "actor", "to"),
    [
        (origin, actor, to)
        for actor, table in (("bot", BY_HOLDER), ("eve", BY_ANOTHER))
        for origin, allowed in table.items()
        for to in sorted(allowed - {origin})
    ],
)
def test_a_move_of_the_table_is_made(project: Project, origin: str, actor: str, to: str) -> None:
    WAYS[origin](project)

    moved = project.move("WP01", to, actor, *REASONS_OF.get(origin, REASONS)).data

    assert (moved["from_lane"], moved["to_lane"], lane(project)) == (origin, to, to)


@pytest.mark.parametrize("origin", ["in_progress", "for_review", "blocked"])
@pytest.mark.parametrize("to", ["planned", "canceled"])
def test_a_person_may_release_and_cancel_what_another_holds(
    project: Project, alice: Person, origin: str, to: str
) -> None:
    WAYS[origin](project)

    alice.move("WP01", to, "Because.")

    assert lane(project) == to


@pytest.mark.parametrize(
    ("origin", "to", "reason"),
    [
        ("in_progress", "planned", "no_reason"),
        ("in_progress", "blocked", "no_reason"),
        ("in_progress", "canceled", "no_reason"),
        ("for_review", "done", "no_review"),
        ("for_review", "in_progress", "no_feedback"),
        ("done", "in_progress", "no_reason"),
        ("in_progress", "for_review", "no_change"),
    ],
)
def test_a_move_without_its_evidence_is_refused(
    project: Project, origin: str, to: str, reason: str
) -> None:
    WAYS[origin](project)

    code, facts = project.move("WP01", to).refusal

    assert (code, facts["reason"], lane(project)) == (
        "WORKFLOW_EVIDENCE_REQUIRED",
        reason,
        origin,
    )


def test_the_move_of_a_person_to_done_is_the_review(project: Project, alice: Person) -> None:
    submitted(project)

    alice.move("WP01", "done")

    found = package(project)
    assert (found["lane"], found["verdict"], found["verdict_by"]) == ("done", "approved", "alice")
    assert found["verdict_head"] == found["head_commit"]


def test_doing_is_another_word_for_in_progress(project: Project) -> None:
    assert project.move("WP01", "doing").data["to_lane"] == "in_progress"


def test_a_dependency_must_be_done(project: Project) -> None:
    submitted(project)

    assert project.start("WP03").refusal == (
        "DEPENDENCIES_NOT_SATISFIED",
        {"unsatisfied_dependencies": ["WP01"], "canceled_dependencies": []},
    )


def test_a_canceled_dependency_never_satisfies(project: Project) -> None:
    canceled(project)

    assert project.start("WP03").refusal == (
        "DEPENDENCIES_NOT_SATISFIED",
        {"unsatisfied_dependencies": ["WP01"], "canceled_dependencies": ["WP01"]},
    )


def test_force_through_the_contract_needs_the_leave_of_the_project(project: Project) -> None:
    started(project)

    words = ("--note", "Because.", "--force")

    assert project.move("WP01", "planned", "eve", *words).error == "POLICY_DENIED"
    project.repo.write(".kittify/config.toml", "[policy]\nforce = true\n")
    project.repo.commit("Allow force")
    assert project.move("WP01", "planned", "eve", *words).data["to_lane"] == "planned"


def test_force_does_not_skip_the_review(project: Project, alice: Person) -> None:
    started(project)

    with pytest.raises(Refusal) as refused:
        alice.move("WP01", "done", "Because.", force=True)

    assert refused.value.code is ErrorCode.TRANSITION_REJECTED


def test_an_integrated_package_is_not_canceled(project: Project) -> None:
    done(project)
    words = ("--note", "Late finding.", "--review-ref", "bug/1")
    assert project.move("WP01", "in_progress", "bot", *words).data

    code, facts = project.move("WP01", "canceled", "bot", *words).refusal

    assert (code, facts["reason"]) == ("TRANSITION_REJECTED", "integrated")


def test_blocking_keeps_the_holder(project: Project) -> None:
    blocked(project)

    assert package(project)["claimed_by"] == "bot"
    assert project.start("WP01", "eve").error == "WP_ALREADY_CLAIMED"
    assert project.move("WP01", "in_progress", "eve").data["to_lane"] == "in_progress"
    assert package(project)["claimed_by"] == "bot"


def test_what_was_blocked_in_review_goes_back_to_review(project: Project) -> None:
    submitted(project)
    head = package(project)["head_commit"]
    assert project.move("WP01", "blocked", "bot", "--note", "Waiting.").data

    assert project.move("WP01", "in_progress", "bot").error == "TRANSITION_REJECTED"
    assert project.move("WP01", "for_review", "bot").data["to_lane"] == "for_review"
    assert package(project)["head_commit"] == head
    assert project.approve("WP01").data["to_lane"] == "done"


def test_a_stale_attempt_is_refused(project: Project) -> None:
    submitted(project)
    assert project.move("WP01", "in_progress", "eve", "--review-ref", "r/1").data["attempt"] == 2

    code, facts = project.move("WP01", "for_review", "bot", "--attempt", "1").refusal

    assert (code, facts) == (
        "TRANSITION_REJECTED",
        {"reason": "stale_attempt", "attempt": 2, "given_attempt": 1},
    )


VERDICTS = (
    ("--review-ref", "r/1"),
    ("--evidence-json", '{"verdict": "changes_requested"}'),
    ("--evidence-json", '{"findings": [{"message": "Louder."}]}'),
)


@pytest.mark.parametrize("verdict", VERDICTS)
def test_a_verdict_on_what_was_released_is_not_a_claim(
    project: Project, alice: Person, verdict: tuple[str, ...]
) -> None:
    submitted(project)
    alice.move("WP01", "planned", "Mine now.")
    before = kinds(project)

    code, facts = project.move("WP01", "in_progress", "critic", *verdict).refusal

    assert (code, facts) == (
        "TRANSITION_REJECTED",
        {"reason": "lane_changed", "from_lane": "planned", "to_lane": "in_progress"},
    )
    assert (lane(project), kinds(project)) == ("planned", before)


def test_an_attempt_that_was_released_does_not_go_on(project: Project, alice: Person) -> None:
    submitted(project)
    alice.move("WP01", "planned", "Mine now.")

    code, facts = project.move("WP01", "in_progress", "critic", "--attempt", "1").refusal

    assert (code, facts["reason"], lane(project)) == (
        "TRANSITION_REJECTED",
        "attempt_ended",
        "planned",
    )


MEANT_FOR_WORK = (("--attempt", "1"), ("--evidence-json", '{"resolved": ["cat.py"]}'))


@pytest.mark.parametrize("words", MEANT_FOR_WORK)
@pytest.mark.parametrize("way", [started, submitted])
def test_a_submission_does_not_unblock(
    project: Project, alice: Person, way: Callable[[Project], None], words: tuple[str, ...]
) -> None:
    way(project)
    alice.move("WP01", "blocked", "Wait for the vet.")
    project.work("WP01", "cat.py", "meow = 2\n")
    before = branches(project), kinds(project)

    code, facts = project.move("WP01", "for_review", "bot", *words).refusal

    assert (code, facts["reason"], lane(project)) == ("TRANSITION_REJECTED", "blocked", "blocked")
    assert (branches(project), kinds(project)) == before


@pytest.mark.parametrize("verdict", VERDICTS)
@pytest.mark.parametrize("way", [started, submitted])
def test_a_verdict_does_not_unblock(
    project: Project, alice: Person, way: Callable[[Project], None], verdict: tuple[str, ...]
) -> None:
    way(project)
    alice.move("WP01", "blocked", "Wait for the vet.")

    code, facts = project.move("WP01", "in_progress", "critic", *verdict).refusal

    assert (code, facts["reason"], lane(project)) == ("TRANSITION_REJECTED", "blocked", "blocked")


def test_what_is_unblocked_to_review_warns_of_work_that_is_not_submitted(
    project: Project, alice: Person
) -> None:
    submitted(project)
    head = package(project)["head_commit"]
    alice.move("WP01", "blocked", "Wait for the vet.")
    project.work("WP01", "cat.py", "meow = 2\n")

    moved = project.move("WP01", "for_review").data

    assert (moved["head_commit"], moved["warnings"]) == (
        head,
        [
            "WP01 is for review as it was submitted before; there is work that is not part of it. "
            "Submit that too: spec-kitty agent tasks move-task WP01 --to for_review"
        ],
    )


def test_another_run_of_the_same_actor_is_another_holder(project: Project) -> None:
    assert project.start("WP01", "bot", "--run-id", "run-1").data["no_op"] is False
    assert project.start("WP01", "bot", "--run-id", "run-1").data["no_op"] is True
    assert project.start("WP01", "bot", "--run-id", "run-2").error == "WP_ALREADY_CLAIMED"
    assert project.start("WP01", "bot").error == "WP_ALREADY_CLAIMED"


def test_a_second_reviewer_is_refused_until_the_first_has_spoken(project: Project) -> None:
    submitted(project)
    assert project.review("WP01", "eve").data["no_op"] is False
    assert project.review("WP01", "eve").data["no_op"] is True

    assert project.review("WP01", "mallory").error == "WP_ALREADY_CLAIMED"
    words = ("--review-ref", "r/1")
    assert project.move("WP01", "done", "mallory", *words).error == "WP_ALREADY_CLAIMED"
    assert project.move("WP01", "in_progress", "eve", *words).data
    project.work("WP01", "cat.py", "meow = 2\n")
    assert project.move("WP01", "for_review").data
    assert project.review("WP01", "mallory").data["no_op"] is False


def test_a_new_submission_makes_the_earlier_look_stale(project: Project) -> None:
    submitted(project)
    assert project.review("WP01", "eve").data
    project.work("WP01", "cat.py", "meow = 2\n")
    assert project.move("WP01", "for_review").data["no_op"] is False

    code, facts = project.move("WP01", "done", "eve", "--review-ref", "r/1").refusal

    assert code == "TRANSITION_REJECTED"
    assert facts["head_commit"] == package(project)["head_commit"] != facts["verdict_head"]


def test_nothing_moves_after_the_merge(project: Project, alice: Person) -> None:
    done(project)
    for wp in ("WP02", "WP03"):
        assert project.move(wp, "canceled", "bot", "--note", "No.").error
        alice.move(wp, "canceled", "Not needed.")
    alice.accept()
    alice.merge()

    assert project.start("WP02").refusal == ("TRANSITION_REJECTED", {"reason": "merged"})
    assert project.move("WP01", "in_progress", "bot", *REASONS).error == "TRANSITION_REJECTED"

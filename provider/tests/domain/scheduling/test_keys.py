"""What a run calls its steps: the same step the same, another step another."""

from dataclasses import replace

from domain.moments import RUN_ID, done, held, in_review, planned, step_done, submitted, view, whole
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import Package
from spec_kitty_orchestrator.domain.run.records import Record, Step
from spec_kitty_orchestrator.domain.scheduling.keys import attempt_id, feature_key, step_key


def key(package: Package, step: Step, *after: Record) -> str:
    return step_key(view(package, after=after), package, step)


def test_a_start_is_named_after_the_attempt_that_it_opens() -> None:
    assert key(planned("WP01"), Step.START) == f"{RUN_ID}/WP01/1/start"
    assert key(planned("WP01", attempt=2), Step.START) == f"{RUN_ID}/WP01/3/start"


def test_every_try_at_the_work_has_its_own_submission() -> None:
    tries = [key(held("WP01"), Step.SUBMIT, *whole("WP01"))]
    tries.append(key(held("WP01"), Step.SUBMIT, *whole("WP01"), *whole("WP01", number=2)))
    tries.append(key(held("WP01", attempt=2), Step.SUBMIT, *whole("WP01")))

    assert tries == [f"{RUN_ID}/WP01/{name}" for name in ("1/submit-1", "1/submit-2", "2/submit-0")]


def test_submitting_again_what_is_in_review_is_not_the_first_submission() -> None:
    assert key(submitted("WP01", "h1"), Step.SUBMIT, *whole("WP01")) == (
        f"{RUN_ID}/WP01/1/submit-1-h1"
    )


def test_reviews_are_named_after_the_tries_at_them() -> None:
    tried = whole("WP01", Role.REVIEW)

    assert key(submitted("WP01"), Step.CLAIM_REVIEW) == f"{RUN_ID}/WP01/1/claim-review-0"
    assert key(in_review("WP01"), Step.VERDICT, *tried) == f"{RUN_ID}/WP01/1/verdict-1"


def test_a_block_is_named_after_all_tries_so_far() -> None:
    after = (*whole("WP01"), *whole("WP01", Role.REVIEW), *whole("WP02"))

    assert key(held("WP01"), Step.BLOCK, *after) == f"{RUN_ID}/WP01/1/block-2"


def test_a_step_that_somebody_undid_gets_a_number() -> None:
    first = key(submitted("WP01"), Step.CLAIM_REVIEW)
    undone = step_done("WP01", Step.CLAIM_REVIEW, first)
    again = step_done("WP01", Step.CLAIM_REVIEW, f"{first}~1")

    assert key(submitted("WP01"), Step.CLAIM_REVIEW, undone) == f"{first}~1"
    assert key(submitted("WP01"), Step.CLAIM_REVIEW, undone, again) == f"{first}~2"


def test_steps_of_the_feature_are_named_after_where_it_stands() -> None:
    moment = view(done("WP01"))
    later = replace(moment, feature=replace(moment.feature, cursor="c2"))

    assert feature_key(moment, Step.ACCEPT) == f"{RUN_ID}/accept/c1"
    assert feature_key(later, Step.MERGE) == f"{RUN_ID}/merge/c2"


def test_attempts_are_numbered_by_role_within_the_hosts_attempt() -> None:
    package = held("WP01")
    moment = view(package, after=(*whole("WP01"), *whole("WP01", Role.REVIEW)))

    assert attempt_id(moment, package, Role.IMPLEMENT) == "WP01-1-implement-2"
    assert attempt_id(moment, package, Role.REVIEW) == "WP01-1-review-2"
    assert attempt_id(moment, replace(package, attempt=2), Role.REVIEW) == "WP01-2-review-1"


def test_every_step_has_a_name_of_its_own() -> None:
    names = {key(held("WP01"), step) for step in Step}

    assert len(names) == len(Step)

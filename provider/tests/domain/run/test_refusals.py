"""What each of the host's refusals leads to."""

import pytest

from domain.moments import refused
from published import error_codes
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import Step
from spec_kitty_orchestrator.domain.run.refusals import (
    Consequence,
    consequence,
    guarded,
    passes,
    wait_seconds,
)

# What each code of the contract leads to when a start is refused with it.
AT_START = {
    "USAGE_ERROR": Consequence.STOP,
    "CONTRACT_VERSION_MISMATCH": Consequence.STOP,
    "NOT_A_PROJECT": Consequence.STOP,
    "ENVIRONMENT_UNSUPPORTED": Consequence.STOP,
    "FEATURE_NOT_FOUND": Consequence.STOP,
    "WP_NOT_FOUND": Consequence.LOOK,
    "PLAN_INVALID": Consequence.PERSON,
    "DEPENDENCIES_NOT_SATISFIED": Consequence.LOOK,
    "WP_ALREADY_CLAIMED": Consequence.LOOK,
    "TRANSITION_REJECTED": Consequence.LOOK,
    "POLICY_METADATA_REQUIRED": Consequence.STOP,
    "POLICY_VALIDATION_FAILED": Consequence.STOP,
    "POLICY_DENIED": Consequence.STOP,
    "WORKFLOW_EVIDENCE_REQUIRED": Consequence.REWORK,
    "PROTECTED_PATHS_CHANGED": Consequence.REWORK,
    "WORKSPACE_FAILED": Consequence.RETRY,
    "INTEGRATION_CONFLICT": Consequence.LOOK,
    "FEATURE_NOT_READY": Consequence.LOOK,
    "VERIFICATION_FAILED": Consequence.PERSON,
    "PREFLIGHT_FAILED": Consequence.PERSON,
    "MERGE_FAILED": Consequence.PERSON,
    "PUSH_FAILED": Consequence.RETRY,
    "UNSUPPORTED_STRATEGY": Consequence.PERSON,
    "IDEMPOTENCY_KEY_REUSED": Consequence.PERSON,
    "REF_DIVERGED": Consequence.PERSON,
    "JOURNAL_DAMAGED": Consequence.STOP,
    "BUSY": Consequence.RETRY,
    "INTERNAL_ERROR": Consequence.RETRY,
}
OUR_OWN = {"HOST_UNAVAILABLE": Consequence.STOP, "HOST_FAILED": Consequence.RETRY}


def test_every_code_of_the_contract_has_its_consequence() -> None:
    found = {code: consequence(refused("WP01", Step.START, "k", code)) for code in error_codes()}

    assert found == AT_START


@pytest.mark.parametrize(("code", "expected"), OUR_OWN.items())
def test_the_two_codes_of_a_missing_or_mute_host(code: str, expected: Consequence) -> None:
    assert consequence(refused("WP01", Step.START, "k", code)) is expected


def test_a_code_of_a_newer_contract_is_for_a_person() -> None:
    assert consequence(refused("WP01", Step.START, "k", "QUOTA_USED_UP")) is Consequence.PERSON


@pytest.mark.parametrize(
    ("code", "reason", "failure"),
    [
        ("WORKFLOW_EVIDENCE_REQUIRED", "no_change", Failure.NO_CHANGE),
        ("PROTECTED_PATHS_CHANGED", None, Failure.GUARD),
        ("TRANSITION_REJECTED", "guard:conflict_markers", Failure.GUARD),
        ("TRANSITION_REJECTED", "stale_attempt", None),
        ("TRANSITION_REJECTED", None, None),
        ("BUSY", None, None),
    ],
)
def test_work_that_the_host_does_not_take_counts_as_a_failure_of_the_work(
    code: str, reason: str | None, failure: Failure | None
) -> None:
    refusal = refused("WP01", Step.SUBMIT, "k", code, reason=reason)

    assert guarded(refusal) is failure
    assert (consequence(refusal) is Consequence.REWORK) == (failure is not None)


def test_only_what_may_change_by_itself_is_asked_again() -> None:
    codes = (*error_codes(), *OUR_OWN)

    assert {code for code in codes if passes(code)} == {
        "BUSY",
        "WORKSPACE_FAILED",
        "PUSH_FAILED",
        "HOST_FAILED",
        "INTERNAL_ERROR",
    }


def test_the_wait_doubles_each_time() -> None:
    assert [wait_seconds(times) for times in range(1, 6)] == [0.5, 1, 2, 4, 8]

"""Owns what a refusal of the host leads to: one table by error code.

A code that is not in the table is answered like a failure that only a person can settle.
"""

from enum import StrEnum

from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import Step, StepRefused


class Consequence(StrEnum):
    """RETRY: the same call later. LOOK: the state is not as it was thought, so ask anew.
    REWORK: the work itself was refused. PERSON: somebody has to settle it. STOP: the run ends.
    """

    RETRY = "retry"
    LOOK = "look"
    REWORK = "rework"
    PERSON = "person"
    STOP = "stop"


_BY_CODE = {
    "BUSY": Consequence.RETRY,
    "WORKSPACE_FAILED": Consequence.RETRY,
    "PUSH_FAILED": Consequence.RETRY,
    "HOST_FAILED": Consequence.RETRY,
    "INTERNAL_ERROR": Consequence.RETRY,
    "WP_ALREADY_CLAIMED": Consequence.LOOK,
    "WP_NOT_FOUND": Consequence.LOOK,
    "DEPENDENCIES_NOT_SATISFIED": Consequence.LOOK,
    "TRANSITION_REJECTED": Consequence.LOOK,
    "INTEGRATION_CONFLICT": Consequence.LOOK,
    "FEATURE_NOT_READY": Consequence.LOOK,
    "WORKFLOW_EVIDENCE_REQUIRED": Consequence.REWORK,
    "PROTECTED_PATHS_CHANGED": Consequence.REWORK,
    "POLICY_METADATA_REQUIRED": Consequence.STOP,
    "POLICY_VALIDATION_FAILED": Consequence.STOP,
    "POLICY_DENIED": Consequence.STOP,
    "NOT_A_PROJECT": Consequence.STOP,
    "ENVIRONMENT_UNSUPPORTED": Consequence.STOP,
    "FEATURE_NOT_FOUND": Consequence.STOP,
    "JOURNAL_DAMAGED": Consequence.STOP,
    "CONTRACT_VERSION_MISMATCH": Consequence.STOP,
    "HOST_UNAVAILABLE": Consequence.STOP,
    "USAGE_ERROR": Consequence.STOP,
}

# A refused call is made again this often before a person is asked, the wait doubled each time.
MAX_REPEATS = 5
FIRST_WAIT_SECONDS = 0.5


def consequence(refusal: StepRefused) -> Consequence:
    """Returns what a refusal leads to."""
    if refusal.step is Step.SUBMIT and guarded(refusal) is not None:
        return Consequence.REWORK
    return _BY_CODE.get(refusal.code, Consequence.PERSON)


def passes(code: str) -> bool:
    """Says whether the same call may succeed in a moment."""
    return _BY_CODE.get(code) is Consequence.RETRY


def guarded(refusal: StepRefused) -> Failure | None:
    """Returns how the work failed that the host did not take; None if it was not the work."""
    match refusal.code, refusal.reason:
        case "WORKFLOW_EVIDENCE_REQUIRED", _:
            return Failure.NO_CHANGE
        case "PROTECTED_PATHS_CHANGED", _:
            return Failure.GUARD
        case "TRANSITION_REJECTED", str(reason) if reason.startswith("guard:"):
            return Failure.GUARD
        case _:
            return None


def wait_seconds(times: int) -> float:
    """Returns how long to wait before a call is made again that was refused `times` times."""
    return FIRST_WAIT_SECONDS * (1 << times - 1)

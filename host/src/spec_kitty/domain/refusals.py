"""Owns every way in which the host says no: the closed list of error codes and their meanings.

A refusal is an answer, not a failure of the program: it changes nothing (the one exception is
INTEGRATION_CONFLICT, which records the rework) and its message is a sentence that says the next
step. Which situation gets which code is decided by the rule that refuses; what a code means to
a client is written here alone, and `contract/v1/errors.json` is generated from it.
"""

from enum import StrEnum

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class ErrorCode(StrEnum):
    """Names a kind of refusal. Clients treat a code that they do not know as a failure."""

    USAGE_ERROR = "USAGE_ERROR"
    CONTRACT_VERSION_MISMATCH = "CONTRACT_VERSION_MISMATCH"
    NOT_A_PROJECT = "NOT_A_PROJECT"
    ENVIRONMENT_UNSUPPORTED = "ENVIRONMENT_UNSUPPORTED"
    FEATURE_NOT_FOUND = "FEATURE_NOT_FOUND"
    WP_NOT_FOUND = "WP_NOT_FOUND"
    PLAN_INVALID = "PLAN_INVALID"
    DEPENDENCIES_NOT_SATISFIED = "DEPENDENCIES_NOT_SATISFIED"
    WP_ALREADY_CLAIMED = "WP_ALREADY_CLAIMED"
    TRANSITION_REJECTED = "TRANSITION_REJECTED"
    POLICY_METADATA_REQUIRED = "POLICY_METADATA_REQUIRED"
    POLICY_VALIDATION_FAILED = "POLICY_VALIDATION_FAILED"
    POLICY_DENIED = "POLICY_DENIED"
    WORKFLOW_EVIDENCE_REQUIRED = "WORKFLOW_EVIDENCE_REQUIRED"
    PROTECTED_PATHS_CHANGED = "PROTECTED_PATHS_CHANGED"
    WORKSPACE_FAILED = "WORKSPACE_FAILED"
    INTEGRATION_CONFLICT = "INTEGRATION_CONFLICT"
    FEATURE_NOT_READY = "FEATURE_NOT_READY"
    VERIFICATION_FAILED = "VERIFICATION_FAILED"
    PREFLIGHT_FAILED = "PREFLIGHT_FAILED"
    MERGE_FAILED = "MERGE_FAILED"
    PUSH_FAILED = "PUSH_FAILED"
    UNSUPPORTED_STRATEGY = "UNSUPPORTED_STRATEGY"
    IDEMPOTENCY_KEY_REUSED = "IDEMPOTENCY_KEY_REUSED"
    REF_DIVERGED = "REF_DIVERGED"
    JOURNAL_DAMAGED = "JOURNAL_DAMAGED"
    BUSY = "BUSY"
    INTERNAL_ERROR = "INTERNAL_ERROR"


# What each code means to a client, and whether the same call may succeed later by itself.
MEANINGS: "Mapping[ErrorCode, tuple[str, bool]]" = {
    ErrorCode.USAGE_ERROR: ("The call is ill-formed: an unknown command, option or value.", False),
    ErrorCode.CONTRACT_VERSION_MISMATCH: ("The provider is too old for this host.", False),
    ErrorCode.NOT_A_PROJECT: (
        "No git repository, or a target branch with neither .kittify/config.toml nor kitty-specs/.",
        False,
    ),
    ErrorCode.ENVIRONMENT_UNSUPPORTED: (
        "The machine or repository lacks something: room, a commit, an identity, a recent git.",
        False,
    ),
    ErrorCode.FEATURE_NOT_FOUND: ("No feature of that name is committed on the target.", False),
    ErrorCode.WP_NOT_FOUND: ("The feature has no work package of that id.", False),
    ErrorCode.PLAN_INVALID: ("The plan of this work package or feature has errors.", False),
    ErrorCode.DEPENDENCIES_NOT_SATISFIED: (
        "A work package that this one depends on is not done.",
        True,
    ),
    ErrorCode.WP_ALREADY_CLAIMED: ("Somebody else holds the work package or its review.", True),
    ErrorCode.TRANSITION_REJECTED: ("The table of lanes and moves does not allow this now.", False),
    ErrorCode.POLICY_METADATA_REQUIRED: ("The call affects a run and carries no policy.", False),
    ErrorCode.POLICY_VALIDATION_FAILED: ("The policy metadata is not valid.", False),
    ErrorCode.POLICY_DENIED: ("The project's own policy forbids this; `rule` names it.", False),
    ErrorCode.WORKFLOW_EVIDENCE_REQUIRED: (
        "The move needs evidence that is missing: work, a verdict, feedback, a reason.",
        False,
    ),
    ErrorCode.PROTECTED_PATHS_CHANGED: ("The submitted work changes protected paths.", False),
    ErrorCode.WORKSPACE_FAILED: ("The workspace could not be made or used.", True),
    ErrorCode.INTEGRATION_CONFLICT: (
        "The approved work conflicts with the feature branch; the rework is recorded.",
        False,
    ),
    ErrorCode.FEATURE_NOT_READY: ("The feature cannot be accepted or merged yet.", False),
    ErrorCode.VERIFICATION_FAILED: ("The project's own checks failed on the merged tree.", False),
    ErrorCode.PREFLIGHT_FAILED: (
        "Something outside the feature is in the way: a file, a checkout, a branch.",
        False,
    ),
    ErrorCode.MERGE_FAILED: ("The merge could not be made as asked; nothing was moved.", False),
    ErrorCode.PUSH_FAILED: ("The remote did not take the merge; `retryable` says more.", True),
    ErrorCode.UNSUPPORTED_STRATEGY: ("The merge strategy is unknown.", False),
    ErrorCode.IDEMPOTENCY_KEY_REUSED: ("The key was used with other arguments.", False),
    ErrorCode.REF_DIVERGED: ("A branch was moved by somebody else; it was left alone.", False),
    ErrorCode.JOURNAL_DAMAGED: ("The journal of the feature cannot be read.", False),
    ErrorCode.BUSY: ("Another process holds a lock; try again.", True),
    ErrorCode.INTERNAL_ERROR: ("A defect of the host; `correlation_id` names the report.", False),
}


class Refusal(Exception):
    """Says no, with a code for programs, a sentence for people and the facts behind it."""

    def __init__(self, code: ErrorCode, message: str, **facts: object) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.facts = facts

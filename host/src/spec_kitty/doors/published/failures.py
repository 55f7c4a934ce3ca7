"""Owns which facts come with a refusal, by error code, beside its `message`.

A client decides by the code. The facts are for its next step and for its report; which of them
a refusal has depends on the rule that refused.
"""

from __future__ import annotations

from spec_kitty.domain.refusals import ErrorCode
from spec_kitty.doors.published.event import REF
from spec_kitty.doors.published.shapes import Field

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

E = ErrorCode

_REASON = Field("reason", "text", "Which rule refused, as a word for programs.")
_RETRYABLE = Field("retryable", "switch", "Whether the same call may succeed later by itself.")
_ATTEMPT = Field("attempt", "count", "The attempt that is current now.")
_FEATURE = Field("feature_slug", "text", "The feature.")
_PACKAGE = Field("wp_id", "wp", "The work package.")
_FROM = Field("from_lane", "lane", "Where it stands.")
_TO = Field("to_lane", "lane", "Where it was to go.")
_TARGET = Field("target_branch", "branch", "The feature's target branch.")
_PATHS = Field("paths", "text[]", "The files in question, the first of them if there are many.")
_PATH = Field("path", "text?", "The file or folder in the way.")
_BRANCH = Field("branch", "branch", "The branch in the way.")
_RECORDED = Field("recorded", "commit?", "Where the journal left the branch.")
_ACTUAL = Field("actual", "commit?", "Where it is; null if it was deleted.")
_CHECK = (
    Field("command", "text", "The project's command that failed."),
    Field("exit_code", "number?", "Its exit status; null if it was ended."),
    Field("timed_out", "switch", "Whether it ran out of time."),
    Field("output_tail", "text", "The end of what it printed."),
)
_MACHINE = (
    Field("errno", "number", "The system's error number, where it refused a step."),
    Field("path", "text?", "The file that it was about."),
)
_PROBLEM = (
    Field("path", "text", "The file."),
    Field("line", "number?", "The line in it, from 1."),
    Field("message", "text", "What is wrong, and what to write instead."),
)

FACTS: Mapping[ErrorCode, tuple[Field, ...]] = {
    E.USAGE_ERROR: (
        Field("flag", "text", "The option in question."),
        Field("missing", "text[]", "The options that are missing."),
        Field("commands", "text[]", "The commands that there are."),
    ),
    E.CONTRACT_VERSION_MISMATCH: (
        Field("provider_version", "text", "The version that was given."),
        Field("min_supported_provider_version", "text", "The oldest provider that fits."),
        Field("api_version", "text", "The contract that this host speaks."),
    ),
    E.ENVIRONMENT_UNSUPPORTED: (
        Field("found", "text", "What is installed instead."),
        *_MACHINE,
    ),
    E.FEATURE_NOT_FOUND: (_FEATURE,),
    E.WP_NOT_FOUND: (_PACKAGE,),
    E.PLAN_INVALID: (Field("problems", "object[]", "What is wrong, and where.", _PROBLEM),),
    E.DEPENDENCIES_NOT_SATISFIED: (
        Field("unsatisfied_dependencies", "wp[]", "The dependencies that are not done."),
        Field("canceled_dependencies", "wp[]", "Those of them that never will be."),
    ),
    E.WP_ALREADY_CLAIMED: (
        Field("claimed_by", "text", "The actor who holds it."),
        Field("requesting_actor", "text", "The actor who asked."),
        Field("lane", "lane", "Where the work package stands."),
    ),
    E.TRANSITION_REJECTED: (
        _REASON,
        _FROM,
        _TO,
        Field("allowed", "lane[]", "The lanes that it can move to."),
        Field("by", "text", "Who may make the move."),
        _ATTEMPT,
        Field("given_attempt", "count", "The attempt that the call was about."),
        Field("head_commit", "commit?", "The commit that is submitted now."),
        Field("verdict_head", "commit?", "The commit that the verdict is about."),
        Field("branch_head", "commit?", "Where the work package's branch stands."),
        Field("guard", "text", "The submit guard that refused."),
        _PATHS,
        Field("places", "text[]", "Where in them: `src/a.py:12`."),
        Field("count", "count", "How many files there are in all."),
        Field("operation", "text", "The git operation that is unfinished in the workspace."),
    ),
    E.POLICY_VALIDATION_FAILED: (
        Field("rule", "text", "The rule that is broken."),
        Field("field", "text?", "The field of the policy."),
    ),
    E.POLICY_DENIED: (
        Field("rule", "text", "The project's rule, as its configuration calls it."),
        Field("value", "text", "What is not allowed."),
        Field("allowed", "text[]", "What is."),
    ),
    E.WORKFLOW_EVIDENCE_REQUIRED: (
        _REASON.replace(meaning="`no_change`, `no_reason`, `no_reference` or `no_feedback`."),
    ),
    E.PROTECTED_PATHS_CHANGED: (_PATHS, Field("count", "count", "How many there are in all.")),
    E.WORKSPACE_FAILED: (
        _REASON,
        _PATHS,
        _BRANCH,
        Field("pattern", "text", "The setting."),
        *_CHECK,
    ),
    E.INTEGRATION_CONFLICT: (
        _FEATURE,
        _PACKAGE,
        _FROM.replace(meaning="Where it was."),
        _TO.replace(meaning="Where it is now: `in_progress`."),
        Field("files", "text[]", "The files in conflict, laid out in the workspace."),
        Field("other_wp", "wp?", "The work package that it conflicts with, if one is known."),
        _ATTEMPT,
    ),
    E.FEATURE_NOT_READY: (
        _REASON,
        Field("incomplete_wps", "wp[]", "The work packages that are not done."),
        Field("files", "text[]", "The files in conflict with the target."),
        Field("reopen", "wp?", "The work package to reopen for it."),
        Field("target_commit", "commit", "The tip of the target branch."),
        Field("accepted_target", "commit", "The tip that was accepted."),
        Field("target", "commit?", "The tip that the target has now."),
    ),
    E.VERIFICATION_FAILED: (
        *_CHECK,
        Field("tree", "commit", "The tree that was checked."),
        Field("reopen", "wp?", "The work package to reopen first: the one integrated last."),
    ),
    E.PREFLIGHT_FAILED: (
        _TARGET,
        Field("asked", "branch", "The target that was asked for."),
        Field("blockers", "text[]", "What is in the way, a sentence each."),
        _BRANCH,
        _PATH,
    ),
    E.MERGE_FAILED: (
        _RETRYABLE,
        Field("warnings", "text[]", "What could not be put back by itself."),
        Field("wp", "wp", "The work package whose commit could not be made."),
        Field("files", "text[]", "The files in conflict."),
    ),
    E.PUSH_FAILED: (_RETRYABLE, Field("remote", "text", "The remote.")),
    E.UNSUPPORTED_STRATEGY: (Field("strategy", "text", "The strategy that was asked for."),),
    E.IDEMPOTENCY_KEY_REUSED: (Field("idempotency_key", "text", "The key."),),
    E.REF_DIVERGED: (
        Field("ref", "text", "The branch that somebody moved."),
        _RECORDED,
        _ACTUAL,
        Field("refs", "object[]", "The branches, where there are several.", REF),
    ),
    E.JOURNAL_DAMAGED: (Field("commit", "commit", "The entry that cannot be read."),),
    E.BUSY: (
        _RETRYABLE,
        Field("lock", "text", "The lock's file."),
        Field("process", "number?", "The process that holds it."),
        _PATH,
        Field("workspace_path", "path", "The workspace that is in use."),
    ),
    E.INTERNAL_ERROR: _MACHINE,
}

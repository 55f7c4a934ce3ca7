"""Owns what each command of the contract answers, and which errors it can give.

The commands and their flags are in `commands.py`. Schemas, reference pages and the tests of the
door are made from both; no call needs this module.
"""

from __future__ import annotations

from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode
from spec_kitty.doors.published.event import EVENT
from spec_kitty.doors.published.shapes import Field
from spec_kitty.doors.published.work_package import ACCEPTANCE, MERGE, SUMMARY, WORK_PACKAGE

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

E = ErrorCode


class Answer(Record):
    """Is what a success's `data` holds, and which errors the command can give instead."""

    fields: tuple[Field, ...]
    shared: SharedErrors
    own: tuple[ErrorCode, ...] = ()

    @property
    def errors(self) -> tuple[ErrorCode, ...]:
        return (*self.shared.codes, *self.own)


class SharedErrors(Record):
    """Is a set of errors that many commands can give; `by` says which."""

    by: str
    codes: tuple[ErrorCode, ...]


ANY = SharedErrors("every command", (E.USAGE_ERROR, E.INTERNAL_ERROR))
READ = SharedErrors(
    "every command about a feature",
    (
        *ANY.codes,
        E.NOT_A_PROJECT,
        E.ENVIRONMENT_UNSUPPORTED,
        E.FEATURE_NOT_FOUND,
        E.PLAN_INVALID,
        E.PREFLIGHT_FAILED,
        E.JOURNAL_DAMAGED,
    ),
)
# A change first mends what a killed command left, and can be refused for that too.
CHANGE = SharedErrors(
    "every change",
    (
        *READ.codes,
        E.POLICY_METADATA_REQUIRED,
        E.POLICY_VALIDATION_FAILED,
        E.POLICY_DENIED,
        E.IDEMPOTENCY_KEY_REUSED,
        E.REF_DIVERGED,
        E.WORKSPACE_FAILED,
        E.MERGE_FAILED,
        E.PUSH_FAILED,
        E.BUSY,
    ),
)
SHARED = (ANY, READ, CHANGE)
_CLAIM = (E.WP_NOT_FOUND, E.WP_ALREADY_CLAIMED, E.TRANSITION_REJECTED)

_FEATURE = Field("feature_slug", "text", "The feature.")
_PACKAGE = Field("wp_id", "wp", "The work package.")
_FROM = Field("from_lane", "lane", "Where it stood before.")
_TO = Field("to_lane", "lane", "Where it stands now.")
_NO_OP = Field("no_op", "switch", "Whether it was so already, and nothing changed.")
_RECORDED = Field("policy_metadata_recorded", "switch", "Whether the policy is in the journal.")
_WORKSPACE = Field("workspace_path", "path", "The work package's git worktree.")
_PROMPT = Field("prompt_path", "path", "The work package's committed text, as a file.")
_BRANCH = Field("branch", "branch", "The work package's branch.")
_ATTEMPT = Field("attempt", "count", "The attempt that is current now.")
_BASE = Field("base_commit", "commit", "What the work is compared with.")
_WARNINGS = Field("warnings", "text[]", "What was odd and did not stop the call.")

_READY = (
    _PACKAGE,
    Field("title", "text", "Its title."),
    Field("lane", "lane", "Always `planned`."),
    Field("dependencies_satisfied", "switch", "Always true."),
    Field("recommended_base", "branch", "The branch that its workspace will start from."),
    Field("remaining_minutes", "count", "The longest path through what depends on it."),
    Field(
        "overlaps_with", "wp[]", "Running work packages whose `owned_files` may be the same files."
    ),
)
_EXPLAINED = (
    _PACKAGE,
    Field("lane", "lane", "Where it stands."),
    Field("reason", "text", "One sentence: why it is not further, and the next step."),
)
_OVERLAP = (Field("wp_ids", "wp[]", "The two of them, in natural order."),)
# What a transition says besides, depending on the move.
_BY_MOVE = tuple(
    field.replace(always=False)
    for field in (
        _WORKSPACE.replace(meaning="The workspace, where the work package is now in progress."),
        _PROMPT.replace(meaning="The text to work by, where it is now in progress."),
        _BRANCH.replace(meaning="After a claim: its branch."),
        _BASE.replace(meaning="After a claim or a submission: what the work is compared with."),
        Field("head_commit", "commit?", "After a submission or a verdict: the submitted commit."),
        Field("integrated_commit", "commit?", "After a verdict: the commit that brought it in."),
        Field("files", "text[]", "After a reopening: where target and feature conflict."),
        Field("salvage", "text?", "After a cancellation: the ref that keeps the work."),
        _WARNINGS,
    )
)

ANSWERS: Mapping[str, Answer] = {
    "contract-version": Answer(
        (
            Field("api_version", "text", "The contract that this host speaks."),
            Field("min_supported_provider_version", "text", "The oldest provider that fits."),
            Field("provider_version", "text", "The version that was given.", always=False),
        ),
        ANY,
        (E.CONTRACT_VERSION_MISMATCH,),
    ),
    "schema": Answer(
        (
            Field("contract_version", "text", "The contract that the schemas describe."),
            Field("envelope", "object", "The JSON Schema of every answer's envelope."),
            Field("commands", "object", "By command: `request`, `response` and `errors`."),
            Field("policy", "object", "The JSON Schema of `--policy`."),
            Field("evidence", "object", "The JSON Schema of `--evidence-json`."),
            Field(
                "errors",
                "object[]",
                "The closed list of error codes.",
                (
                    Field("code", "text", "The code."),
                    Field("meaning", "text", "What it means."),
                    Field("retryable", "switch", "Whether the same call may succeed later."),
                ),
            ),
        ),
        ANY,
    ),
    "feature-state": Answer(
        (
            _FEATURE,
            Field("target_branch", "branch", "Where the feature lands."),
            Field("feature_branch", "branch?", "Its branch; null before the first claim."),
            Field("feature_commit", "commit?", "The tip of that branch."),
            Field("summary", "object", "How many work packages stand where.", SUMMARY),
            Field("work_packages", "object[]", "Every work package.", WORK_PACKAGE),
            Field("accepted", "switch", "Whether an acceptance holds."),
            Field("acceptance", "object?", "The acceptance.", ACCEPTANCE),
            Field("merge", "object?", "The merge, once it has begun.", MERGE),
            Field("cursor", "cursor?", "The newest event; null before the first."),
            _WARNINGS,
        ),
        READ,
    ),
    "list-ready": Answer(
        (_FEATURE, Field("ready_work_packages", "object[]", "In the order to start.", _READY)),
        READ,
    ),
    "explain": Answer(
        (_FEATURE, Field("work_packages", "object[]", "One sentence each.", _EXPLAINED)),
        READ,
        (E.WP_NOT_FOUND,),
    ),
    "forecast": Answer(
        (
            _FEATURE,
            Field(
                "waves",
                "wp[][]",
                "What could run at once, step by step; without what is finished, and what cannot "
                "run before its plan is changed.",
            ),
            Field("critical_path", "wp[]", "The longest way, first to last."),
            Field("critical_minutes", "count", "How long it takes; an hour where no estimate is."),
            Field(
                "overlaps",
                "object[]",
                "Pairs that could run at once and whose `owned_files` may be the same files.",
                _OVERLAP,
            ),
            Field("overlaps_cut", "switch", "Whether there are more pairs than are listed."),
        ),
        READ,
    ),
    "resolve-workspace": Answer(
        (
            _FEATURE,
            _PACKAGE,
            _BRANCH,
            Field("workspace_exists", "switch", "Whether the workspace is there now."),
            _WORKSPACE,
            Field("prompt_path", "path?", "Its committed text; null until it was started."),
        ),
        READ,
        (E.WP_NOT_FOUND,),
    ),
    "check-policy": Answer(
        (
            _FEATURE,
            Field("allowed", "switch", "Whether changes with this metadata are allowed."),
            Field("rule", "text?", "The project's rule that forbids them; null if none does."),
            Field("message", "text?", "What `POLICY_DENIED` would say, with the next step."),
            Field("value", "text?", "What is not allowed; null if the rule is not about a value."),
            Field("allowed_values", "text[]?", "What is; null if the rule does not list it."),
            Field("independent_review", "switch", "Whether who did the work may not review it."),
        ),
        READ,
        (E.POLICY_VALIDATION_FAILED,),
    ),
    "history": Answer(
        (
            _FEATURE,
            Field("events", "object[]", "What happened, oldest first.", EVENT),
            Field("cursor", "cursor?", "Where to go on; null while nothing has happened."),
        ),
        READ,
    ),
    "watch": Answer(
        (
            Field("kind", "text", "`event` or `heartbeat`; a heartbeat has only the cursor."),
            Field("cursor", "cursor?", "Where to resume after this line."),
            *(field.replace(always=False) for field in EVENT if field.name != "cursor"),
        ),
        READ,
    ),
    "start-implementation": Answer(
        (
            _FEATURE,
            _PACKAGE,
            _FROM,
            _TO,
            _WORKSPACE,
            _PROMPT,
            _BRANCH,
            _BASE,
            _ATTEMPT,
            _NO_OP,
            _RECORDED,
        ),
        CHANGE,
        (*_CLAIM, E.DEPENDENCIES_NOT_SATISFIED),
    ),
    "start-review": Answer(
        (
            _FEATURE,
            _PACKAGE,
            _FROM,
            _TO,
            Field("head_commit", "commit", "The submitted commit: what is to be reviewed."),
            _BASE,
            _WORKSPACE,
            _PROMPT,
            _ATTEMPT,
            _NO_OP,
            _RECORDED,
        ),
        CHANGE,
        _CLAIM,
    ),
    "transition": Answer(
        (
            _FEATURE,
            _PACKAGE,
            _FROM,
            _TO,
            _ATTEMPT,
            _NO_OP,
            _RECORDED,
            *_BY_MOVE,
        ),
        CHANGE,
        (
            *_CLAIM,
            E.DEPENDENCIES_NOT_SATISFIED,
            E.WORKFLOW_EVIDENCE_REQUIRED,
            E.PROTECTED_PATHS_CHANGED,
            E.INTEGRATION_CONFLICT,
        ),
    ),
    "append-history": Answer(
        (
            _FEATURE,
            _PACKAGE,
            Field("history_entry_id", "text", "The entry's id, as it stands in the journal."),
        ),
        CHANGE,
        (E.WP_NOT_FOUND,),
    ),
    "accept-feature": Answer(
        (
            _FEATURE,
            Field("accepted", "switch", "Always true."),
            Field("accepted_at", "time", "When it was accepted."),
            Field("accepted_by", "text", "Who accepted it."),
            Field("accepted_wps", "wp[]", "The work packages that are done."),
            Field("feature_commit", "commit", "The tip of the feature branch."),
            Field("target_commit", "commit", "The tip of the target branch."),
            Field("tree", "commit", "The tree that may land."),
            Field("verified", "switch", "Whether the project's checks ran on that tree."),
            _NO_OP,
            _RECORDED,
        ),
        CHANGE,
        (E.TRANSITION_REJECTED, E.FEATURE_NOT_READY, E.VERIFICATION_FAILED),
    ),
    "merge-feature": Answer(
        (
            _FEATURE,
            Field("merged", "switch", "Always true."),
            Field("target_branch", "branch", "Where it landed."),
            Field("strategy", "text", "`merge`, `squash`, `rebase` or `recorded`."),
            Field("merge_commit", "commit", "The target's commit that holds the feature."),
            Field("merged_wps", "wp[]", "The work packages that landed."),
            Field("pushed_to", "text?", "The remote that it was pushed to."),
            Field("recorded", "switch", "Whether it was merged elsewhere."),
            Field("worktree_removed", "switch", "Whether every workspace could be removed."),
            _NO_OP,
            _WARNINGS,
        ),
        CHANGE,
        (
            E.TRANSITION_REJECTED,
            E.FEATURE_NOT_READY,
            E.UNSUPPORTED_STRATEGY,
        ),
    ),
}

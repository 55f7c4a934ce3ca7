import pytest

from domain.features import (
    APPROVAL,
    APPROVE,
    AT,
    CLAIM_REVIEW,
    CONFLICT,
    DONE,
    FEATURE_REF,
    FOR_REVIEW,
    HEAD,
    HOLDER,
    IN_REVIEW,
    INTEGRATED,
    MERGED,
    MERGING,
    NEW_HEAD,
    PACKAGE_REF,
    PERSON,
    PLAN,
    PROGRAM,
    REOPEN,
    REQUEST_CHANGES,
    REVIEWER,
    SUBMIT,
    TARGET,
    WP,
    after,
    move,
    oid,
    refusal_of,
)
from spec_kitty.domain.commands import BranchFacts, ClaimPackage, Command, GiveVerdict
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.events import (
    PackageIntegrated,
    RefMove,
    ReviewClaimed,
    ReworkRequested,
)
from spec_kitty.domain.feature import (
    Caller,
    Conflict,
    ConflictedPath,
    Decision,
    Feature,
    Finding,
    ReviewClaim,
    ReviewedHead,
    Rework,
    ReworkCause,
    Verdict,
)
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.refusals import ErrorCode

RESUBMITTED = after(IN_REVIEW, SUBMIT.replace(head=NEW_HEAD, branch=HEAD))
APPROVED = Verdict(Decision.APPROVED, "reviewer", HEAD, AT, "gemini", "review-1")
FINDING = Finding("F1", "The limit is off by one.", path="src/a.py", line=7)
FORCED = {"caller": PERSON, "force": True, "note": "The reviewer is gone."}


def approving(verdict: GiveVerdict, head: str = HEAD) -> Command:
    return APPROVE.replace(verdict=verdict, branch=head)


# Claiming a review.


def test_a_review_claim_is_about_the_submitted_head() -> None:
    assert decide(FOR_REVIEW, PLAN, CLAIM_REVIEW) == Decided(ReviewClaimed(WP, HEAD, "review-1"))


def test_claiming_the_review_again_changes_nothing() -> None:
    assert decide(IN_REVIEW, PLAN, CLAIM_REVIEW) is None


@pytest.mark.parametrize("caller", [HOLDER, PERSON, REVIEWER.replace(run_id="run-9")])
def test_a_second_reviewer_is_refused(caller: Caller) -> None:
    refusal = refusal_of(IN_REVIEW, CLAIM_REVIEW.replace(caller=caller))

    assert refusal.code is ErrorCode.WP_ALREADY_CLAIMED
    assert refusal.facts == {
        "claimed_by": "reviewer",
        "requesting_actor": caller.actor,
        "lane": "for_review",
    }


@pytest.mark.parametrize(
    "command",
    [
        APPROVE,
        CONFLICT,
        REQUEST_CHANGES,
        SUBMIT.replace(head=NEW_HEAD),
        move(Lane.PLANNED),
        move(Lane.BLOCKED),
        move(Lane.CANCELED),
    ],
    ids=lambda command: getattr(command, "to", type(command).__name__),
)
def test_a_review_claim_ends_with_whatever_happens_to_the_package(command: Command) -> None:
    assert after(IN_REVIEW, command).package(WP).review is None


def test_another_reviewer_may_claim_what_was_submitted_anew() -> None:
    package = after(RESUBMITTED, CLAIM_REVIEW.replace(caller=PROGRAM)).package(WP)

    claim = ReviewClaim("other-provider", "run-2", "codex", False, NEW_HEAD, "review-1", AT)
    assert package.review == claim
    assert package.reviewed_heads == (
        ReviewedHead("reviewer", HEAD),
        ReviewedHead("other-provider", NEW_HEAD),
    )


# Approving.


def test_an_approval_integrates_the_submitted_head() -> None:
    assert decide(IN_REVIEW, PLAN, APPROVE) == Decided(
        PackageIntegrated(WP, APPROVED, INTEGRATED), (RefMove(FEATURE_REF, TARGET, INTEGRATED),)
    )


def test_work_that_the_feature_branch_has_already_moves_no_branch() -> None:
    decided = decide(IN_REVIEW, PLAN, APPROVE.replace(commit=TARGET))

    assert decided == Decided(PackageIntegrated(WP, APPROVED, TARGET))


@pytest.mark.parametrize("caller", [PROGRAM, HOLDER, PERSON])
def test_anybody_may_approve_while_nobody_has_claimed_the_review(caller: Caller) -> None:
    decided = decide(FOR_REVIEW, PLAN, approving(APPROVAL.replace(caller=caller)))

    verdict = APPROVED.replace(reviewer=caller.actor, agent=caller.agent)
    assert decided is not None
    assert decided.fact == PackageIntegrated(WP, verdict, INTEGRATED)


@pytest.mark.parametrize("reference", [None, "", "  "])
def test_a_program_approves_only_with_a_review(reference: str | None) -> None:
    refusal = refusal_of(IN_REVIEW, approving(APPROVAL.replace(review_ref=reference)))

    assert refusal.code is ErrorCode.WORKFLOW_EVIDENCE_REQUIRED
    assert refusal.facts == {"reason": "no_review"}


def test_a_person_approves_by_hand() -> None:
    verdict = GiveVerdict(WP, PERSON, Decision.APPROVED, at=AT)

    decided = decide(FOR_REVIEW, PLAN, approving(verdict))

    recorded = Verdict(Decision.APPROVED, "alice", HEAD, AT)
    assert decided is not None
    assert decided.fact == PackageIntegrated(WP, recorded, INTEGRATED)


def test_a_verdict_that_names_no_agent_is_by_the_one_that_claimed_the_review() -> None:
    verdict = APPROVAL.replace(caller=REVIEWER.replace(agent=None))

    decided = decide(IN_REVIEW, PLAN, approving(verdict))

    assert decided is not None
    assert decided.fact == PackageIntegrated(WP, APPROVED, INTEGRATED)


@pytest.mark.parametrize("branch", [None, NEW_HEAD])
def test_a_branch_that_moved_past_the_submitted_head_is_not_integrated(branch: str | None) -> None:
    commands = APPROVE.replace(branch=branch), CONFLICT.replace(branch=branch)

    for command in (*commands, commands[1].replace(verdict=APPROVAL.replace(head=HEAD))):
        refusal = refusal_of(IN_REVIEW, command)
        assert refusal.code is ErrorCode.TRANSITION_REJECTED
        assert refusal.facts == {
            "reason": "branch_moved",
            "head_commit": HEAD,
            "branch_head": branch,
        }


# Which head a verdict is about.


def test_a_verdict_about_another_head_is_stale() -> None:
    for verdict in (APPROVAL, REQUEST_CHANGES):
        about_another = verdict.replace(head=NEW_HEAD)
        command = approving(about_another) if verdict is APPROVAL else about_another
        refusal = refusal_of(IN_REVIEW, command)
        assert refusal.code is ErrorCode.TRANSITION_REJECTED
        assert refusal.facts == {
            "reason": "stale_verdict",
            "head_commit": HEAD,
            "verdict_head": NEW_HEAD,
        }


def test_a_verdict_that_names_no_head_is_about_the_head_its_actor_claimed() -> None:
    refusal = refusal_of(RESUBMITTED, approving(APPROVAL, NEW_HEAD))

    assert refusal.facts == {
        "reason": "stale_verdict",
        "head_commit": NEW_HEAD,
        "verdict_head": HEAD,
    }


def test_a_verdict_of_an_actor_that_claimed_nothing_is_about_what_is_submitted_now() -> None:
    command = approving(APPROVAL.replace(caller=PROGRAM), NEW_HEAD)

    assert after(RESUBMITTED, command).package(WP).integrations[0].head == NEW_HEAD


def test_a_verdict_that_names_the_submitted_head_counts_whatever_was_claimed() -> None:
    command = approving(APPROVAL.replace(head=NEW_HEAD), NEW_HEAD)

    assert after(RESUBMITTED, command).package(WP).lane is Lane.DONE


def test_claiming_the_review_anew_makes_the_verdict_about_the_new_head() -> None:
    feature = after(RESUBMITTED, CLAIM_REVIEW)

    assert after(feature, approving(APPROVAL, NEW_HEAD)).package(WP).lane is Lane.DONE


def test_a_verdict_for_an_older_attempt_is_refused() -> None:
    refusal = refusal_of(IN_REVIEW, approving(APPROVAL.replace(attempt=2)))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {"reason": "stale_attempt", "attempt": 1, "given_attempt": 2}


# Force.


@pytest.mark.parametrize("verdict", [APPROVAL, REQUEST_CHANGES])
def test_force_acts_over_the_review_of_another(verdict: GiveVerdict) -> None:
    forced = verdict.replace(**FORCED)
    command: Command = approving(forced) if verdict is APPROVAL else forced

    given = after(IN_REVIEW, command).package(WP).verdict
    assert given is not None
    assert given.reviewer == "alice"


@pytest.mark.parametrize("note", [None, " "])
def test_force_without_a_reason_is_refused(note: str | None) -> None:
    refusal = refusal_of(IN_REVIEW, approving(APPROVAL.replace(**FORCED).replace(note=note)))

    assert refusal.code is ErrorCode.WORKFLOW_EVIDENCE_REQUIRED
    assert refusal.facts == {"reason": "no_reason"}


def test_force_does_not_make_a_stale_verdict_count() -> None:
    command = approving(APPROVAL.replace(**FORCED).replace(head=NEW_HEAD))

    assert refusal_of(IN_REVIEW, command).facts["reason"] == "stale_verdict"


# Sending work back.


def test_a_request_for_changes_returns_the_work_to_its_holder() -> None:
    command = REQUEST_CHANGES.replace(findings=(FINDING,), note="One thing.")

    decided = decide(IN_REVIEW, PLAN, command)

    verdict = APPROVED.replace(
        decision=Decision.CHANGES_REQUESTED, findings=(FINDING,), note="One thing."
    )
    rework = Rework(ReworkCause.REVIEW, "One thing.", "review-1")
    assert decided == Decided(ReworkRequested(WP, 2, rework, verdict, HEAD))
    package = after(IN_REVIEW, command).package(WP)
    assert (package.lane, package.claim) == (Lane.IN_PROGRESS, IN_REVIEW.package(WP).claim)
    assert package.review_rounds == 1


@pytest.mark.parametrize(
    ("evidence", "enough"),
    [
        ({"review_ref": "review-1"}, True),
        ({"findings": (FINDING,)}, True),
        ({"note": "Not yet."}, False),
        ({"review_ref": "  "}, False),
        ({"caller": PERSON, "note": "Not yet."}, True),
        ({"caller": PERSON, "note": "  "}, False),
        ({"caller": PERSON}, False),
    ],
)
def test_work_goes_back_only_with_feedback(evidence: dict[str, object], enough: bool) -> None:
    command = REQUEST_CHANGES.replace(review_ref=None).replace(**evidence)

    if enough:
        assert decide(FOR_REVIEW, PLAN, command) is not None
        return
    refusal = refusal_of(FOR_REVIEW, command)
    assert refusal.code is ErrorCode.WORKFLOW_EVIDENCE_REQUIRED
    assert refusal.facts == {"reason": "no_feedback"}


def test_an_approval_that_conflicts_becomes_rework_laid_out_on_the_branch() -> None:
    conflict = Conflict(INTEGRATED, "WP02", (ConflictedPath("a", "content", ("0" * 16,)),))
    rework = Rework(ReworkCause.CONFLICT, None, "review-1", conflict)

    decided = decide(IN_REVIEW, PLAN, CONFLICT.replace(rework=rework))

    assert decided == Decided(
        ReworkRequested(WP, 2, rework, APPROVED, oid("layout")),
        (RefMove(PACKAGE_REF, HEAD, oid("layout")),),
    )


@pytest.mark.parametrize(
    "elsewhere",
    [
        after(IN_REVIEW, move(Lane.PLANNED)),
        after(IN_REVIEW, REQUEST_CHANGES, move(Lane.BLOCKED)),
        DONE,
    ],
    ids=["released", "blocked as rework", "done"],
)
def test_a_verdict_on_what_is_no_longer_for_review_is_rejected(elsewhere: Feature) -> None:
    for command in (REQUEST_CHANGES, APPROVE, CONFLICT):
        assert refusal_of(elsewhere, command).code is ErrorCode.TRANSITION_REJECTED


# Reopening.


def test_reopening_goes_on_from_the_feature_branch_with_the_same_holder() -> None:
    decided = decide(DONE, PLAN, REOPEN)

    fact = ReworkRequested(WP, 2, REOPEN.rework, branch_tip=INTEGRATED)
    assert decided == Decided(fact, (RefMove(PACKAGE_REF, HEAD, INTEGRATED),))
    package = after(DONE, REOPEN).package(WP)
    assert package.claim == DONE.package(WP).claim
    assert package.integrations == DONE.package(WP).integrations


def test_reopened_work_is_integrated_again() -> None:
    again = SUBMIT.replace(head=NEW_HEAD, branch=INTEGRATED)
    verdict = approving(APPROVAL.replace(head=NEW_HEAD), NEW_HEAD).replace(commit=oid("second"))

    package = after(DONE, REOPEN, again, verdict).package(WP)

    assert [(each.number, each.commit) for each in package.integrations] == [
        (1, INTEGRATED),
        (2, oid("second")),
    ]


@pytest.mark.parametrize(
    ("missing", "reason"),
    [
        ({"note": None}, "no_reason"),
        ({"note": " "}, "no_reason"),
        ({"reference": None}, "no_reference"),
        ({"reference": " "}, "no_reference"),
    ],
)
def test_reopening_needs_a_reason_and_a_reference(missing: dict[str, object], reason: str) -> None:
    refusal = refusal_of(DONE, REOPEN.replace(rework=REOPEN.rework.replace(**missing)))

    assert refusal.code is ErrorCode.WORKFLOW_EVIDENCE_REQUIRED
    assert refusal.facts == {"reason": reason}


def test_reopening_for_an_older_attempt_is_refused() -> None:
    assert refusal_of(DONE, REOPEN.replace(attempt=0)).facts["reason"] == "stale_attempt"


@pytest.mark.parametrize("command", [CLAIM_REVIEW, APPROVE, CONFLICT, REQUEST_CHANGES, REOPEN])
def test_no_review_moves_anything_while_or_after_the_feature_is_merged(command: Command) -> None:
    assert refusal_of(MERGING, command).code is ErrorCode.BUSY
    assert refusal_of(MERGED, command).code is ErrorCode.TRANSITION_REJECTED


def test_a_released_package_keeps_no_reviewer_from_its_next_holder() -> None:
    released = after(IN_REVIEW, move(Lane.PLANNED))
    claim = ClaimPackage(WP, PROGRAM, BranchFacts(TARGET, TARGET, HEAD), "codex")

    package = after(released, claim).package(WP)

    assert (package.review, package.claim and package.claim.actor) == (None, "other-provider")
    assert package.implementers == ("claude", "codex")

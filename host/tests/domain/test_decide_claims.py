import pytest

from domain.features import (
    BLOCKED,
    CANCELED,
    DONE,
    FEATURE_REF,
    FOR_REVIEW,
    HEAD,
    HOLDER,
    IN_PROGRESS,
    INTEGRATED,
    PACKAGE_REF,
    PERSON,
    PLAN,
    PLANNED,
    PROGRAM,
    REOPEN,
    REQUEST_CHANGES,
    SLUG,
    SUBMIT,
    TARGET,
    TWO,
    WP,
    after,
    claim,
    move,
    oid,
    plan_of,
    refusal_of,
)
from spec_kitty.domain.commands import AbandonClaim, BranchFacts, ConfirmWorkspace
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.events import (
    ClaimAbandoned,
    PackageClaimed,
    RefMove,
    WorkspacePrepared,
)
from spec_kitty.domain.feature import Caller, CheckRun, Feature, Pinned
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.plan import Problem
from spec_kitty.domain.refusals import ErrorCode

PINNED = Pinned(TARGET, oid("blob WP01"), "Title of WP01")
FIRST_CLAIM = PackageClaimed(WP, 1, PINNED, TARGET, TARGET, "claude")
RELEASED = after(FOR_REVIEW, move(Lane.PLANNED, HOLDER))
RESTORED = after(CANCELED, move(Lane.PLANNED, force=True))
PROBLEM = Problem("tasks/WP01.md", 3, "The title is missing.", "error", WP)


def branches(feature: Feature, **facts: object) -> BranchFacts:
    return BranchFacts(TARGET, feature.feature_tip).replace(**facts)


def test_the_first_claim_makes_the_feature_branch_and_the_package_branch() -> None:
    moves = (RefMove(FEATURE_REF, None, TARGET), RefMove(PACKAGE_REF, None, TARGET))

    assert decide(PLANNED, PLAN, claim(PLANNED)) == Decided(FIRST_CLAIM, moves)


def test_a_claim_pins_what_the_plan_says_now() -> None:
    plan = plan_of({WP: ()}, changes_none=True)

    decided = decide(PLANNED, plan, claim(PLANNED))

    assert decided is not None
    assert decided.fact == FIRST_CLAIM.replace(pinned=PINNED.replace(changes_none=True))


def test_a_later_claim_starts_from_the_feature_branch() -> None:
    decided = decide(DONE, TWO, claim(DONE, PROGRAM, "WP02"))

    assert decided is not None
    fact = decided.fact
    assert isinstance(fact, PackageClaimed)
    assert (fact.attempt, fact.base_commit, fact.feature_tip) == (1, INTEGRATED, INTEGRATED)
    assert decided.refs == (RefMove(f"{PACKAGE_REF[:-2]}02", None, INTEGRATED),)


def test_a_released_package_continues_on_its_branch_with_a_new_attempt() -> None:
    asked = claim(RELEASED, PROGRAM).replace(branches=branches(RELEASED, package=oid("by hand")))

    decided = decide(RELEASED, PLAN, asked)

    assert decided == Decided(FIRST_CLAIM.replace(attempt=2, implementer="codex"))


def test_a_released_package_whose_branch_was_deleted_continues_at_what_was_submitted() -> None:
    decided = decide(RELEASED, PLAN, claim(RELEASED, PROGRAM))

    assert decided is not None
    assert decided.refs == (RefMove(PACKAGE_REF, None, HEAD),)


def test_a_restored_package_starts_from_the_feature_branch_whatever_its_branch_holds() -> None:
    feature = RESTORED.replace(feature_tip=INTEGRATED)
    asked = claim(feature).replace(branches=branches(feature, package=oid("canceled work")))

    decided = decide(feature, PLAN, asked)

    fact = FIRST_CLAIM.replace(attempt=2, base_commit=INTEGRATED, feature_tip=INTEGRATED)
    assert decided == Decided(fact, (RefMove(PACKAGE_REF, oid("canceled work"), INTEGRATED),))


def test_starting_again_by_the_same_actor_and_run_changes_nothing() -> None:
    assert decide(IN_PROGRESS, PLAN, claim(IN_PROGRESS)) is None


@pytest.mark.parametrize(
    "caller", [PROGRAM, PERSON, HOLDER.replace(run_id="run-9"), HOLDER.replace(run_id=None)]
)
def test_a_claimed_package_is_refused_to_everybody_else(caller: Caller) -> None:
    refusal = refusal_of(IN_PROGRESS, claim(IN_PROGRESS, caller))

    assert refusal.code is ErrorCode.WP_ALREADY_CLAIMED
    assert refusal.facts == {
        "claimed_by": HOLDER.actor,
        "requesting_actor": caller.actor,
        "lane": "in_progress",
    }


@pytest.mark.parametrize("held", [BLOCKED, FOR_REVIEW, after(BLOCKED, move(Lane.PLANNED))])
def test_a_held_package_is_refused_to_others_in_every_lane(held: Feature) -> None:
    assert refusal_of(held, claim(held, PROGRAM)).code is ErrorCode.WP_ALREADY_CLAIMED


@pytest.mark.parametrize("feature", [FOR_REVIEW, DONE, BLOCKED, CANCELED])
def test_only_a_planned_package_is_started(feature: Feature) -> None:
    assert refusal_of(feature, claim(feature)).code is ErrorCode.TRANSITION_REJECTED


def test_the_holder_of_a_package_unblocked_to_planned_claims_it_anew() -> None:
    feature = after(BLOCKED, move(Lane.PLANNED))

    again = after(feature, claim(feature))

    assert again.package(WP).attempt == 2
    assert again.package(WP).claim == IN_PROGRESS.package(WP).claim


def test_the_attempt_grows_with_every_claim_and_every_rework() -> None:
    attempts, feature = [], PLANNED
    for command in (
        claim(IN_PROGRESS.replace(feature_tip=None)),
        move(Lane.PLANNED),
        claim(IN_PROGRESS, PROGRAM),
    ):
        feature = after(feature, command)
        attempts.append(feature.package(WP).attempt)

    assert attempts == [1, 1, 2]
    assert after(FOR_REVIEW, REQUEST_CHANGES).package(WP).attempt == 2
    assert after(DONE, REOPEN).package(WP).attempt == 2


def test_an_open_dependency_refuses_the_start() -> None:
    refusal = refusal_of(IN_PROGRESS, claim(IN_PROGRESS, PROGRAM, "WP02"), TWO)

    assert refusal.code is ErrorCode.DEPENDENCIES_NOT_SATISFIED
    assert refusal.facts == {"unsatisfied_dependencies": [WP], "canceled_dependencies": []}
    assert "WP01 (in_progress)" in refusal.message


def test_a_canceled_dependency_never_satisfies_and_the_refusal_says_what_to_do() -> None:
    refusal = refusal_of(CANCELED, claim(CANCELED, PROGRAM, "WP02"), TWO)

    assert refusal.code is ErrorCode.DEPENDENCIES_NOT_SATISFIED
    assert refusal.facts == {"unsatisfied_dependencies": [WP], "canceled_dependencies": [WP]}
    assert "take it out of the dependencies of WP02" in refusal.message
    assert "bring it back" in refusal.message


def test_a_dependency_that_was_reopened_no_longer_satisfies() -> None:
    feature = after(DONE, REOPEN)

    refusal = refusal_of(feature, claim(feature, PROGRAM, "WP02"), TWO)

    assert refusal.code is ErrorCode.DEPENDENCIES_NOT_SATISFIED


def test_a_package_that_the_plan_lacks_cannot_be_started() -> None:
    refusal = refusal_of(PLANNED, claim(PLANNED, HOLDER, "WP09"))

    assert (refusal.code, refusal.facts) == (ErrorCode.WP_NOT_FOUND, {"wp_id": "WP09"})


def test_an_error_in_the_plan_of_a_package_refuses_its_start_and_names_the_line() -> None:
    refusal = refusal_of(PLANNED, claim(PLANNED), plan_of({WP: ()}, (PROBLEM,)))

    assert refusal.code is ErrorCode.PLAN_INVALID
    assert refusal.message.startswith("tasks/WP01.md:3: The title is missing.")
    assert refusal.facts == {
        "problems": [{"path": PROBLEM.path, "line": 3, "message": PROBLEM.message}]
    }


@pytest.mark.parametrize(
    "problem",
    [PROBLEM.replace(package_id="WP02"), PROBLEM.replace(severity="warning")],
    ids=["of another package", "a warning"],
)
def test_the_plan_of_one_package_does_not_block_another(problem: Problem) -> None:
    plan = plan_of({WP: (), "WP02": ()}, (problem,))

    assert decide(PLANNED, plan, claim(PLANNED)) is not None


def test_a_feature_branch_behind_the_target_is_taken_over() -> None:
    facts = BranchFacts(TARGET, oid("old"), feature_behind_target=True)

    decided = decide(PLANNED, PLAN, claim(PLANNED).replace(branches=facts))

    assert decided is not None
    assert decided.refs[0] == RefMove(FEATURE_REF, oid("old"), TARGET)


def test_a_feature_branch_at_the_target_is_taken_as_it_is() -> None:
    facts = BranchFacts(TARGET, TARGET, TARGET)

    decided = decide(PLANNED, PLAN, claim(PLANNED).replace(branches=facts))

    assert decided == Decided(FIRST_CLAIM)


@pytest.mark.parametrize(
    ("facts", "name"),
    [
        (BranchFacts(TARGET, oid("foreign")), SLUG),
        (BranchFacts(TARGET, None, oid("foreign")), f"{SLUG}-WP01"),
    ],
)
def test_a_foreign_branch_of_our_name_is_left_alone(facts: BranchFacts, name: str) -> None:
    refusal = refusal_of(PLANNED, claim(PLANNED).replace(branches=facts))

    assert (refusal.code, refusal.facts) == (ErrorCode.WORKSPACE_FAILED, {"branch": name})


@pytest.mark.parametrize("actual", [None, oid("elsewhere")])
def test_a_feature_branch_that_somebody_moved_is_left_alone(actual: str | None) -> None:
    asked = claim(DONE, PROGRAM, "WP02").replace(branches=BranchFacts(TARGET, actual))

    refusal = refusal_of(DONE, asked, TWO)

    assert refusal.code is ErrorCode.REF_DIVERGED
    assert refusal.facts == {"ref": FEATURE_REF, "recorded": INTEGRATED, "actual": actual}


CLAIMED = after(PLANNED, claim(PLANNED))
SETUP = CheckRun("make setup", 1, False, 0.5, "none", "no rule")
AT_TARGET = BranchFacts(TARGET, TARGET, TARGET)
ABANDON = AbandonClaim(WP, 1, "The set-up failed.", AT_TARGET, SETUP)


def test_a_workspace_that_stands_is_recorded_once() -> None:
    confirm = ConfirmWorkspace(WP, 1, (".env",), SETUP)

    assert decide(CLAIMED, PLAN, confirm) == Decided(WorkspacePrepared(WP, (".env",), SETUP))
    assert decide(after(CLAIMED, confirm), PLAN, confirm) is None


def test_word_of_a_workspace_for_an_older_attempt_changes_nothing() -> None:
    feature = after(CLAIMED, move(Lane.PLANNED))

    assert decide(feature, PLAN, ConfirmWorkspace(WP, 1)) is None
    assert decide(feature, PLAN, ABANDON) is None
    assert decide(CLAIMED, PLAN, ConfirmWorkspace(WP, 2)) is None
    assert decide(CLAIMED, PLAN, ABANDON.replace(attempt=2)) is None


def test_a_first_claim_without_a_workspace_is_taken_back_with_its_branches() -> None:
    fact = ClaimAbandoned(WP, "The set-up failed.", None, SETUP)
    moves = (RefMove(PACKAGE_REF, TARGET, None), RefMove(FEATURE_REF, TARGET, None))

    assert decide(CLAIMED, PLAN, ABANDON) == Decided(fact, moves)


def test_a_package_branch_with_commits_stays_when_its_claim_is_taken_back() -> None:
    worked = AT_TARGET.replace(package=oid("by hand"))

    decided = decide(CLAIMED, PLAN, ABANDON.replace(branches=worked))

    assert decided is not None
    assert decided.refs == (RefMove(FEATURE_REF, TARGET, None),)


def test_a_feature_branch_that_others_build_on_stays_when_a_claim_is_taken_back() -> None:
    feature = after(DONE, claim(DONE, PROGRAM, "WP02"), plan=TWO)
    facts = BranchFacts(TARGET, INTEGRATED, INTEGRATED)

    decided = decide(feature, TWO, AbandonClaim("WP02", 1, "No space left.", facts))

    fact = ClaimAbandoned("WP02", "No space left.", INTEGRATED)
    assert decided == Decided(fact, (RefMove(f"{PACKAGE_REF[:-2]}02", INTEGRATED, None),))


@pytest.mark.parametrize("claimed", [CLAIMED, IN_PROGRESS], ids=["unprepared", "prepared"])
def test_a_claim_that_is_taken_back_can_be_made_again(claimed: Feature) -> None:
    feature = after(claimed, ABANDON)

    again = after(feature, claim(feature, PROGRAM))

    assert again.package(WP).attempt == 2
    assert again.package(WP).base_commit == TARGET


def test_submitted_work_stays_when_a_later_claim_is_taken_back() -> None:
    unprepared = after(CLAIMED, SUBMIT, move(Lane.PLANNED))
    feature = after(unprepared, claim(unprepared, PROGRAM))
    abandon = AbandonClaim(WP, 2, "No space left.", BranchFacts(TARGET, TARGET, HEAD))

    decided = decide(feature, PLAN, abandon)

    assert decided == Decided(ClaimAbandoned(WP, "No space left.", TARGET))
    assert after(feature, abandon).package(WP).base_commit == TARGET


@pytest.mark.parametrize("feature", [RELEASED, RESTORED])
def test_a_claim_does_not_name_an_attempt_that_has_ended(feature: Feature) -> None:
    refusal = refusal_of(feature, claim(feature).replace(attempt=1))

    assert refusal.code is ErrorCode.TRANSITION_REJECTED
    assert refusal.facts == {
        "reason": "attempt_ended",
        "from_lane": "planned",
        "to_lane": "in_progress",
        "given_attempt": 1,
    }


def test_a_claim_with_a_stale_attempt_is_refused() -> None:
    refusal = refusal_of(RELEASED, claim(RELEASED).replace(attempt=2))

    assert refusal.facts == {"reason": "stale_attempt", "attempt": 1, "given_attempt": 2}


def test_a_holder_names_its_attempt_where_it_starts_again() -> None:
    held = after(BLOCKED, move(Lane.PLANNED))

    assert decide(IN_PROGRESS, PLAN, claim(IN_PROGRESS).replace(attempt=1)) is None
    assert decide(held, PLAN, claim(held).replace(attempt=1)) is not None

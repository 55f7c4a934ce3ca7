"""Who works on what."""

from dataclasses import replace

from domain.moments import NOW, agent, held, planned, roster, started, submitted, view, whole
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.run.failures import UNKNOWN_RESET_SECONDS, Failure
from spec_kitty_orchestrator.domain.run.records import Record
from spec_kitty_orchestrator.domain.scheduling.choosing import Choice, Chosen, Later, Nobody, choose
from spec_kitty_orchestrator.domain.scheduling.view import Roster

ADA, BEN, EVE = agent("ada"), agent("ben"), agent("eve")


def implementer(agents: Roster, *after: Record) -> Choice:
    return choose(
        view(planned("WP01"), agents=agents, after=after), planned("WP01"), Role.IMPLEMENT
    )


def reviewer(agents: Roster, *after: Record) -> Choice:
    package = submitted("WP01")
    return choose(view(package, agents=agents, after=after), package, Role.REVIEW)


def test_the_first_implementer_is_preferred() -> None:
    assert implementer(roster(ADA, BEN, implementers=("ben", "ada"))) == Chosen("ben")


def test_who_works_already_comes_after_who_does_not() -> None:
    agents = roster(ADA, BEN, implementers=("ada", "ben"))

    assert implementer(agents, started("WP02")) == Chosen("ben")


def test_who_is_given_work_in_the_same_moment_is_occupied_too() -> None:
    agents = roster(ADA, BEN, implementers=("ada", "ben"))
    moment = replace(view(planned("WP01"), agents=agents), chosen=("ada",))

    assert choose(moment, planned("WP01"), Role.IMPLEMENT) == Chosen("ben")


def test_who_it_was_claimed_for_begins_with_it() -> None:
    agents = roster(ADA, BEN, implementers=("ada", "ben"))
    package = replace(held("WP01"), agent="ben")

    assert choose(view(package, agents=agents), package, Role.IMPLEMENT) == Chosen("ben")


def test_who_worked_on_it_goes_on_with_it() -> None:
    agents = roster(ADA, BEN, implementers=("ada", "ben"))

    assert implementer(agents, *whole("WP01", by="ben")) == Chosen("ben")


def test_another_tries_after_a_failure_that_calls_for_it() -> None:
    agents = roster(ADA, BEN, implementers=("ada", "ben"))

    assert implementer(agents, *whole("WP01", failure=Failure.TIMEOUT)) == Chosen("ben")
    assert implementer(agents, *whole("WP01", failure=Failure.NO_CHANGE)) == Chosen("ada")


def test_fall_backs_come_after_all_that_were_asked_for() -> None:
    agents = roster(agent("ada", fallbacks=("eve",)), BEN, EVE, implementers=("ada", "ben"))
    failed = whole("WP01", failure=Failure.AUTH, number=1)

    assert implementer(agents, *failed) == Chosen("ben")
    assert implementer(
        agents, *failed, *whole("WP01", failure=Failure.AUTH, number=2, by="ben")
    ) == Chosen("eve")


def test_a_paused_vendor_pauses_all_its_agents_and_no_other() -> None:
    ada, ben = agent("ada", vendor="ada-corp"), agent("ben", vendor="ada-corp")
    limited = whole("WP02", failure=Failure.RATE_LIMIT, resets_at=NOW + 60)

    both = implementer(roster(ada, ben, implementers=("ada", "ben")), *limited)
    assert both == Later(NOW + 60, "ada-corp limits the rate of ada")
    assert implementer(roster(ada, BEN, implementers=("ada", "ben")), *limited) == Chosen("ben")


def test_a_limit_without_a_reset_is_taken_to_last_a_while() -> None:
    limited = whole("WP02", failure=Failure.RATE_LIMIT)

    assert implementer(roster(ADA), *limited) == Later(
        NOW - 50 + UNKNOWN_RESET_SECONDS, "ada-corp limits the rate of ada"
    )


def test_a_reset_in_the_past_pauses_nobody() -> None:
    limited = whole("WP02", failure=Failure.RATE_LIMIT, resets_at=NOW - 1)

    assert implementer(roster(ADA), *limited) == Chosen("ada")


def test_the_agent_whose_pause_ends_first_is_waited_for() -> None:
    agents = roster(ADA, BEN, implementers=("ada", "ben"))
    after = (
        *whole("WP02", failure=Failure.RATE_LIMIT, resets_at=NOW + 90),
        *whole("WP03", failure=Failure.RATE_LIMIT, by="ben", resets_at=NOW + 60),
    )

    assert implementer(agents, *after) == Later(NOW + 60, "ben-corp limits the rate of ben")


def test_nobody_left_names_every_cause() -> None:
    agents = roster(ADA, BEN, implementers=("ada", "ben"))
    after = (
        *whole("WP02", failure=Failure.AUTH, message="Sign in: ada login."),
        *whole("WP03", failure=Failure.LAUNCH, by="ben", message="No such program."),
    )

    assert implementer(agents, *after) == Nobody(
        "No agent is left to implement: ada: Sign in: ada login.; ben: No such program."
    )


def test_the_reviewer_is_who_is_configured_for_reviews() -> None:
    assert reviewer(roster(ADA, BEN)) == Chosen("ben")


def test_an_implementers_own_reviewer_goes_before_the_runs() -> None:
    assert reviewer(roster(agent("ada", reviewer="eve"), BEN, EVE)) == Chosen("eve")


def test_a_paired_reviewer_is_never_replaced_by_the_implementer() -> None:
    agents = roster(agent("ada", reviewer="eve"), EVE, reviewers=())
    gone = whole("WP02", Role.REVIEW, Failure.AUTH, by="eve", message="Not signed in.")

    assert reviewer(agents, *gone) == Nobody("No agent is left to review: eve: Not signed in.")


def test_without_a_reviewer_another_implementer_reviews() -> None:
    agents = roster(ADA, BEN, implementers=("ada", "ben"), reviewers=())

    assert reviewer(agents) == Chosen("ben")


def test_the_only_agent_reviews_itself_unless_the_project_forbids_it() -> None:
    alone = roster(ADA)

    assert reviewer(alone) == Chosen("ada")
    assert reviewer(roster(ADA, independent_review=True)) == Nobody(
        "The project asks for a reviewer who did not do the work, and no other agent is"
        " configured. Name one with --review-agent, or review by hand."
    )


def test_whoever_once_worked_on_it_is_no_independent_reviewer() -> None:
    agents = roster(ADA, BEN, EVE, reviewers=("ben", "eve"), independent_review=True)

    assert reviewer(agents, *whole("WP01", failure=Failure.CRASH, by="ben")) == Chosen("eve")


def test_a_person_as_implementer_has_no_paired_reviewer() -> None:
    package = held("WP01", agent=None)

    assert choose(view(package), package, Role.REVIEW) == Chosen("ben")


def test_a_run_whose_agents_are_all_gone_asks_for_another() -> None:
    assert implementer(roster(ADA, implementers=())) == Nobody(
        "No agent of the run is configured any more. Name another with --impl-agent."
    )

"""What goes wrong in a run, and how it goes on."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from spec_kitty_orchestrator.domain.agents import Role, Usage
from spec_kitty_orchestrator.domain.feature import Feature, Lane
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.run.records import AttemptEnded, AttemptReported, Ended, Record
from spec_kitty_orchestrator.domain.scheduling.view import Roster
from spec_kitty_orchestrator.loop.orchestration import Orchestration
from spec_kitty_orchestrator.ports import (
    Assignment,
    Ending,
    HostEvent,
    HostRefused,
    Report,
    Request,
    Transition,
)
from spec_kitty_orchestrator.testing.scripted_agents import (
    APPROVED,
    MemoryLog,
    Played,
    Script,
    scripted_agent,
    willing,
)
from spec_kitty_orchestrator.testing.scripted_host import ScriptedHost
from spec_kitty_orchestrator.testing.time import START
from stories import ROSTER, STARTED, Meanwhile, Story, order, story

REJECTED = (
    'This must not be merged.\n```json\n{"verdict": "changes_requested",'
    ' "findings": [{"id": "F1", "message": "Purr louder."}]}\n```'
)


def answers(*reviews: str) -> Script:
    """Returns a script whose reviewers say this, one after the other, and then approve."""
    left = list(reviews)

    def script(assignment: Assignment) -> Played:
        if assignment.role is Role.REVIEW and left:
            return Played(Ending(answer=left.pop(0)))
        return willing(assignment)

    return script


def failing(failure: Failure, times: int, role: Role = Role.IMPLEMENT, **more: object) -> Script:
    """Returns a script in which the first attempts in a role fail."""
    left = [None] * times

    def script(assignment: Assignment) -> Played:
        if assignment.role is role and left:
            left.pop()
            return Played(Ending(failure, "It failed.", **more))  # type: ignore[arg-type]
        return willing(assignment)

    return script


def test_a_reviewer_that_says_no_and_exits_in_order_sends_the_work_back() -> None:
    told = story("WP01", script=answers(REJECTED))

    assert told.run().ended is Ended.DONE
    assert order(told.agents) == [
        "WP01 implement ada",
        "WP01 review ben",
        "WP01 implement ada",
        "WP01 review ben",
    ]
    assert "[F1] (major) Purr louder." in told.agents.begun[2].prompt


def test_a_reviewer_without_a_verdict_is_asked_once_more() -> None:
    told = story("WP01", script=answers("Looks good to me!"))

    assert told.run().ended is Ended.DONE
    assert order(told.agents) == ["WP01 implement ada", "WP01 review ben", "WP01 review ben"]
    assert "Looks good to me!" in told.agents.begun[2].prompt


def test_a_reviewer_that_never_gives_a_verdict_never_approves() -> None:
    told = story("WP01", script=answers(*["This must not be merged."] * 50))

    ended = told.run()

    assert ended.ended is Ended.NEEDS_PERSON
    assert told.lanes() == {"WP01": "blocked"}
    assert "must not be merged" in ended.reasons[0]
    assert "must not be merged" in told.agents.begun[3].prompt


def test_review_rounds_are_bounded_and_the_open_findings_are_told() -> None:
    told = story("WP01", script=answers(*[REJECTED] * 50), max_review_rounds=2)

    ended = told.run()

    assert (ended.ended, ended.reasons) == (
        Ended.NEEDS_PERSON,
        (
            "WP01 is blocked: WP01 is not done after 2 rounds of review. Still open: "
            "F1: Purr louder.",
        ),
    )
    assert len(told.agents.begun) == 4


def test_work_without_a_change_is_tried_again_with_the_reason_and_then_blocked() -> None:
    told = story("WP01")
    told.host.has_work = lambda _: False

    ended = told.run()

    assert ended.ended is Ended.NEEDS_PERSON
    assert order(told.agents) == ["WP01 implement ada"] * 3
    assert "Nothing was changed." in told.agents.begun[1].prompt
    assert told.lanes() == {"WP01": "blocked"}


def test_a_rate_limit_pauses_its_vendor_until_the_reset_and_no_other() -> None:
    limited = failing(Failure.RATE_LIMIT, 1, resets_at=START + 7200)
    told = story("WP01", script=limited)

    assert told.run().ended is Ended.DONE
    begun = [each.at - START for each in told.told_attempts()]
    assert begun[0] < 1
    assert 7200 <= begun[1] < 7201


def test_a_fall_back_takes_over_while_a_vendor_is_paused() -> None:
    told = story("WP01", script=failing(Failure.RATE_LIMIT, 1, resets_at=START + 7200))
    agents = {**ROSTER.agents, "ada": scripted_agent("ada", fallbacks=("eve",))}
    told.roster = replace(ROSTER, agents=agents)

    assert told.run().ended is Ended.DONE
    assert order(told.agents)[:2] == ["WP01 implement ada", "WP01 implement eve"]
    assert told.told_attempts()[1].at < START + 200


def test_an_agent_that_is_not_signed_in_is_not_asked_again() -> None:
    told = story("WP01", "WP02", script=failing(Failure.AUTH, 1))
    told.roster = replace(ROSTER, implementers=("ada", "eve"))

    assert told.run().ended is Ended.DONE
    assert order(told.agents).count("WP01 implement ada") <= 1


def test_without_any_agent_signed_in_a_person_is_told_what_to_do() -> None:
    told = story("WP01", script=failing(Failure.AUTH, 50))

    ended = told.run()

    assert (ended.ended, ended.reasons) == (
        Ended.NEEDS_PERSON,
        ("No agent is left to implement: ada: It failed.",),
    )
    assert told.lanes() == {"WP01": "in_progress"}


def test_crashes_are_bounded_and_then_block_with_the_last_reason() -> None:
    told = story("WP01", script=failing(Failure.CRASH, 50))

    ended = told.run()

    assert ended.ended is Ended.NEEDS_PERSON
    assert len(told.agents.begun) == 3
    assert "ada failed (crash), and not for the first time: It failed." in ended.reasons[0]


def test_a_conflict_goes_back_to_the_implementer() -> None:
    told = story("WP01")
    left = ["conflict"]

    def refuse(request: Request) -> HostRefused | None:
        if isinstance(request, Transition) and request.to == Lane.DONE and left:
            left.pop()
            return told.host.conflict("WP01")
        return None

    told.host.refuse = refuse

    assert told.run().ended is Ended.DONE
    assert order(told.agents)[2:] == ["WP01 implement ada", "WP01 review ben"]


def test_a_package_that_a_person_took_is_left_alone_and_its_agent_ended() -> None:
    told = story("WP01", "WP02")

    def take_over(told: Story, running: Orchestration) -> asyncio.Task[None]:
        async def later() -> None:
            await asyncio.sleep(10)
            package = told.host.state.package("WP01")
            told.host.by_hand(
                replace(package, claimed_by="alice", run_id=None, attempt=package.attempt + 1)
            )

        return asyncio.ensure_future(later())

    told.meanwhile = take_over
    ended = told.run()

    assert (ended.ended, ended.reasons) == (
        Ended.NEEDS_PERSON,
        ("WP01 is in_progress and held by alice, not by this run.",),
    )
    assert told.lanes() == {"WP01": "in_progress", "WP02": "done"}
    assert told.host.state.package("WP01").claimed_by == "alice"


def test_a_policy_that_is_denied_ends_the_run_and_its_agents() -> None:
    told = story("WP01", "WP02", "WP03", max_concurrent=1)
    told.host.refuse = lambda request: (
        HostRefused("POLICY_DENIED", "The project forbids it.")
        if isinstance(request, Transition)
        else None
    )

    ended = told.run()

    assert (ended.ended, ended.reasons) == (Ended.REFUSED, ("The project forbids it.",))
    assert len(told.agents.begun) == 1


def test_a_busy_host_is_asked_again() -> None:
    told = story("WP01")
    left = [None] * 3
    told.host.refuse = lambda _: (
        HostRefused("BUSY", "Another holds a lock.") if left and not left.pop() else None
    )

    assert told.run().ended is Ended.DONE


def test_a_budget_ends_what_runs_at_its_next_report() -> None:
    def spending(assignment: Assignment) -> Played:
        report = Report(session="s", session_usage=Usage(input_tokens=600))
        return Played(Ending(answer=APPROVED), 60, (report,))

    told = story("WP01", "WP02", script=spending, budget_tokens=1000)

    ended = told.run()

    assert (ended.ended, ended.reasons) == (
        Ended.BUDGET,
        ("The budget of 1,000 tokens is used up (1,200).",),
    )
    assert told.lanes() == {"WP01": "in_progress", "WP02": "in_progress"}


def test_under_a_budget_no_report_of_use_is_passed_over() -> None:
    def spending(assignment: Assignment) -> Played:
        used = (Usage(700), Usage(800), Usage(1300))
        reports = tuple(Report(session="s", session_usage=each) for each in used)
        return Played(Ending(), 3000.0, reports)

    told = story("WP01", script=spending, budget_tokens=1000)

    ended = told.run()

    assert ended.reasons == ("The budget of 1,000 tokens is used up (1,300).",)
    assert told.told_attempts()[0].at + 60 > ended.at


def test_what_an_agent_waits_for_is_told_and_that_it_waits_no_longer() -> None:
    retry = Report(waits_for="another try, 1/5")
    reports = (retry, retry, Report(said="Hello."), Report(said="Done."))
    told = story("WP01", script=lambda each: replace(willing(each), reports=reports))

    assert told.run().ended is Ended.DONE
    reported = [each for each in told.log.records() if isinstance(each, AttemptReported)]
    assert [each.waits_for for each in reported] == ["another try, 1/5", None] * 2


def stopping(*after_seconds: float) -> Meanwhile:
    def meanwhile(_: Story, running: Orchestration) -> asyncio.Task[None]:
        async def later() -> None:
            for seconds in after_seconds:
                await asyncio.sleep(seconds)
                running.stop()

        return asyncio.ensure_future(later())

    return meanwhile


def test_the_first_stop_lets_agents_finish_and_keeps_their_work() -> None:
    told = story("WP01", "WP02", max_concurrent=1, grace_seconds=100)
    told.meanwhile = stopping(10)

    assert told.run().ended is Ended.INTERRUPTED
    assert told.lanes() == {"WP01": "for_review", "WP02": "planned"}


def test_the_second_stop_ends_agents_at_once_and_a_resume_finishes() -> None:
    told = story("WP01", "WP02", max_concurrent=1, grace_seconds=100)
    told.meanwhile = stopping(10, 1)

    ended = told.run()
    assert (ended.ended, ended.at - START < 12) == (Ended.INTERRUPTED, True)
    assert told.lanes() == {"WP01": "in_progress", "WP02": "planned"}

    told.meanwhile = None
    told.started = replace(told.started, resumed=True)
    assert told.run().ended is Ended.DONE
    assert told.lanes() == {"WP01": "done", "WP02": "done"}


def test_a_full_disk_ends_the_run_with_its_error_and_no_agent_left() -> None:
    told = story("WP01")
    told.log.room = 4

    with pytest.raises(OSError, match="No space left"):
        told.run()
    assert told.agents.at_once == {}


def test_failed_verification_reopens_the_named_package_within_bounds() -> None:
    told = story("WP01", "WP02 WP01", max_review_rounds=2)
    told.host.refuse = lambda request: (
        HostRefused("VERIFICATION_FAILED", "The checks failed.", {"reopen": "WP02"})
        if type(request).__name__ == "AcceptFeature"
        else None
    )

    ended = told.run()

    assert (ended.ended, ended.reasons) == (
        Ended.NEEDS_PERSON,
        ("The checks failed. (WP02 was reopened 2 times.)",),
    )
    assert order(told.agents).count("WP02 implement ada") == 3


def test_who_is_left_of_a_roster_never_reviews_its_own_work_where_that_is_forbidden() -> None:
    told = story("WP01")
    told.roster = Roster({"ada": scripted_agent("ada")}, ("ada",), independent_review=True)

    ended = told.run()

    assert ended.ended is Ended.NEEDS_PERSON
    assert "no other agent is configured" in ended.reasons[0]
    assert told.lanes() == {"WP01": "for_review"}


def test_limits_have_defaults_that_end_every_wait() -> None:
    limits = Limits()

    assert min(limits.timeout_seconds, limits.stall_seconds, limits.grace_seconds) > 0
    assert STARTED.limits == limits


def test_the_work_of_an_agent_that_is_not_configured_any_more_is_gone_on_with() -> None:
    told = story("WP01")
    told.roster = replace(ROSTER, implementers=("eve",))
    told.host.refuse = lambda request: (
        HostRefused("TRANSITION_REJECTED", "Not now.") if isinstance(request, Transition) else None
    )
    assert told.run().ended is Ended.NEEDS_PERSON

    told.host.refuse = lambda _: None
    told.started = replace(told.started, resumed=True)
    told.roster = Roster({name: ROSTER.agents[name] for name in ("ada", "ben")}, ("ada",), ("ben",))
    assert told.run().ended is Ended.DONE
    assert order(told.agents) == ["WP01 implement eve", "WP01 review ben"]


class DeafHost(ScriptedHost):
    """Refuses to tell what happens."""

    def watch(self, slug: str, after: str | None) -> AsyncIterator[HostEvent]:  # noqa: ARG002
        raise HostRefused("INTERNAL_ERROR", "It cannot watch.")


def test_a_package_that_was_taken_is_let_go_also_where_the_host_tells_of_nothing() -> None:
    told = story("WP01")
    told.host = DeafHost(told.host.state.packages)

    def take_over(told: Story, running: Orchestration) -> asyncio.Task[None]:
        async def later() -> None:
            await asyncio.sleep(10)
            told.host.by_hand(replace(told.host.state.package("WP01"), claimed_by="alice"))

        return asyncio.ensure_future(later())

    told.meanwhile = take_over
    ended = told.run()

    assert (ended.ended, ended.at - START < 20) == (Ended.NEEDS_PERSON, True)


class ReportlessLog(MemoryLog):
    """Has no room for what agents report."""

    def append(self, record: Record) -> None:
        if isinstance(record, AttemptReported):
            raise OSError(28, "No space left on device")
        super().append(record)


def test_a_report_that_cannot_be_kept_ends_the_run_and_is_not_the_agents_failure() -> None:
    used = Report(session="s", session_usage=Usage(700))
    told = story("WP01", script=lambda _: Played(Ending(), 3000.0, (used,)))
    told.log = ReportlessLog()

    with pytest.raises(OSError, match="No space left"):
        told.run()
    ends = [each for each in told.log.records() if isinstance(each, AttemptEnded)]
    assert [(each.failure, each.message) for each in ends] == [
        (Failure.ENDED, "The run was ended.")
    ]


def test_what_no_program_takes_as_an_argument_stays_out_of_notes_and_prompts() -> None:
    told = story("WP01")
    told.agents.script = lambda _: Played(Ending(Failure.CRASH, "It said \0 and \ud83d."))

    assert told.run().ended is Ended.NEEDS_PERSON
    note = "It said \N{REPLACEMENT CHARACTER} and ?."
    assert (told.host.state.package("WP01").reason or "").endswith(note)

    told = story("WP01", script=answers("half \ud83d and none \0"))
    assert told.run().ended is Ended.DONE
    assert "half ? and none \N{REPLACEMENT CHARACTER}" in told.agents.begun[2].prompt


class MuteHost(ScriptedHost):
    """Does not say where the feature stands once it was asked for a change."""

    async def feature(self, slug: str) -> Feature:
        if self.refused:
            raise HostRefused("HOST_FAILED", "It gave no answer.")
        return await super().feature(slug)

    refused = False


def test_a_host_that_says_nothing_any_more_ends_the_run_with_its_reason() -> None:
    told = story("WP01")
    mute = told.host = MuteHost(told.host.state.packages)

    def fall_silent(request: Request) -> HostRefused | None:
        mute.refused = mute.refused or isinstance(request, Transition)
        return HostRefused("HOST_FAILED", "It gave no answer.") if mute.refused else None

    told.host.refuse = fall_silent
    ended = told.run()

    assert (ended.ended, ended.reasons) == (Ended.REFUSED, ("It gave no answer.",))
    assert told.log.records()[-1] == ended

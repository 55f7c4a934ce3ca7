"""`abort`: what is released, what is left alone, and that it can be done again."""

# ruff: noqa: E501 - what people see is kept as they see it

from __future__ import annotations

from dataclasses import replace

import pytest
from inline_snapshot import snapshot

from cli.offices import NOW, RUN_ID, BrokenTexts, FakeOffice, Type
from domain.moments import done, held, in_review, planned, started
from spec_kitty_orchestrator.domain.feature import Lane
from spec_kitty_orchestrator.domain.run.records import (
    AttemptEnded,
    Ended,
    RunEnded,
    Step,
    StepDone,
    StepIntended,
    StepRefused,
)
from spec_kitty_orchestrator.ports import HostRefused, Request, Transition

ABORT = "abort --feature 034-cats"
WORK = started("WP02")


@pytest.fixture
def killed(office: FakeOffice) -> FakeOffice:
    """A run that was killed while an agent worked."""
    packages = (
        done("WP01"),
        held("WP02", title="Meow"),
        in_review("WP03"),
        planned("WP04", "WP02"),
        held("WP05", Lane.BLOCKED, reason="No post."),
    )
    office.host.state = replace(office.host.state, packages=packages)
    office.keep(WORK)
    return office


def holders(office: FakeOffice) -> dict[str, str]:
    return {each.id: f"{each.lane} {each.claimed_by or '-'}" for each in office.host.state.packages}


def written(office: FakeOffice) -> list[object]:
    return list(office.records(RUN_ID)[2:])


def test_what_the_run_holds_is_released_and_all_work_left(killed: FakeOffice, typed: Type) -> None:
    killed.runner.orphans = 2
    assert typed(ABORT) == snapshot("""\
What a killed process left running has ended (2).
WP02 is released to planned.
WP03 is released to planned.
WP05 is released to planned (it was blocked).
Run run-1 of 034-cats is given up; all work is kept.
""")
    assert holders(killed) == snapshot(
        {
            "WP01": "done orchestrator",
            "WP02": "planned -",
            "WP03": "planned -",
            "WP04": "planned -",
            "WP05": "planned -",
        }
    )
    assert (killed.runner.ended_for, killed.cleaned, killed.claimed) == (
        [RUN_ID],
        [RUN_ID],
        ["034-cats run-1"],
    )


def test_each_release_is_intended_before_it_is_asked_for(killed: FakeOffice, typed: Type) -> None:
    typed(ABORT)
    keys = [f"run-1/WP0{number}/1/release" for number in (2, 3, 5)]
    steps = [
        step
        for number, key in zip((2, 3, 5), keys, strict=True)
        for step in (
            StepIntended(NOW, f"WP0{number}", Step.RELEASE, key),
            StepDone(NOW, f"WP0{number}", Step.RELEASE, key, "planned"),
        )
    ]
    given_up, *others = written(killed)
    assert isinstance(given_up, AttemptEnded)
    assert others == [*steps, RunEnded(NOW, Ended.ABORTED)]
    assert [caller.key for _, caller in killed.host.changes] == keys
    why = "The run was given up; its work is kept."
    assert [request for request, _ in killed.host.changes] == [
        Transition("WP02", Lane.PLANNED, attempt=1, note=why),
        Transition("WP03", Lane.PLANNED, attempt=1, note=why),
        Transition("WP05", Lane.PLANNED, note=why),
    ]


def test_twice_is_the_same_as_once(killed: FakeOffice, typed: Type) -> None:
    typed(ABORT)
    before = (written(killed), len(killed.host.changes))
    assert typed(ABORT) == snapshot(
        "Run run-1 of 034-cats is given up already: there is nothing to give up.\n"
    )
    assert (written(killed), len(killed.host.changes)) == before


def test_a_process_that_runs_it_is_ended_first(killed: FakeOffice, typed: Type) -> None:
    killed.processes[RUN_ID] = 4711
    killed.left_by_stop = (
        AttemptEnded(NOW, WORK.id),
        RunEnded(NOW, Ended.INTERRUPTED),
    )
    assert typed(ABORT).splitlines()[0] == snapshot("Process 4711 and its agents have ended.")
    assert killed.stopped == ["034-cats"]
    assert written(killed)[-1] == RunEnded(NOW, Ended.ABORTED)


def test_claims_are_kept_where_that_is_wished(killed: FakeOffice, typed: Type) -> None:
    before = holders(killed)
    assert typed(f"{ABORT} --keep-claims") == snapshot(
        "Run run-1 stands still; its claims and all work are kept. Go on with: spec-kitty-orchestrator resume --feature 034-cats\n"
    )
    assert (holders(killed), written(killed), killed.cleaned) == (before, [], [])
    assert killed.runner.ended_for == [RUN_ID]


def test_what_a_person_took_is_left_alone(killed: FakeOffice, typed: Type) -> None:
    killed.host.by_hand(replace(killed.host.state.package("WP02"), claimed_by="alice", run_id=None))
    assert typed(ABORT) == snapshot("""\
WP02 is left alone: it is in_progress, and alice holds it now.
WP03 is released to planned.
WP05 is released to planned (it was blocked).
Run run-1 of 034-cats is given up; all work is kept.
""")
    assert holders(killed)["WP02"] == "in_progress alice"


def test_what_a_person_takes_in_this_moment_is_left_alone(killed: FakeOffice, typed: Type) -> None:
    def taken(request: Request) -> HostRefused | None:
        if isinstance(request, Transition) and request.package == "WP02":
            mine = killed.host.state.package("WP02")
            killed.host.by_hand(replace(mine, claimed_by="alice", run_id=None))
            return HostRefused("WP_ALREADY_CLAIMED", "alice holds it.")
        return None

    killed.host.refuse = taken
    assert typed(ABORT) == snapshot("""\
WP02 is left alone: it is in_progress, and alice holds it now.
WP03 is released to planned.
WP05 is released to planned (it was blocked).
Run run-1 of 034-cats is given up; all work is kept.
""")


def test_a_host_that_refuses_leaves_the_run_to_be_given_up_again(
    killed: FakeOffice, typed: Type
) -> None:
    def denied(request: Request) -> HostRefused | None:
        if isinstance(request, Transition) and request.package == "WP03":
            return HostRefused("POLICY_DENIED", "The project does not allow this.")
        return None

    killed.host.refuse = denied
    assert typed(ABORT) == snapshot("""\
WP02 is released to planned.
WP05 is released to planned (it was blocked).
WP03 is still claimed: The project does not allow this.
Settle that, then: spec-kitty-orchestrator abort --feature 034-cats
[3]
""")
    assert isinstance(written(killed)[-1], StepDone | StepRefused)
    killed.host.refuse = lambda _: None
    typed(ABORT)
    assert holders(killed)["WP03"] == "planned -"


def test_without_a_run_there_is_nothing_to_give_up(office: FakeOffice, typed: Type) -> None:
    assert typed(ABORT) == snapshot("""\
spec-kitty-orchestrator: No run of 034-cats is here to give up. 'spec-kitty-orchestrator status' shows the runs that are.
[2]
""")
    assert typed("abort --feature 035-dogs") == snapshot("""\
spec-kitty-orchestrator: There is no feature 035-dogs.
[3]
""")


def test_an_agent_that_is_gone_does_not_keep_a_run_from_being_given_up(
    killed: FakeOffice, typed: Type
) -> None:
    gone = replace(killed.runs()[0].started, implementers=("gone",))
    killed.keep(WORK, run=gone)
    typed(ABORT)
    families = {caller.policy.agent_family for _, caller in killed.host.changes}
    assert families == {"ada"}


def test_a_run_that_was_done_before_it_could_be_stopped_stays_done(
    killed: FakeOffice, typed: Type, monkeypatch: pytest.MonkeyPatch
) -> None:
    def come_too_late(_: str) -> bool:
        killed.processes.clear()
        killed.logs[RUN_ID].append(RunEnded(NOW, Ended.DONE))
        return False

    killed.processes[RUN_ID] = 4711
    monkeypatch.setattr(killed, "stop", come_too_late)

    assert typed(ABORT) == snapshot("Run run-1 of 034-cats is done: there is nothing to give up.\n")
    assert written(killed) == [RunEnded(NOW, Ended.DONE)]


def test_a_broken_prompt_keeps_no_run_from_being_given_up(killed: FakeOffice, typed: Type) -> None:
    killed.texts = BrokenTexts()

    refused = typed("resume --feature 034-cats")
    given_up = typed(ABORT)

    assert refused == "spec-kitty-orchestrator: implement.md is empty.\n[2]\n"
    assert given_up.endswith("Run run-1 of 034-cats is given up; all work is kept.\n")

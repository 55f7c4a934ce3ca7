"""The contract as the provider speaks and reads it, against the published examples."""

import asyncio
import json
from pathlib import Path

import pytest

from published import example, examples
from spec_kitty_orchestrator.adapters.host import reading
from spec_kitty_orchestrator.adapters.host.calling import Calls, host_command, read_envelope
from spec_kitty_orchestrator.adapters.host.command import CommandHost
from spec_kitty_orchestrator.domain.agents import Policy
from spec_kitty_orchestrator.domain.feature import Finding, Lane, Overlap, Package
from spec_kitty_orchestrator.domain.verdict import Decision, Verdict
from spec_kitty_orchestrator.ports import (
    AcceptFeature,
    Answer,
    Caller,
    Forecast,
    HostEvent,
    HostRefused,
    MergeFeature,
    PolicyAnswer,
    Request,
    StartImplementation,
    StartReview,
    Transition,
    Workspace,
)

SLUG = "034-cats"
POLICY = Policy("me", "1.0", "claude", "auto", "none", "open", ("--dangerous",))
CALLER = Caller("bot", "run-1", POLICY, "run-1/WP01/1/step")
METADATA = {
    "orchestrator_id": "me",
    "orchestrator_version": "1.0",
    "agent_family": "claude",
    "approval_mode": "auto",
    "sandbox_mode": "none",
    "network_mode": "open",
    "dangerous_flags": ["--dangerous"],
}

# A host that answers what lies beside it, and writes down how it was called.
HOST = """#!/bin/sh
for word in "$@"; do printf '%s\\0' "$word"; done > "$(dirname "$0")/words"
cat "$(dirname "$0")/answer"
"""


class Recorded:
    """Is a host that gives one recorded answer, over a real process."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        program = folder / "spec-kitty"
        program.write_text(HOST)
        program.chmod(0o755)
        self.host = CommandHost(Calls(str(program), folder, {"PATH": "/usr/bin:/bin"}))

    def answers(self, name: str) -> CommandHost:
        (self._folder / "answer").write_text(json.dumps(example(name)["answer"]) + "\n")
        return self.host

    def words(self) -> list[str]:
        return (self._folder / "words").read_text().split("\0")[:-1]


@pytest.fixture
def recorded(tmp_path: Path) -> Recorded:
    return Recorded(tmp_path)


def test_a_feature_is_read_with_all_that_the_scheduler_needs(recorded: Recorded) -> None:
    feature = asyncio.run(recorded.answers("feature-state").feature(SLUG))

    first = feature.packages[0]
    assert recorded.words() == ["orchestrator-api", "feature-state", "--feature", SLUG]
    assert (feature.slug, feature.target_branch, feature.merged) == (SLUG, "main", False)
    assert [each.lane for each in feature.packages] == [
        Lane.IN_PROGRESS,
        Lane.PLANNED,
        Lane.PLANNED,
    ]
    assert first == Package(
        "WP01",
        "Purr",
        Lane.IN_PROGRESS,
        estimate_minutes=first.estimate_minutes,
        remaining_minutes=first.remaining_minutes,
        attempt=2,
        claimed_by="demo",
        run_id="run-1",
        agent="claude",
        verdict_head="0002" * 10,
        findings=(Finding("F1", "Purr louder.", "major", "src/purr.py", 1),),
        review_rounds=1,
        rework="review",
        base_commit="0001" * 10,
        head_commit="0002" * 10,
    )
    assert (feature.packages[1].ready, feature.packages[2].ready) == (True, False)
    assert feature.packages[2].dependencies == ("WP01",)


def test_a_forecast_is_read(recorded: Recorded) -> None:
    assert asyncio.run(recorded.answers("forecast").forecast(SLUG)) == Forecast(
        (("WP01", "WP02"), ("WP03",)),
        ("WP01", "WP03"),
        120,
        frozenset({Overlap("WP02", "WP03")}),
    )


def test_a_policy_that_is_denied_is_an_answer_with_its_reason(recorded: Recorded) -> None:
    data = example("check-policy.denied")["answer"]["data"]

    answer = asyncio.run(recorded.answers("check-policy.denied").check_policy(SLUG, POLICY))

    assert answer == PolicyAnswer(False, data["message"], data["independent_review"])
    assert json.loads(recorded.words()[-1]) == METADATA


def test_a_workspace_is_resolved(recorded: Recorded) -> None:
    assert asyncio.run(recorded.answers("resolve-workspace").workspace(SLUG, "WP01")) == Workspace(
        Path("<repository>/.worktrees/034-cats-WP01"),
        True,
        Path("<repository>/.git/spec-kitty/prompts/034-cats/WP01.md"),
    )


def test_an_event_of_the_stream_says_who_did_what() -> None:
    data = example("watch")["answer"]["data"]

    assert reading.event(data) == HostEvent(
        data["cursor"], "bot", "WP03", data["sentence"], person=False
    )
    assert reading.event(example("watch.heartbeat")["answer"]["data"]).actor is None


COMMON = ["--feature", SLUG, "--actor", "bot", "--policy", json.dumps(METADATA)]
KEY = ["--idempotency-key", CALLER.key]
FINDING = {"id": "F1", "severity": "major", "message": "No.", "path": "a.py", "line": 3}
SENT_BACK = Verdict(Decision.CHANGES_REQUESTED, "", (Finding("F1", "No.", "major", "a.py", 3),))


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (
            StartImplementation("WP01", "ada"),
            ["start-implementation", "--wp", "WP01", "--agent", "ada", "--run-id", "run-1"],
        ),
        (
            StartReview("WP01", "ben"),
            ["start-review", "--wp", "WP01", "--agent", "ben", "--run-id", "run-1"],
        ),
        (
            Transition("WP01", "for_review", "ada", 3, resolved=("a b.png",)),
            [
                *("transition", "--wp", "WP01", "--to", "for_review", "--agent", "ada"),
                *("--attempt", "3", "--evidence-json", '{"resolved": ["a b.png"]}'),
            ],
        ),
        (
            Transition("WP01", "in_progress", "ben", 3, None, "ref", SENT_BACK, "0" * 40),
            [
                *("transition", "--wp", "WP01", "--to", "in_progress", "--agent", "ben"),
                *("--attempt", "3", "--review-ref", "ref", "--evidence-json"),
                json.dumps(
                    {
                        "verdict": "changes_requested",
                        "head_commit": "0" * 40,
                        "findings": [FINDING],
                    }
                ),
            ],
        ),
        (
            Transition("WP01", "blocked", attempt=3, note="It cannot be done."),
            [
                *("transition", "--wp", "WP01", "--to", "blocked", "--attempt", "3"),
                *("--note", "It cannot be done."),
            ],
        ),
        (AcceptFeature(), ["accept-feature"]),
        (MergeFeature("squash"), ["merge-feature", "--strategy", "squash"]),
        (MergeFeature(), ["merge-feature"]),
    ],
)
def test_each_change_is_asked_for_as_the_contract_has_it(
    recorded: Recorded, request_: Request, words: list[str]
) -> None:
    asyncio.run(recorded.answers("transition").change(SLUG, request_, CALLER))

    assert recorded.words() == ["orchestrator-api", *words, *COMMON, *KEY]


def test_what_a_claim_answers_is_read(recorded: Recorded) -> None:
    answer = asyncio.run(
        recorded.answers("start-implementation").change(
            SLUG, StartImplementation("WP01", "ada"), CALLER
        )
    )

    data = example("start-implementation")["answer"]["data"]
    assert answer == Answer(
        data["to_lane"],
        data["attempt"],
        None,
        data["base_commit"],
        Path(data["workspace_path"]),
        Path(data["prompt_path"]),
    )


def test_a_conflict_is_a_refusal_with_its_facts(recorded: Recorded) -> None:
    move = Transition("WP02", "done", "ben", 1)

    with pytest.raises(HostRefused) as refused:
        asyncio.run(recorded.answers("transition.conflict").change(SLUG, move, CALLER))

    assert (refused.value.code, refused.value.facts["attempt"]) == ("INTEGRATION_CONFLICT", 2)
    assert str(refused.value) == example("transition.conflict")["answer"]["data"]["message"]


@pytest.mark.parametrize("name", examples())
def test_every_published_answer_is_understood_as_success_or_refusal(name: str) -> None:
    recorded = example(name)
    line = json.dumps(recorded["answer"]).encode()

    if recorded["exit_status"] == 0:
        assert read_envelope(line, b"") == recorded["answer"]["data"]
    else:
        with pytest.raises(HostRefused) as refused:
            read_envelope(line, b"")
        assert refused.value.code == recorded["answer"]["error_code"]


@pytest.mark.parametrize("printed", [b"", b"Hello", b"[]", b"{}", b'{"data": 1}', b'{"a": \xff}'])
def test_what_is_no_envelope_is_a_failure_of_the_host(printed: bytes) -> None:
    with pytest.raises(HostRefused) as refused:
        read_envelope(printed, b"Traceback: it broke\n")

    assert refused.value.code == "HOST_FAILED"
    assert "Traceback: it broke" in refused.value.message


@pytest.mark.parametrize("lost", ["work_packages", "cursor", "merge", "accepted"])
def test_an_answer_without_what_the_contract_promises_is_a_failure_of_the_host(lost: str) -> None:
    data = example("feature-state")["answer"]["data"]

    with pytest.raises(HostRefused) as refused:
        reading.feature({name: value for name, value in data.items() if name != lost})

    assert (refused.value.code, lost in refused.value.message) == ("HOST_FAILED", True)


def test_fields_of_a_later_contract_are_passed_over() -> None:
    data = example("feature-state")["answer"]["data"]
    packages = [{**each, "mood": "fine"} for each in data["work_packages"]]

    later = {**data, "work_packages": packages, "weather": "rain"}

    assert reading.feature(later) == reading.feature(data)


def test_long_findings_are_cut_evenly_until_the_host_takes_them(recorded: Recorded) -> None:
    findings = tuple(Finding(f"F{number}", "ä" * 4000) for number in range(100))
    move = Transition(
        "WP01", "in_progress", verdict=Verdict(Decision.CHANGES_REQUESTED, "", findings)
    )

    asyncio.run(recorded.answers("transition").change(SLUG, move, CALLER))

    words = recorded.words()
    evidence = words[words.index("--evidence-json") + 1]
    assert len(evidence.encode()) <= 64 * 1024
    assert [each["id"] for each in json.loads(evidence)["findings"]] == [
        each.id for each in findings
    ]


def test_a_host_that_is_nowhere_is_named() -> None:
    with pytest.raises(HostRefused) as refused:
        host_command({"SPEC_KITTY": "/nowhere/spec-kitty"})

    assert refused.value.code == "HOST_UNAVAILABLE"


def test_a_host_that_cannot_be_started_is_named(tmp_path: Path) -> None:
    calls = Calls(str(tmp_path / "missing"), tmp_path, {})

    with pytest.raises(HostRefused) as refused:
        asyncio.run(calls.call("contract-version"))

    assert refused.value.code == "HOST_UNAVAILABLE"


@pytest.mark.parametrize("deaf", ["", "trap '' TERM; "])
def test_a_stream_is_ended_also_behind_a_script(tmp_path: Path, deaf: str) -> None:
    line = json.dumps(example("watch.heartbeat")["answer"])
    program = tmp_path / "spec-kitty"
    program.write_text(f"#!/bin/sh\n{deaf}echo '{line}'\nsleep 600\nexit 0\n")
    program.chmod(0o755)

    async def read_one() -> None:
        calls = Calls(str(program), tmp_path, {"PATH": "/usr/bin:/bin"})
        stream = CommandHost(calls).watch(SLUG, None)
        async with asyncio.timeout(30):
            assert (await anext(stream)).actor is None
            await stream.aclose()  # type: ignore[attr-defined]  # it is a generator

    asyncio.run(read_one())


def test_a_cancelled_call_lets_the_host_finish_what_it_began(tmp_path: Path) -> None:
    program = tmp_path / "spec-kitty"
    program.write_text(
        f"#!/bin/sh\ntouch {tmp_path}/begun\nsleep 0.3\ntouch {tmp_path}/finished\necho '{{}}'\n"
    )
    program.chmod(0o755)

    async def cancel() -> None:
        calls = Calls(str(program), tmp_path, {"PATH": "/usr/bin:/bin"})
        task = asyncio.create_task(calls.call("merge-feature"))
        async with asyncio.timeout(30):
            while not (tmp_path / "begun").exists():
                await asyncio.sleep(0.01)
            task.cancel()
            await asyncio.wait([task])
        assert task.cancelled()

    asyncio.run(cancel())

    assert (tmp_path / "finished").exists()

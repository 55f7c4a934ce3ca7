from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Coroutine, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest

from agent_stories import Plain, agent_of, assignment_for, within
from living import end_living, living, wait_until
from spec_kitty_orchestrator.adapters.processes.orphans import end_marked
from spec_kitty_orchestrator.adapters.running import AgentRunner
from spec_kitty_orchestrator.domain.agents import Kind, Policy, Role
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Assignment, Ending, Found

T = TypeVar("T")
SECONDS = 30.0
WILD = str(Path(__file__).parent / "processes" / "wild_agent.py")


class Bench:
    """Runs agents for a test in a folder of its own, and checks that they leave nothing open."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.word = f"kept-{uuid.uuid4().hex}"
        self.adapter = Plain()
        self.person = {"PATH": os.environ["PATH"], "HOME": str(folder / "person")}
        self.place = folder / "state" / "homes" / "WP01-implement-plain"

    def runner(self, **variables: str) -> AgentRunner:
        person: Mapping[str, str] = {**self.person, **variables}
        adapters = {Kind.COMMAND: self.adapter}
        return AgentRunner(self.folder / "run", self.folder / "state", adapters, person, "1.2.3")

    def assignment(self, *command: str) -> Assignment:
        return assignment_for(self.folder, *command)

    def shell(self, script: str) -> Assignment:
        """Returns an assignment for a script, whose processes are known by this test's word."""
        return self.assignment("sh", "-c", f": {self.word}; {script}")

    def wild(self, then: str) -> Assignment:
        away = str(self.folder / "away")
        return self.assignment(sys.executable, WILD, away, self.word, then)

    def work(self, assignment: Assignment, **variables: str) -> Ending:
        return self.run(self.runner(**variables).work(assignment, lambda _: None))

    def run(self, work: Coroutine[object, object, T]) -> T:
        async def checked() -> T:
            open_before = set(os.listdir("/proc/self/fd"))
            try:
                return await asyncio.wait_for(work, SECONDS)
            finally:
                assert set(os.listdir("/proc/self/fd")) == open_before
                assert living(self.word) == []

        return asyncio.run(checked())


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    (tmp_path / "person").mkdir()
    yield bench
    end_living(bench.word)


def test_an_agent_works_in_its_folder_and_ends_as_its_adapter_says(bench: Bench) -> None:
    assert bench.work(bench.assignment("sh", "-c", "pwd; cat")) == Ending(
        answer=f"{bench.folder}\nDo it."
    )
    transcript = bench.folder / "run" / "attempts" / "WP01-1-implement-1.jsonl"
    assert transcript.read_text() == f"{bench.folder}\nDo it."


def test_an_agent_sees_its_own_home_and_what_is_on_the_list_and_no_more(bench: Bench) -> None:
    secrets = {"PLAIN_KEY": "key", "OTHER_KEY": "other", "GIT_DIR": "/x", "WANTED": "w"}
    assignment = bench.assignment("env")
    assignment = replace(assignment, agent=replace(assignment.agent, environment=("WANTED",)))
    answer = bench.work(assignment, LC_ALL="C.UTF-8", **secrets).answer
    assert dict(line.split("=", 1) for line in answer.splitlines()) == {
        "HOME": str(bench.place / "home"),
        "LC_ALL": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "PLAIN_KEY": "key",
        "PLAIN_ROLE": "implement",
        "SPEC_KITTY_ATTEMPT": "WP01-1-implement-1",
        "SPEC_KITTY_FEATURE": "034-feature",
        "SPEC_KITTY_ROLE": "implement",
        "SPEC_KITTY_RUN": "run-1",
        "SPEC_KITTY_WP": "WP01",
        "TERM": "dumb",
        "TMPDIR": str(bench.place / "tmp"),
        "WANTED": "w",
    }


def test_an_agent_that_is_not_there_is_a_launch_that_says_the_next_step(bench: Bench) -> None:
    assert bench.work(bench.assignment("absent-agent")) == Ending(
        Failure.LAUNCH,
        "The program absent-agent of the agent plain is not there. Install it, put it on the PATH, "
        "or name its command in .kittify/orchestrator.toml.",
    )


def test_what_an_adapter_cannot_read_is_a_crash_of_the_attempt_alone(bench: Bench) -> None:
    def hear(line: str) -> None:
        raise KeyError(line)

    bench.adapter.hear = hear
    assert bench.work(bench.shell("echo odd; sleep 600")) == Ending(
        Failure.CRASH,
        "What plain said could not be read (KeyError: 'odd'). See its transcript.",
    )


def test_an_agent_that_takes_too_long_is_ended_with_its_tools(bench: Bench) -> None:
    assert bench.work(within(bench.wild("stay"), timeout=0.6)) == Ending(
        Failure.TIMEOUT,
        "plain was not done within 0.01 minutes and was ended. "
        "Allow more with timeout_minutes, or make the work package smaller.",
    )


def test_an_agent_that_neither_prints_nor_works_is_stalled(bench: Bench) -> None:
    assert bench.work(within(bench.shell("sleep 600; true"), stall=0.6)) == Ending(
        Failure.STALL,
        "plain printed nothing and did nothing for 0.01 minutes and was ended. "
        "Allow longer silence with stall_minutes if that was too early.",
    )


def test_a_silent_agent_whose_build_is_busy_is_not_stalled(bench: Bench) -> None:
    busy = "import time; end = time.monotonic() + 3\nwhile time.monotonic() < end: pass"
    script = f"setsid {sys.executable} -c '{busy}' & wait; echo built"
    assert bench.work(within(bench.shell(script), stall=1.0)) == Ending(answer="built")


def test_an_agent_that_prints_now_and_then_is_not_stalled(bench: Bench) -> None:
    script = "sleep 1.4; echo still here >&2; sleep 1.4; echo told"
    assert bench.work(within(bench.shell(script), stall=2.0)) == Ending(answer="told")


def test_an_agent_that_said_its_last_word_is_ended_if_it_does_not_end(bench: Bench) -> None:
    assert bench.work(bench.shell("trap '' TERM; echo yes; echo END; sleep 600")) == Ending(
        answer="yes"
    )


def test_cancelled_work_ends_the_agent_with_its_tools(bench: Bench) -> None:
    async def cancel() -> bool:
        heard = asyncio.Event()
        bench.adapter.hear = lambda _: heard.set()
        working = asyncio.create_task(bench.runner().work(bench.wild("stay"), lambda _: None))
        await heard.wait()
        assert len(living(bench.word)) >= 3
        working.cancel()
        await asyncio.wait([working])
        return working.cancelled()

    assert bench.run(cancel())


def test_work_that_is_cancelled_again_ends_at_once_and_for_sure(bench: Bench) -> None:
    async def cancel() -> tuple[bool, float]:
        heard = asyncio.Event()
        bench.adapter.hear = lambda _: heard.set()
        working = asyncio.create_task(bench.runner().work(bench.wild("stay"), lambda _: None))
        await heard.wait()
        began = asyncio.get_running_loop().time()
        while not working.done():
            working.cancel()
            await asyncio.wait([working], timeout=0.05)
        return working.cancelled(), asyncio.get_running_loop().time() - began

    is_cancelled, seconds = bench.run(cancel())
    assert is_cancelled
    assert seconds < 1.5


def test_work_that_is_cancelled_while_its_agent_is_ended_is_cancelled(bench: Bench) -> None:
    transcript = bench.folder / "run" / "attempts" / "WP01-1-implement-1.jsonl"

    async def cancel() -> bool:
        late = within(bench.wild("stay"), timeout=1.0)
        working = asyncio.create_task(bench.runner().work(late, lambda _: None))
        while not (transcript.exists() and "deaf" in transcript.read_text()):
            await asyncio.sleep(0.01)
        working.cancel()
        await asyncio.wait([working])
        return working.cancelled()

    assert bench.run(cancel())


def test_a_full_disk_ends_the_attempt_with_a_sentence(bench: Bench) -> None:
    (bench.folder / "run" / "attempts").mkdir(parents=True)
    (bench.folder / "run" / "attempts" / "WP01-1-implement-1.jsonl").symlink_to("/dev/full")
    assert bench.work(bench.shell("echo much; sleep 600; true")) == Ending(
        Failure.CRASH,
        "The disk is full: could not keep the transcript on disk (No space left on device). "
        "Free some space, then go on.",
    )


def test_a_folder_that_is_gone_ends_the_attempt_with_a_sentence(bench: Bench) -> None:
    assignment = replace(bench.assignment("true"), folder=bench.folder / "gone")
    assert bench.work(assignment) == Ending(
        Failure.CRASH, "Could not set up the attempt: No such file or directory."
    )


def test_two_agents_at_once_do_not_disturb_each_other(bench: Bench) -> None:
    async def both() -> list[Ending]:
        runner = bench.runner()
        first = within(bench.shell("sleep 600; true"), timeout=0.5)
        second = replace(
            bench.shell("sleep 1.5; echo done"), id="WP02-1-implement-1", package="WP02"
        )
        works = [runner.work(each, lambda _: None) for each in (first, second)]
        return await asyncio.gather(*works)

    first, second = bench.run(both())
    assert (first.failure, second) == (Failure.TIMEOUT, Ending(answer="done"))


def test_when_the_orchestrator_is_killed_its_agents_end_with_their_tools(bench: Bench) -> None:
    with orchestrator(bench, "stay") as killed:
        assert killed.stdout
        assert killed.stdout.readline() == b"working away\n"
        assert len(living(bench.word)) >= 4
        killed.kill()
    wait_until(lambda: living(bench.word) == [])


def test_orphans_of_a_run_are_ended_and_those_of_another_run_stay(bench: Bench) -> None:
    runs = [f"{bench.word}-{name}" for name in ("one", "two")]
    scripts = [f": {run}; setsid sleep 600 & echo; wait" for run in runs]
    started = []
    for run, script in zip(runs, scripts, strict=True):
        variables = {**os.environ, "SPEC_KITTY_RUN": run}
        child = subprocess.Popen(["sh", "-c", script], env=variables, stdout=subprocess.PIPE)
        started.append(child)
        assert child.stdout
        child.stdout.readline()
    try:
        assert bench.runner().end_orphans(runs[0]) == 2
        assert started[0].wait(SECONDS) == -signal.SIGKILL
        assert started[1].poll() is None
        assert bench.runner().end_orphans(runs[1]) == 2
    finally:
        for child in started:
            child.communicate(timeout=SECONDS)


def test_of_an_attempt_only_its_own_orphans_are_ended(bench: Bench) -> None:
    marks = [{"SPEC_KITTY_RUN": bench.word + end, "SPEC_KITTY_ATTEMPT": "WP01-1"} for end in "ab"]
    first, second = (
        subprocess.Popen(["sleep", "600"], env={**os.environ, **mark}) for mark in marks
    )
    try:
        wait_until(lambda: end_marked(marks[0]) == 1)
        assert first.wait(SECONDS) == -signal.SIGKILL
        assert second.poll() is None
    finally:
        second.kill()
        second.wait(SECONDS)


def test_orphans_are_ended_whose_keeper_still_waits_for_them(bench: Bench) -> None:
    with orchestrator(bench, "stay") as killed:
        assert killed.stdout
        killed.stdout.readline()
        killed.kill()
    assert bench.runner().end_orphans(bench.word) >= 2
    assert living(bench.word) == []


def test_who_ends_orphans_is_spared_even_if_it_belongs_to_the_run(bench: Bench) -> None:
    script = (
        "import sys; from spec_kitty_orchestrator.adapters.processes.orphans import end_marked;"
        "print(end_marked({'SPEC_KITTY_RUN': sys.argv[1]}))"
    )
    shell = f'{sys.executable} -c "{script}" {bench.word}; echo spared'
    variables = {**os.environ, "SPEC_KITTY_RUN": bench.word}
    ended = subprocess.run(
        ["sh", "-c", shell], env=variables, capture_output=True, timeout=SECONDS, check=True
    )
    assert ended.stdout == b"0\nspared\n"


def test_the_policy_is_that_of_the_launch(bench: Bench) -> None:
    agent = replace(agent_of("anything"), flags=("--danger",))
    assert bench.runner().policy(agent, Role.REVIEW) == Policy(
        orchestrator_id="spec-kitty-orchestrator",
        orchestrator_version="1.2.3",
        agent_family="family",
        approval_mode="auto",
        sandbox_mode="none",
        network_mode="open",
        dangerous_flags=("--danger",),
    )


def test_an_agent_that_is_there_is_found_with_its_version(bench: Bench) -> None:
    program = program_of(bench, "echo; echo agent 1.2")
    assert bench.run(bench.runner().find(agent_of(program))) == Found(
        "plain", (program,), version="agent 1.2", signed_in=False
    )


@pytest.mark.parametrize("way", ["key", "file"])
def test_an_agent_is_signed_in_by_a_key_or_by_a_file(bench: Bench, way: str) -> None:
    if way == "file":
        (bench.folder / "person" / ".plain").mkdir()
        (bench.folder / "person" / ".plain" / "sign-in").write_text("secret")
    runner = bench.runner(PLAIN_KEY="key" if way == "key" else "")
    agent = replace(agent_of(program_of(bench, "")), credentials=(".plain/sign-in",))
    assert bench.run(runner.find(agent)).signed_in is True


def test_an_agent_that_is_not_there_is_found_missing(bench: Bench) -> None:
    found = bench.run(bench.runner().find(agent_of("absent-agent")))
    assert (found.argv, found.problem) == (
        ("absent-agent",),
        "The program absent-agent of the agent plain is not there. Install it, put it on the PATH, "
        "or name its command in .kittify/orchestrator.toml.",
    )


def test_an_agent_that_does_not_run_is_found_with_its_reason(bench: Bench) -> None:
    program = program_of(bench, "echo broken >&2; exit 1")
    found = bench.run(bench.runner().find(agent_of(program)))
    assert found.problem == "plain does not run: broken. Install it again."


def program_of(bench: Bench, script: str) -> str:
    program = bench.folder / "program"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o700)
    return str(program)


def orchestrator(bench: Bench, then: str) -> subprocess.Popen[bytes]:
    """Starts a small orchestrator as a process of its own, with a wild agent."""
    script = str(Path(__file__).with_name("orchestrator_to_kill.py"))
    wild = (sys.executable, WILD, str(bench.folder / "away"), bench.word, then)
    words = (sys.executable, script, str(bench.folder), bench.word, *wild)
    tests = str(Path(__file__).parents[1])
    variables = {**bench.person, "PYTHONPATH": tests}
    return subprocess.Popen(words, env=variables, stdout=subprocess.PIPE)

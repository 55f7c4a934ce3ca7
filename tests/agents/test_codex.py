"""Drives the real Codex through its adapter, as a run does, against a scripted model."""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import launches
from attempts import Attempts, Run
from cage import Cage
from installed import CODEX, program
from model_server import (
    FOREVER,
    Bash,
    Edit,
    Failure,
    ModelServer,
    Outcome,
    Part,
    Read,
    Scenario,
    Turn,
    Usage,
    Write,
    scenario,
)
from model_server.values import JsonObject
from spec_kitty_orchestrator.adapters.agents.known import KNOWN
from spec_kitty_orchestrator.domain import agents as domain
from spec_kitty_orchestrator.domain.feature import Finding
from spec_kitty_orchestrator.domain.run.failures import Failure as Class
from spec_kitty_orchestrator.domain.verdict import Decision, Verdict, read_verdict
from spec_kitty_orchestrator.ports import Ending
from workplace import Workplace
from wrapped import WrappedAgents

_TURN = Usage(input_tokens=1000, cached_tokens=200, output_tokens=30)
_UNKNOWN = "01a204ab-6a33-79c2-b710-8b6b97d0ae99"


@pytest.fixture
def run(agents: WrappedAgents, attempts: Attempts, workplace: Workplace, tmp_path: Path) -> Run:
    attempts = replace(attempts, folder=_workspace(workplace, tmp_path, "WP01"))
    return Run(attempts, lambda scenario: _agent(agents.codex(scenario, retries=1)))


def _agent(command: Path, *flags: str) -> domain.Agent:
    return replace(KNOWN["codex"], command=(str(command),), flags=flags)


def _workspace(workplace: Workplace, tmp_path: Path, name: str) -> Path:
    folder = tmp_path / "workspaces" / name
    workplace.repo.git("worktree", "add", "--quiet", str(folder), "-b", name)
    return folder


def _mend(last: str = "It adds now.") -> tuple[Turn, ...]:
    return (
        Turn(do=(Read("calc.py"),), usage=_TURN),
        Turn(do=(Edit("calc.py", "    return a - b\n", "    return a + b\n"),), usage=_TURN),
        Turn(say=last, usage=_TURN),
    )


def _asked(models: ModelServer, name: str) -> list[tuple[int, tuple[str, ...], Outcome]]:
    return [
        (request.dialogue.turn, request.dialogue.prompts, request.outcome)
        for request in models.requests(name)
    ]


def test_it_leaves_its_work_in_the_workspace_for_the_host_to_commit(
    run: Run, models: ModelServer
) -> None:
    commit = Bash("git commit --all --message 'Mend add' 2>said || echo $? >>said")
    models.play("mend", scenario(*_mend()[:2], Turn(do=(commit,)), Turn(say="It adds now.")))

    ending = run.work("mend")

    assert ending == Ending(answer="It adds now.")
    assert "return a + b" in (run.folder / "calc.py").read_text()
    assert re.search(r"Read-only file system\n\d+\n", (run.folder / "said").read_text())
    assert run.reports[-2].said == "It adds now."


def test_rework_goes_on_in_the_same_conversation(run: Run, models: ModelServer) -> None:
    answer = Part((Turn(do=(Write("why.md", "Because.\n"),), usage=_TURN), Turn(say="Explained.")))
    models.play("both", Scenario((Part(_mend(), when="Mend add$"), answer)))
    assert run.work("both") == Ending(answer="It adds now.")
    first, used = run.session, run.usage

    ending = run.work("both", session=first, prompt="Say why")

    assert ending == Ending(answer="Explained.")
    assert run.session == first
    assert used == domain.Usage(3000, 90, 600)
    assert run.usage == used.plus(domain.Usage(1000 + 1200, 30 + 34, 200 + 200))
    assert _asked(models, "both")[-1] == (1, ("Mend add", "Say why"), Outcome.PLAYED)


def test_a_reviewer_rejects_and_another_one_approves(run: Run, models: ModelServer) -> None:
    finding = {"id": "F1", "severity": "major", "message": "It subtracts.", "path": "calc.py"}
    rejected = {"verdict": "changes_requested", "summary": "No.", "findings": [finding]}
    look = Turn(do=(Bash("python3 -B -c 'import calc; print(calc.add(1, 2))' | tee built"),))
    no = Turn(say=f"I ran it.\n```json\n{json.dumps(rejected)}\n```")
    yes = Turn(say='```json\n{"verdict": "approved", "summary": "Yes."}\n```\n')
    models.play(
        "review", Scenario((Part((look, no), when="first"), Part((look, yes), when="second")))
    )

    first = run.work("review", role=domain.Role.REVIEW, prompt="Review this first")
    second = run.work("review", role=domain.Role.REVIEW, prompt="Review this second")

    findings = (Finding("F1", "It subtracts.", "major", "calc.py"),)
    assert read_verdict(first.answer) == Verdict(Decision.CHANGES_REQUESTED, "No.", findings)
    assert read_verdict(second.answer) == Verdict(Decision.APPROVED, "Yes.")
    assert (run.folder / "built").read_text() == "-1\n"


def test_its_commands_write_nothing_outside_the_workspace(
    run: Run, models: ModelServer, workplace: Workplace, tmp_path: Path
) -> None:
    places = (tmp_path / "outside", workplace.repo.path / "outside", run.folder / "inside")
    do = tuple(Bash(f"echo x >{place}") for place in places)
    own = Bash("cd $TMPDIR && echo x >own && cp own $OLDPWD/own")
    models.play("outside", scenario(Turn(do=(*do, own)), Turn(say="I tried.")))

    assert run.work("outside") == Ending(answer="I tried.")

    assert [place.exists() for place in places] == [False, False, True]
    assert (run.folder / "own").exists()


def test_settings_in_the_repository_do_not_take_its_sandbox_away(
    run: Run, models: ModelServer, tmp_path: Path
) -> None:
    (run.folder / ".codex").mkdir()
    (run.folder / ".codex" / "config.toml").write_text('sandbox_mode = "danger-full-access"\n')
    do = Bash(f"echo x >{tmp_path}/outside"), Bash("echo x >.codex/more")
    models.play("loose", scenario(Turn(do=do), Turn(say="I tried.")))

    assert run.work("loose") == Ending(answer="I tried.")

    assert not (tmp_path / "outside").exists()
    assert [path.name for path in (run.folder / ".codex").iterdir()] == ["config.toml"]


def test_its_commands_see_neither_its_key_nor_its_logging(run: Run, models: ModelServer) -> None:
    models.play("look", scenario(Turn(do=(Bash("env >seen"),)), Turn(say="Done.")))

    assert run.work("look") == Ending(answer="Done.")

    seen = (run.folder / "seen").read_text()
    assert "SPEC_KITTY_WP=WP01\n" in seen
    assert [name for name in ("CODEX_API_KEY", "scripted-key", "RUST_LOG") if name in seen] == []


def test_a_rate_limit_tells_when_it_ends_without_waiting_for_that(
    run: Run, models: ModelServer
) -> None:
    models.play("limited", scenario(Turn(fail=Failure(429, retry_after_seconds=3600))))
    begun = time.time()

    ending = run.work("limited")

    assert ending == Ending(
        Class.RATE_LIMIT,
        "Codex's limit is reached: exceeded retry limit, last status: 429 Too Many Requests. The"
        " run waits until it ends.",
        resets_at=ending.resets_at,
    )
    assert ending.resets_at == pytest.approx(begun + 3600, abs=30)
    assert time.time() - begun < 30


def test_a_short_rate_limit_is_waited_for(run: Run, models: ModelServer) -> None:
    short = Turn(say="Late.", fail=Failure(429, times=1, retry_after_seconds=2))
    models.play("short", scenario(short))

    assert run.work("short") == Ending(answer="Late.")

    assert [report.waits_for for report in run.reports if report.waits_for] == [
        "another try, 1/1 (exceeded retry limit, last status: 429 Too Many Requests)"
    ]


@pytest.mark.parametrize("seconds", [3600, 9 * 24 * 3600])
def test_the_limit_of_a_plan_tells_when_it_ends(
    run: Run, models: ModelServer, seconds: int
) -> None:
    resets_at = round(time.time()) + seconds
    told: JsonObject = {"type": "usage_limit_reached", "plan_type": "plus", "resets_at": resets_at}
    models.play("plan", scenario(Turn(fail=Failure(429, fields=told))))

    ending = run.work("plan")

    assert ending.failure is Class.RATE_LIMIT
    assert ending.resets_at is not None
    assert 0 <= ending.resets_at - resets_at <= 60


@pytest.mark.parametrize(
    ("status", "failure", "step"),
    [
        (401, Class.AUTH, "Run `codex login`, or set CODEX_API_KEY"),
        (403, Class.AUTH, "Run `codex login`, or set CODEX_API_KEY"),
        (500, Class.OVERLOAD, "It is asked again later."),
        (529, Class.OVERLOAD, "It is asked again later."),
        (400, Class.CRASH, "Its transcript shows how far it came."),
    ],
)
def test_a_failure_of_the_service_has_a_class_and_a_next_step(
    run: Run, models: ModelServer, status: int, failure: Class, step: str
) -> None:
    models.play("failing", scenario(Turn(fail=Failure(status))))

    ending = run.work("failing")

    assert (ending.failure, ending.resets_at) == (failure, None)
    assert step in ending.message


def test_a_model_that_hangs_is_a_stall(run: Run, models: ModelServer) -> None:
    models.play("hanging", scenario(Turn(say="Late.", hang_seconds=FOREVER)))

    assert run.work("hanging", stall_seconds=1.5).failure is Class.STALL


def test_a_killed_agent_leaves_nothing_behind_and_its_conversation_goes_on(
    run: Run, models: ModelServer, cage: Cage
) -> None:
    busy = Turn(do=(Bash("touch started; sleep 1000"),))
    parts = Part((busy,), when="add$"), Part((Turn(say="Went on."),))
    models.play("killed", Scenario(parts))

    ending = asyncio.run(_killed(run, cage))

    assert ending.failure is Class.CRASH
    assert "ended by signal 9" in ending.message
    assert cage.leftovers() == {}
    again = run.work("killed", session=run.session, prompt="Go on")
    assert again == Ending(answer="Went on.")
    assert _asked(models, "killed")[-1] == (0, ("Mend add", "Go on"), Outcome.PLAYED)


async def _killed(run: Run, cage: Cage) -> Ending:
    working = asyncio.create_task(run.attempt("killed"))
    await _until((run.folder / "started").exists)
    for process, words in cage.processes().items():
        if " exec --json " in words and "bwrap" not in words and "keeper" not in words:
            os.kill(process, signal.SIGKILL)
    return await working


async def _until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(0.02)


def test_a_cancelled_attempt_leaves_nothing_behind(
    run: Run, models: ModelServer, cage: Cage
) -> None:
    models.play("busy", scenario(Turn(do=(Bash("touch started; setsid sleep 1000"),))))

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(_cancelled(run))

    assert cage.leftovers() == {}


async def _cancelled(run: Run) -> None:
    working = asyncio.create_task(run.attempt("busy"))
    await _until((run.folder / "started").exists)
    working.cancel()
    await working


def test_a_forgotten_conversation_is_a_crash_so_that_the_next_one_begins_anew(
    run: Run, models: ModelServer
) -> None:
    models.play("mend", scenario(*_mend()))

    ending = run.work("mend", session=_UNKNOWN)

    assert ending.failure is Class.CRASH
    assert ending.message.startswith("Codex does not know the earlier conversation any more")
    assert models.requests("mend") == ()


def test_the_model_of_the_agent_is_asked_in_a_resumed_conversation_too(
    run: Run, models: ModelServer
) -> None:
    models.play("said", scenario(Turn(say="Hello.")))
    agent = replace(run.agent("said"), model="gpt-5.4")

    run.work("said", agent=agent)
    run.work("said", agent=agent, session=run.session)

    assert [request.body["model"] for request in models.requests("said")] == ["gpt-5.4"] * 2


def test_a_flag_may_take_the_sandbox_away_and_is_declared(
    run: Run, agents: WrappedAgents, models: ModelServer, workplace: Workplace
) -> None:
    do = Bash("git commit --all --allow-empty --message 'By itself'")
    models.play("free", scenario(Turn(do=(do,)), Turn(say="Done.")))
    agent = _agent(agents.codex("free"), "-s", "danger-full-access")

    assert run.work("free", agent=agent) == Ending(answer="Done.")

    assert workplace.repo.git("log", "-1", "--format=%s", "WP01") == "By itself"
    policy = run.attempts.runner.policy(agent, domain.Role.IMPLEMENT)
    assert (policy.approval_mode, policy.dangerous_flags) == (
        "full_auto",
        ("--sandbox=danger-full-access",),
    )


def test_a_flag_that_it_does_not_know_stops_the_agent(
    run: Run, agents: WrappedAgents, models: ModelServer
) -> None:
    models.play("mend", scenario(*_mend()))
    agent = _agent(agents.codex("mend"), "--nonsense")

    ending = run.work("mend", agent=agent)

    assert ending.failure is Class.LAUNCH
    assert "unexpected argument '--nonsense'" in ending.message


@pytest.mark.skipif(shutil.which("bwrap") is None, reason="Needs bubblewrap to take it away.")
def test_where_its_sandbox_does_not_start_it_says_what_to_do(
    run: Run, agents: WrappedAgents, models: ModelServer, cage: Cage, tmp_path: Path
) -> None:
    url = models.play("mend", scenario(*_mend("I could do nothing.")))
    real = launches.codex(program(CODEX, agents.cache), url)
    without = "--bind / / --dev /dev --unshare-user --disable-userns --".split()
    caged = launches.Launch(
        Path(str(shutil.which("bwrap"))),
        (*without, str(real.executable), *real.words),
        real.variables,
    )
    command = cage.wrap(caged, tmp_path / "agents" / "unsandboxed")

    ending = run.work("mend", agent=_agent(command))

    assert ending.failure is Class.LAUNCH
    assert "Allow unprivileged user namespaces on this machine" in ending.message


def test_two_at_once_do_not_meet(
    run: Run, models: ModelServer, workplace: Workplace, tmp_path: Path
) -> None:
    models.play("mend", scenario(*_mend()))
    elsewhere = replace(run.attempts, folder=_workspace(workplace, tmp_path, "WP02"))
    other = replace(run, attempts=elsewhere, reports=[])

    async def both() -> list[Ending]:
        first, second = run.attempt("mend"), other.attempt("mend", package="WP02")
        return list(await asyncio.gather(first, second))

    assert asyncio.run(both()) == [Ending(answer="It adds now.")] * 2
    mended = [(each.folder / "calc.py").read_text() for each in (run, other)]
    assert [text.count("return a + b") for text in mended] == [1, 1]
    assert run.session != other.session

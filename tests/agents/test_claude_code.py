"""Drives the real Claude Code through its adapter, as a run does, against a scripted model."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

import launches
from attempts import Attempt, Attempts
from cage import Cage
from installed import CLAUDE_CODE, program
from model_server import (
    FOREVER,
    Bash,
    Failure,
    ModelServer,
    Part,
    Scenario,
    Turn,
    Write,
    scenario,
)
from spec_kitty_orchestrator.domain.agents import Agent, Kind, Usage
from spec_kitty_orchestrator.domain.feature import Finding
from spec_kitty_orchestrator.domain.run.failures import Failure as Class
from spec_kitty_orchestrator.domain.verdict import Decision, Verdict, read_verdict
from spec_kitty_orchestrator.ports import Report
from workplace import MEND, MENDED, Workplace
from wrapped import WrappedAgents

Made = Callable[..., Agent]

# What one answer of the scripted model uses.
ONE = Usage(1200, 34, 200)


@pytest.fixture
def claude(agents: WrappedAgents, workplace: Workplace) -> Made:
    """Makes the agent that plays a scenario, in the workplace."""

    def make(scenario: str, **changes: object) -> Agent:
        executable = str(agents.claude_code(scenario))
        agent = Agent("claude-code", Kind.CLAUDE_CODE, (executable,), "anthropic", "claude")
        return replace(agent, **changes)  # type: ignore[arg-type]  # as each test names them

    return make


def _prompts(models: ModelServer, name: str) -> list[tuple[str, ...]]:
    return [request.dialogue.prompts for request in models.requests(name)]


def _tokens(used: Usage) -> Usage:
    return replace(used, cost_usd=None)


def _times(count: int) -> Usage:
    return Usage(ONE.input_tokens * count, ONE.output_tokens * count, ONE.cached_tokens * count)


def test_it_implements_and_commits(
    claude: Made, attempts: Attempts, models: ModelServer, workplace: Workplace
) -> None:
    models.play("mend", MEND)

    attempt = attempts.make(claude("mend"), "Mend add")

    assert (attempt.ending.failure, attempt.ending.answer) == (None, "It adds now.")
    assert attempt.ending.message == ""
    assert workplace.landed() == MENDED
    assert _tokens(attempt.used) == _times(5)
    assert attempt.used.cost_usd is not None
    assert attempt.used.cost_usd > 0


def test_it_tells_what_it_does_and_what_that_costs_while_it_works(
    claude: Made, attempts: Attempts, models: ModelServer
) -> None:
    models.play("mend", MEND)

    attempt = attempts.make(claude("mend"), "Mend add")

    said = [report.said for report in attempt.reports if report.said]
    assert (said[0], said[-1]) == ("Read calc.py", "It adds now.")
    costs = {report.session_usage.cost_usd for report in attempt.reports if report.session_usage}
    assert len(costs) > 2


def test_it_has_no_tool_that_waits_for_a_person(
    claude: Made, attempts: Attempts, models: ModelServer
) -> None:
    models.play("bare", scenario(Turn(say="Done.")))

    attempts.make(claude("bare"), "Go")

    tools = set(models.requests("bare")[0].dialogue.tools)
    assert tools >= {"Bash", "Edit", "Read", "Write"}
    assert tools.isdisjoint({"AskUserQuestion", "EnterPlanMode", "EnterWorktree", "ScheduleWakeup"})


def test_rework_goes_on_in_the_same_session(
    claude: Made, attempts: Attempts, models: ModelServer, workplace: Workplace
) -> None:
    again = (Turn(do=(Bash("git commit --allow-empty -m Again"),)), Turn(say="Done again."))
    parts = (Part(again, when="^Rework"), *MEND.parts)
    models.play("mend", Scenario(parts))
    first = attempts.make(claude("mend"), "Mend add")

    second = attempts.make(claude("mend"), "Rework: say why", after=first)

    assert (second.ending.failure, second.ending.answer) == (None, "Done again.")
    assert second.session == first.session
    assert _prompts(models, "mend")[-1] == ("Mend add", "Rework: say why")
    assert workplace.landed()[0] == "Again"
    assert _tokens(second.used) == _times(7)
    assert first.used.cost_usd is not None
    assert second.used.cost_usd == pytest.approx(first.used.cost_usd * 7 / 5)


VERDICT = """I looked at it.
```json
{"verdict": "%s", "summary": "Seen.", "findings": [%s]}
```"""


def test_a_reviewer_rejects_and_approves(
    claude: Made, attempts: Attempts, models: ModelServer, workplace: Workplace
) -> None:
    finding = '{"id": "F1", "message": "It subtracts.", "path": "calc.py", "line": 2}'
    looks = Turn(do=(Bash("git log -p; cat calc.py"),))
    parts = (
        Part((looks, Turn(say=VERDICT % ("approved", ""))), when="^Look again"),
        Part((looks, Turn(say=VERDICT % ("changes_requested", finding)))),
    )
    models.play("review", Scenario(parts))

    first = attempts.make(claude("review"), "Review WP01")
    second = attempts.make(claude("review"), "Look again", after=first)

    found = Finding("F1", "It subtracts.", "major", "calc.py", 2)
    asked = Verdict(Decision.CHANGES_REQUESTED, "Seen.", (found,))
    assert read_verdict(first.ending.answer) == asked
    assert read_verdict(second.ending.answer) == Verdict(Decision.APPROVED, "Seen.")


def test_writing_outside_and_pushing_are_denied_and_it_learns_why(
    claude: Made, attempts: Attempts, models: ModelServer, workplace: Workplace, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    models.play(
        "stray",
        scenario(
            Turn(do=(Write(str(outside), "x"),)),
            Turn(do=(Bash("git push origin HEAD"),)),
            Turn(do=(Write("inside.txt", "x"),)),
            Turn(say="So be it."),
        ),
    )

    attempt = attempts.make(claude("stray"), "Stray")

    assert not outside.exists()
    assert workplace.repo.status() == "?? inside.txt"
    assert attempt.ending.failure is None
    assert attempt.ending.message == "These tools were refused to it: Write, Bash."
    learnt = str(models.requests("stray")[-1].body)
    assert "it lies outside" in learnt
    assert "`git push` is not allowed here" in learnt


CANARY = """{
  "hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "touch hooked"}]}]},
  "apiKeyHelper": "touch helped; echo key",
  "permissions": {"defaultMode": "bypassPermissions", "allow": ["Bash"]},
  "env": {"ANTHROPIC_MODEL": "claude-canary"}
}"""
SERVERS = '{"mcpServers": {"canary": {"command": "touch", "args": ["served"]}}}'


def test_it_follows_the_repositorys_guidance_and_not_its_settings(
    claude: Made, attempts: Attempts, models: ModelServer, workplace: Workplace
) -> None:
    repo = workplace.repo
    repo.write(".claude/settings.json", CANARY)
    repo.write(".claude/settings.local.json", CANARY)
    repo.write(".mcp.json", SERVERS)
    repo.write("CLAUDE.md", "Always think of marmalade.\n")
    repo.commit()
    models.play("guided", scenario(Turn(do=(Bash("git push"),)), Turn(say="Done.")))

    attempt = attempts.make(claude("guided"), "Do it")

    assert attempt.ending.message == "These tools were refused to it: Bash."
    assert repo.status() == ""
    body = models.requests("guided")[0].body
    assert "marmalade" in str(body)
    assert body["model"] != "claude-canary"


def test_flags_that_skip_permissions_work_and_are_declared(
    claude: Made, attempts: Attempts, models: ModelServer, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    models.play("free", scenario(Turn(do=(Write(str(outside), "x"),)), Turn(say="Done.")))
    flag = "--dangerously-skip-permissions"
    agent = claude("free", flags=(flag,))

    attempt = attempts.make(agent, "Go")

    assert (attempt.ending.failure, outside.exists()) == (None, True)
    policy = attempts.runner.policy(agent, attempt.assignment.role)
    assert (policy.approval_mode, policy.dangerous_flags) == ("full_auto", (flag,))


def test_a_usage_limit_is_told_with_its_end(
    claude: Made, attempts: Attempts, agents: WrappedAgents, tmp_path: Path
) -> None:
    reset = int(time.time()) + 7200
    limits = {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-reset": str(reset),
        "anthropic-ratelimit-unified-representative-claim": "five_hour",
    }
    url = agents.models.play("limited", scenario(Turn(fail=Failure(429, headers=limits))))
    # Such limits are those of a subscription, which signs in with a token.
    launch = launches.claude_code(program(CLAUDE_CODE, agents.cache), url)
    token = {"CLAUDE_CODE_OAUTH_TOKEN": "scripted", "ANTHROPIC_API_KEY": ""}
    signed_in = replace(launch, variables={**launch.variables, **token})
    wrapper = agents.cage.wrap(signed_in, tmp_path / "subscribed")

    attempt = attempts.make(claude("limited", command=(str(wrapper),)), "Go")

    assert (attempt.ending.failure, attempt.ending.resets_at) == (Class.RATE_LIMIT, reset)
    assert "You've hit your 5-hour limit" in attempt.ending.message


def test_a_rate_limit_that_passes_is_waited_for(
    claude: Made, attempts: Attempts, models: ModelServer
) -> None:
    busy = Failure(429, times=1, retry_after_seconds=1)
    models.play("busy", scenario(Turn(say="Done.", fail=busy)))

    attempt = attempts.make(claude("busy"), "Go")

    assert attempt.ending.answer == "Done."
    waits = [report.waits_for for report in attempt.reports if report.waits_for]
    assert len(waits) == 1
    assert re.fullmatch(r"another try in [12] s \(rate limit\)", waits[0])


@pytest.mark.parametrize(
    ("status", "failure", "requests"),
    [(429, Class.RATE_LIMIT, 3), (529, Class.OVERLOAD, 3), (500, Class.OVERLOAD, 3),
     (401, Class.AUTH, 3), (403, Class.AUTH, 1)],
)  # fmt: skip
def test_failures_of_the_service_are_told_apart(
    claude: Made,
    attempts: Attempts,
    models: ModelServer,
    status: int,
    failure: Class,
    requests: int,
) -> None:
    models.play("failing", scenario(Turn(fail=Failure(status))))

    attempt = attempts.make(claude("failing"), "Go")

    assert (attempt.ending.failure, attempt.ending.resets_at) == (failure, None)
    assert len(models.requests("failing")) == requests
    assert attempt.used.tokens == 0


def test_silence_is_a_stall(claude: Made, attempts: Attempts, models: ModelServer) -> None:
    models.play("hanging", scenario(Turn(say="Late.", hang_seconds=FOREVER)))
    attempt = attempts.plan(claude("hanging"), "Go")
    attempt.assignment = replace(attempt.assignment, stall_seconds=3)

    asyncio.run(attempts.work(attempt))

    assert attempt.ending.failure is Class.STALL


async def _killed(attempts: Attempts, attempt: Attempt, cage: Cage, file: Path) -> None:
    """Works on an attempt, and kills the agent as soon as the file is there."""
    working = asyncio.create_task(attempts.work(attempt))
    async with asyncio.timeout(60):
        while not file.exists():
            await asyncio.sleep(0.02)
    for pid, words in cage.processes().items():
        if Path(words.split()[0]).name == "claude":
            os.kill(pid, signal.SIGKILL)
    await working


def test_an_agent_that_is_killed_leaves_nothing_running_and_can_go_on(
    claude: Made, attempts: Attempts, models: ModelServer, cage: Cage, workplace: Workplace
) -> None:
    started = workplace.repo.path / "started"
    parts = (
        Part((Turn(say="Going on."),), when="^Go on"),
        Part((Turn(do=(Bash("true"),)), Turn(do=(Bash("touch started; cat; tail -f started"),)))),
    )
    models.play("killed", Scenario(parts))
    first = attempts.plan(claude("killed"), "Begin")

    asyncio.run(_killed(attempts, first, cage, started))
    left = cage.processes()
    second = attempts.make(claude("killed"), "Go on", after=first)

    assert first.ending.failure is Class.CRASH
    assert left == {}
    assert (second.ending.failure, second.ending.answer) == (None, "Going on.")
    assert _prompts(models, "killed")[-1] == ("Begin", "Go on")
    assert _tokens(second.used) == _times(3)
    assert second.used.cost_usd == pytest.approx((first.used.cost_usd or 0) * 3 / 2, rel=0.1)


def test_a_session_that_is_not_there_any_more_is_a_crash_that_says_so(
    claude: Made, attempts: Attempts, models: ModelServer
) -> None:
    models.play("new", scenario(Turn(say="Done.")))
    attempt = attempts.plan(claude("new"), "Go")
    gone = "11111111-2222-4333-8444-555555555555"
    attempt.assignment = replace(attempt.assignment, session=gone)

    asyncio.run(attempts.work(attempt))

    assert attempt.ending.failure is Class.CRASH
    assert attempt.ending.message == (
        "Claude Code does not know the earlier conversation any more. The next attempt begins anew."
    )


def test_a_flag_that_it_does_not_know_is_a_failed_launch(
    claude: Made, attempts: Attempts, models: ModelServer
) -> None:
    attempt = attempts.make(claude("unasked", flags=("--nonsense",)), "Go")

    assert attempt.ending.failure is Class.LAUNCH
    assert "unknown option '--nonsense'" in attempt.ending.message


def test_two_work_at_once_and_do_not_disturb_each_other(
    claude: Made, attempts: Attempts, models: ModelServer, workplace: Workplace
) -> None:
    names = ("one", "two")
    met = "touch {0}; until [ -e {1} ]; do read -t 0.05 <> <(:) || :; done; echo {0} >{0}"
    for name, other in (names, names[::-1]):
        turns = (Turn(do=(Bash(met.format(name, other)),)), Turn(say=name))
        models.play(name, scenario(*turns))

    async def both() -> list[Attempt]:
        plans = [attempts.plan(claude(name), f"Do {name}") for name in names]
        for plan, package in zip(plans, ("WP01", "WP02"), strict=True):
            plan.assignment = replace(plan.assignment, package=package)
        return await asyncio.gather(*map(attempts.work, plans))

    made = asyncio.run(both())

    assert [attempt.ending.answer for attempt in made] == ["one", "two"]
    assert workplace.repo.status() == "?? one\n?? two"
    assert made[0].session != made[1].session


def test_one_that_is_cancelled_leaves_nothing_running(
    claude: Made, attempts: Attempts, models: ModelServer, cage: Cage
) -> None:
    models.play("busy", scenario(Turn(do=(Bash("cat; tail -f calc.py"),))))
    attempt = attempts.plan(claude("busy"), "Go")

    async def cancel_when_it_works() -> None:
        begun = asyncio.Event()

        def hear(report: Report) -> None:
            if report.said:
                begun.set()

        working = asyncio.create_task(attempts.work(attempt, hear))
        await asyncio.wait_for(begun.wait(), 60)
        working.cancel()
        await asyncio.wait([working])
        assert working.cancelled()

    asyncio.run(cancel_when_it_works())

    assert cage.processes() == {}

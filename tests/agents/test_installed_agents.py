"""Checks that the real agents work in the cage, so that tests of adapters can rely on it."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from cage import Cage
from model_server import (
    FOREVER,
    Bash,
    Failure,
    ModelServer,
    Outcome,
    Part,
    Scenario,
    Turn,
    Write,
    scenario,
)
from workplace import MEND, MENDED, Workplace
from wrapped import WrappedAgents

_CLAUDE_CODE = (
    "-p",
    "Mend add",
    "--output-format=stream-json",
    "--verbose",
    "--permission-mode=acceptEdits",
    "--allowedTools=Bash",
)
_CODEX = ("exec", "--json", "-s", "danger-full-access", "Mend add")


def test_claude_code_edits_checks_and_commits(
    agents: WrappedAgents, models: ModelServer, workplace: Workplace
) -> None:
    models.play("mend", MEND)

    status, told = workplace.run(agents.claude_code("mend"), *_CLAUDE_CODE)

    assert (status, told["is_error"], told["result"]) == (0, False, "It adds now.")
    assert workplace.landed() == MENDED
    assert _asked(models, "mend") == [(turn, "Mend add", Outcome.PLAYED) for turn in range(5)]


def test_codex_edits_checks_and_commits(
    agents: WrappedAgents, models: ModelServer, workplace: Workplace
) -> None:
    models.play("mend", MEND)

    status, told = workplace.run(agents.codex("mend"), *_CODEX)

    assert (status, told["type"]) == (0, "turn.completed")
    assert workplace.landed() == MENDED
    assert _asked(models, "mend") == [(turn, "Mend add", Outcome.PLAYED) for turn in range(5)]


def _asked(models: ModelServer, name: str) -> list[tuple[int, str, Outcome]]:
    return [
        (request.dialogue.turn, request.dialogue.prompt, request.outcome)
        for request in models.requests(name)
    ]


def test_both_play_their_parts_of_one_scenario(
    agents: WrappedAgents, models: ModelServer, workplace: Workplace
) -> None:
    parts = (
        Part((Turn(say="I approve."),), when="(?i)review this"),
        Part((Turn(do=(Write("new.py", "x = 1\n"),)), Turn(say="I wrote it."))),
    )
    models.play("feature", Scenario(parts))

    _, wrote = workplace.run(agents.claude_code("feature"), *_CLAUDE_CODE)
    workplace.run(agents.codex("feature"), *_CODEX[:-1], "Review this: new.py")

    assert wrote["result"] == "I wrote it."
    assert workplace.repo.status() == "?? new.py"
    assert _asked(models, "feature")[2:] == [(0, "Review this: new.py", Outcome.PLAYED)]


@pytest.mark.parametrize("status", [401, 429, 529])
def test_claude_code_tells_a_failure_of_the_model(
    agents: WrappedAgents, models: ModelServer, workplace: Workplace, status: int
) -> None:
    models.play("failing", scenario(Turn(fail=Failure(status))))

    code, told = workplace.run(agents.claude_code("failing", retries=0), *_CLAUDE_CODE)

    assert (code, told["is_error"], told["api_error_status"]) == (1, True, status)
    assert _asked(models, "failing") == [(0, "Mend add", Outcome.FAILED)]


def test_codex_tells_a_failure_of_the_model(
    agents: WrappedAgents, models: ModelServer, workplace: Workplace
) -> None:
    models.play("failing", scenario(Turn(fail=Failure(429, retry_after_seconds=60))))

    code, told = workplace.run(agents.codex("failing", retries=0), *_CODEX)

    assert (code, told["type"]) == (1, "turn.failed")
    assert "429 Too Many Requests" in str(told["error"])


def test_a_killed_agent_leaves_its_tool_and_the_cage_ends_it(
    agents: WrappedAgents, models: ModelServer, workplace: Workplace, cage: Cage
) -> None:
    models.play("busy", scenario(Turn(do=(Bash("touch started; cat; sleep 1000"),))))
    with workplace.start(agents.claude_code("busy"), *_CLAUDE_CODE) as started:
        _wait_for(workplace.repo.path / "started")

        started.send_signal(signal.SIGKILL)

        assert started.wait(timeout=60) == -signal.SIGKILL
    assert "sleep 1000" in cage.processes().values()
    cage.kill_all()
    assert cage.processes() == {}


def _wait_for(file: Path) -> None:
    deadline = time.monotonic() + 60
    while not file.exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def test_an_agent_whose_model_hangs_is_ended_by_a_signal(
    agents: WrappedAgents, models: ModelServer, workplace: Workplace
) -> None:
    models.play("hanging", scenario(Turn(say="Late.", hang_seconds=FOREVER)))
    with workplace.start(agents.claude_code("hanging"), *_CLAUDE_CODE) as started:
        models.wait_until("hanging", lambda requests: len(requests) == 1)

        started.send_signal(signal.SIGTERM)

        assert started.wait(timeout=60) == 143

"""Drives a real agent over the Agent Client Protocol, as a run does, against a scripted model."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from attempts import Attempts, Run
from model_server import (
    FOREVER,
    Bash,
    Failure,
    ModelServer,
    Turn,
    Usage,
    Write,
    scenario,
)
from spec_kitty_orchestrator.adapters.agents.known import KNOWN
from spec_kitty_orchestrator.domain import agents as domain
from spec_kitty_orchestrator.domain.run.failures import Failure as Class
from spec_kitty_orchestrator.domain.verdict import Decision, read_verdict
from spec_kitty_orchestrator.ports import Ending
from workplace import MEND, MENDED, Workplace
from wrapped import WrappedAgents

# It would start a program with the session, and have another model asked.
CANARY = """{
  "hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "touch hooked"}]}]},
  "env": {"ANTHROPIC_MODEL": "claude-canary"}
}"""


@pytest.fixture
def run(agents: WrappedAgents, attempts: Attempts) -> Run:
    def agent(scenario: str) -> domain.Agent:
        command = str(agents.claude_agent_acp(scenario, retries=0))
        return replace(KNOWN["claude-agent-acp"], command=(command,))

    return Run(attempts, agent)


def test_it_edits_checks_and_commits_what_the_permission_table_allows(
    run: Run, models: ModelServer, workplace: Workplace
) -> None:
    models.play("mend", MEND)

    ending = run.work("mend")

    assert ending == Ending(answer="It adds now.")
    assert workplace.landed() == MENDED
    assert "It adds now." in [report.said for report in run.reports]


def test_it_is_not_let_write_outside_its_folder(
    run: Run, models: ModelServer, tmp_path: Path
) -> None:
    outside = tmp_path / "outside.txt"
    models.play(
        "astray",
        scenario(
            Turn(do=(Write(str(outside), "x\n"),)),
            Turn(do=(Bash("git push origin HEAD"),)),
            Turn(say="Then not."),
        ),
    )

    ending = run.work("astray")

    denied = [report.said for report in run.reports if "Not allowed:" in (report.said or "")]
    assert not outside.exists()
    assert ending.failure is None
    assert [f"Writing {outside}" in each for each in denied if each] == [True, False]


def test_it_follows_the_repositorys_guidance_and_not_its_settings(
    run: Run, models: ModelServer, workplace: Workplace
) -> None:
    repo = workplace.repo
    repo.write(".claude/settings.json", CANARY)
    repo.write("CLAUDE.md", "Always think of marmalade.\n")
    repo.commit()
    models.play("guided", scenario(Turn(say="Done.")))
    assert run.work("guided") == Ending(answer="Done.")

    assert run.work("guided", session=run.session, prompt="Go on") == Ending(answer="Done.")

    assert repo.status() == ""
    bodies = [request.body for request in models.requests("guided")]
    assert "marmalade" in str(bodies[0])
    assert "claude-canary" not in [body["model"] for body in bodies]


def test_its_commands_do_not_see_what_signs_it_in(
    run: Run, models: ModelServer, workplace: Workplace
) -> None:
    models.play("look", scenario(Turn(do=(Bash("env >seen"),)), Turn(say="Done.")))

    assert run.work("look") == Ending(answer="Done.")

    seen = (workplace.repo.path / "seen").read_text()
    assert "SPEC_KITTY_WP=WP01\n" in seen
    assert "ANTHROPIC_API_KEY" not in seen


def test_a_session_goes_on_with_its_cost_and_its_tokens(run: Run, models: ModelServer) -> None:
    models.play("first", scenario(Turn(say="One.", usage=Usage(1000, 0, 100))))
    models.play("second", scenario(Turn(say="Two.", usage=Usage(2000, 0, 200))))
    run.work("first")
    session, first = run.session, run.usage

    ending = run.work("second", session=session, used_before=first, prompt="Go on")

    assert ending == Ending(answer="Two.")
    assert run.session == session
    used = run.usage.minus(first)
    assert (used.input_tokens, used.output_tokens) == (2000, 200)
    assert first.cost_usd is not None
    assert used.cost_usd == pytest.approx(2 * first.cost_usd)
    assert any("One." in json.dumps(request.body) for request in models.requests("second"))


def test_a_reviewer_is_read_from_its_last_word(run: Run, models: ModelServer) -> None:
    verdict = '```json\n{"verdict": "approved", "summary": "It adds.", "findings": []}\n```'
    models.play("review", scenario(Turn(do=(Bash("ls"),)), Turn(say=f"I looked.\n\n{verdict}\n")))

    found = read_verdict(run.work("review", role=domain.Role.REVIEW).answer)

    assert found is not None
    assert (found.decision, found.summary) == (Decision.APPROVED, "It adds.")


@pytest.mark.parametrize(
    ("status", "expected"),
    [(429, Class.RATE_LIMIT), (529, Class.OVERLOAD), (500, Class.OVERLOAD), (401, Class.AUTH)],
)
def test_a_failure_of_the_model_is_classed(
    run: Run, models: ModelServer, status: int, expected: Class
) -> None:
    models.play("failing", scenario(Turn(fail=Failure(status))))

    assert run.work("failing").failure is expected


def test_an_agent_that_hangs_is_ended_with_all_it_started(run: Run, models: ModelServer) -> None:
    models.play("hanging", scenario(Turn(say="Hm", hang_seconds=FOREVER)))

    ending = run.work("hanging", timeout_seconds=5)

    assert ending.failure is Class.TIMEOUT

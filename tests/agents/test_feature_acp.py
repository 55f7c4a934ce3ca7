"""Runs a feature with agents that speak the Agent Client Protocol: a real one, and one of ours."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path

from cage import Cage
from delivered import check_delivered
from features import ACP, APPROVED, Team, implement
from model_server import Bash, Turn, Write
from model_server.values import objects
from spec_kitty_orchestrator.domain.agents import Role

_OF_PROVIDER = Path(__file__).parents[2] / "provider" / "tests" / "adapters" / "agents"
_OURS = _OF_PROVIDER / "scripted_acp_agent.py"


def test_a_real_agent_implements_over_the_protocol_and_ours_reviews(
    make_team: Callable[..., Team], cage: Cage, tmp_path: Path
) -> None:
    team = make_team("WP01")
    outside = tmp_path / "outside.txt"
    turns = [Turn(do=(Write(str(path), "One.\n"),)) for path in (outside, Path("WP01.txt"))]
    denied = Turn(do=(Bash("git push origin HEAD"),))
    team.play(ACP, implement("WP01", *turns, denied, Turn(say="It is written.")))
    steps = [["edit", str(outside), "x"], ["edit", "tried.txt", "x"], ["say", APPROVED]]
    ours = [sys.executable, str(_OURS), json.dumps({"steps": steps})]
    reviewer = f'kind = "acp"\ncommand = {json.dumps(ours)}'
    team.configure(f'implementers = ["{ACP}"]\nreviewers = ["ours"]', {ACP: "", "ours": reviewer})

    ended = team.project.orchestrate()

    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    check_delivered(team, cage)
    assert [(each.started.role, each.started.agent) for each in team.attempts()] == [
        (Role.IMPLEMENT, ACP),
        (Role.REVIEW, "ours"),
    ]
    assert not outside.exists()
    # The write outside and the push were refused to it, the write inside was not.
    told = [
        block.get("is_error", False)
        for message in objects(team.requests(ACP)[-1].body["messages"])
        for block in objects(message.get("content"))
        if block.get("type") == "tool_result"
    ]
    assert told == [True, False, True]

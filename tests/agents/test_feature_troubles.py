"""Runs features while the services of the real agents refuse, limit, or fall silent."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from cage import Cage
from delivered import check_delivered, check_stands_still
from features import ANY, BOTH, CLAUDE, CODEX, PAIRS, Team
from model_server import FOREVER, Failure, Part, Turn
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.run.failures import ANSWERS
from spec_kitty_orchestrator.domain.run.failures import Failure as Class

MakeTeam = Callable[..., Team]

IMPLEMENTS = "You implement work package"
# So long a limit lasts: long enough for the other agent to be seen at work meanwhile.
LIMIT_SECONDS = 20

HOW_TO_SIGN_IN = {
    CLAUDE: "Run `claude` once and sign in, or set ANTHROPIC_API_KEY",
    CODEX: "Run `codex login`, or set CODEX_API_KEY",
}


def test_a_usage_limit_pauses_one_vendor_until_it_ends(make_team: MakeTeam, cage: Cage) -> None:
    team = make_team("WP01", "WP02", "WP03")
    # Limits that tell their end are those of a subscription, which signs in with a token.
    signed_in = {"CLAUDE_CODE_OAUTH_TOKEN": "scripted", "ANTHROPIC_API_KEY": ""}
    team.commands[CLAUDE] = team.claude(**signed_in)
    team.configure(BOTH, PAIRS)
    reset = int(time.time()) + LIMIT_SECONDS
    limited = Failure(429, headers=_limit(reset))
    team.play(CLAUDE, Part((Turn(fail=limited),), IMPLEMENTS, prompts=1), *ANY)
    team.play(CODEX, *ANY)

    ended = team.project.orchestrate()

    assert ended.returncode == 0, ended.stdout
    check_delivered(team, cage)
    first = next(each for each in team.attempts(agent=CLAUDE) if each.failure)
    assert first.ended is not None
    assert (first.failure, first.ended.resets_at) == (Class.RATE_LIMIT, reset)
    begun = [each.started.at for each in team.attempts(agent=CLAUDE)]
    later = [at for at in begun if at > first.ended.at]
    assert later
    assert min(later) >= reset
    meanwhile = [each.started.at for each in team.attempts(Role.IMPLEMENT, CODEX)]
    assert any(first.ended.at <= at < reset for at in meanwhile)
    until = time.strftime("%H:%M", time.localtime(reset))
    assert f"anthropic is paused until {until}." in ended.stdout


def _limit(reset: int) -> dict[str, str]:
    return {
        "anthropic-ratelimit-unified-status": "rejected",
        "anthropic-ratelimit-unified-reset": str(reset),
        "anthropic-ratelimit-unified-representative-claim": "five_hour",
    }


@pytest.mark.parametrize("agent", [CLAUDE, CODEX])
def test_an_agent_that_is_not_signed_in_is_dropped_and_its_fall_back_takes_over(
    make_team: MakeTeam, cage: Cage, agent: str
) -> None:
    team = make_team("WP01", "WP02 WP01")
    other = CODEX if agent == CLAUDE else CLAUDE
    team.play(agent, Part((Turn(fail=Failure(401)),)))
    team.play(other, *ANY)
    team.configure(
        f'implementers = ["{agent}"]\nreviewers = ["{other}"]',
        {agent: f'fallbacks = ["{other}"]', other: ""},
    )

    ended = team.project.orchestrate()

    assert ended.returncode == 0, ended.stdout
    check_delivered(team, cage)
    assert [each.failure for each in team.attempts(agent=agent)] == [Class.AUTH]
    assert HOW_TO_SIGN_IN[agent] in ended.stdout


@pytest.mark.parametrize("agent", [CLAUDE, CODEX])
def test_without_a_fall_back_a_run_says_how_to_sign_in_and_goes_on_after_that(
    make_team: MakeTeam, cage: Cage, agent: str
) -> None:
    team = make_team("WP01")
    team.play(agent, Part((Turn(fail=Failure(401)),)))
    team.configure(f'implementers = ["{agent}"]', {agent: ""})

    ended = team.project.orchestrate()

    assert ended.returncode == 1, ended.stdout
    assert re.search(rf"- No agent is left to implement: {agent}: .*", ended.stdout)
    assert HOW_TO_SIGN_IN[agent] in ended.stdout
    check_stands_still(team, cage)
    team.play(agent, *ANY)
    resumed = team.project.call("resume")
    assert resumed.returncode == 0, resumed.stdout
    check_delivered(team, cage)


def test_an_overloaded_service_is_asked_again_after_a_while(
    make_team: MakeTeam, cage: Cage
) -> None:
    team = make_team("WP01", "WP02")
    # Claude Code asks three times by itself before it gives up.
    for agent, times in ((CLAUDE, 3), (CODEX, 1)):
        busy = Turn(say="Nothing.", fail=Failure(529, times))
        team.play(agent, Part((busy,), IMPLEMENTS, prompts=1), *ANY)
    team.configure(BOTH, PAIRS)

    ended = team.project.orchestrate()

    assert ended.returncode == 0, ended.stdout
    check_delivered(team, cage)
    attempts = team.attempts(Role.IMPLEMENT)
    failed = {each.started.agent: each.failure for each in attempts if each.failure}
    assert failed == dict.fromkeys((CLAUDE, CODEX), Class.OVERLOAD)
    for package in ("WP01", "WP02"):
        of_package = [each for each in attempts if each.started.package == package]
        assert [each.failure for each in of_package] == [Class.OVERLOAD, None]
        for before, after in pairwise(of_package):
            assert before.ended is not None
            waited = after.started.at - before.ended.at
            assert waited >= ANSWERS[Class.OVERLOAD].delay_seconds


def test_an_agent_that_stalls_is_ended_and_the_next_attempt_works(
    make_team: MakeTeam, cage: Cage
) -> None:
    team = make_team("WP01", "WP02")
    for agent in (CLAUDE, CODEX):
        silent = Turn(say="Late.", hang_seconds=FOREVER)
        team.play(agent, Part((silent,), IMPLEMENTS, prompts=1), *ANY)
    team.configure(BOTH, PAIRS)

    ended = team.project.orchestrate("--stall", "0.1")

    assert ended.returncode == 0, ended.stdout
    check_delivered(team, cage)
    attempts = team.attempts(Role.IMPLEMENT)
    stalled = [each.started.agent for each in attempts if each.failure is Class.STALL]
    assert sorted(stalled) == [CLAUDE, CODEX]
    assert "printed nothing and did nothing for 0.1 minutes and was ended" in ended.stdout

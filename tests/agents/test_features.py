"""Runs whole features with the installed programs, the real Claude Code and the real Codex."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pytest

from cage import Cage
from delivered import check_delivered
from features import (
    ANY,
    APPROVED,
    BOTH,
    CLAUDE,
    CODEX,
    FINDING,
    ONE_TOKENS,
    PAIRS,
    REJECTED,
    Team,
    files,
    implement,
    look,
    review,
    rework,
    write,
)
from model_server import Bash, Call, Edit, Part, Read, Turn, Write
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.run.memory import Attempt

MakeTeam = Callable[..., Team]

# The first two are begun by one agent each.
SENT_BACK = ("WP01", "WP02")
ALL = ("WP01", "WP02", "WP03", "WP04")
# Waits until all four are at work, so that nobody is done before everybody has begun.
MEET = """python3 -c '
import glob, time
until = time.monotonic() + 60
while len(glob.glob("../*/WP0?.txt")) < 4 and time.monotonic() < until: time.sleep(0.05)
'"""


def _parts(agent: str) -> list[Part]:
    """Returns what an agent does in the feature of four: two are sent back once, by whoever."""
    meet = (
        Bash(MEET)
        if agent == CLAUDE
        else Call("exec_command", {"cmd": MEET, "yield_time_ms": 30_000})
    )
    parts = []
    for package in SENT_BACK:
        edit = Edit(f"{package}.txt", "One.\n", "One.\nTwo.\n")
        turns = Turn(do=(Read(f"{package}.txt"),)), Turn(do=(edit,)), Turn(say="It has two now.")
        parts += [rework(package, *turns)]
        parts += [review(package, look(), Turn(say=REJECTED), prompts=1)]
    for package in ALL:
        parts.append(implement(package, write(package), Turn(do=(meet,)), Turn(say="Done.")))
        parts.append(review(package, look(), Turn(say=APPROVED)))
    return parts


def _were_two_of_each(attempts: list[Attempt]) -> bool:
    """Says whether two attempts of each agent went on at one moment."""
    for four in combinations(attempts, 4):
        spans = [(each.started.at, each.ended.at) for each in four if each.ended]
        agents = sorted(each.started.agent for each in four)
        if agents == [CLAUDE, CLAUDE, CODEX, CODEX]:
            if max(began for began, _ in spans) < min(ended for _, ended in spans):
                return True
    return False


@pytest.fixture
def team(make_team: MakeTeam) -> Team:
    """Gives a feature of four that both agents work on and review for each other."""
    team = make_team(*ALL)
    for agent in (CLAUDE, CODEX):
        team.play(agent, *_parts(agent))
    # The pairs come before the one reviewer of the run.
    team.configure(f'{BOTH}\nreviewers = ["{CODEX}"]\nmax_concurrent = 4', PAIRS)
    return team


def test_both_agents_build_a_feature_at_once_and_review_each_other(team: Team, cage: Cage) -> None:
    before = files(team.person)

    ended = team.project.orchestrate()

    assert (ended.returncode, ended.stderr) == (0, ""), ended.stdout
    check_delivered(team, cage, twice=SENT_BACK)
    assert _were_two_of_each(team.attempts(Role.IMPLEMENT))
    _check_reviewed_by_the_other(team)
    _check_rework(team)
    _check_usage(team)
    assert files(team.person) == before


def _check_reviewed_by_the_other(team: Team) -> None:
    other = {CLAUDE: CODEX, CODEX: CLAUDE}
    authors = {each.started.package: each.started.agent for each in team.attempts(Role.IMPLEMENT)}
    reviews = [(each.started.package, each.started.agent) for each in team.attempts(Role.REVIEW)]
    assert Counter(reviews) == Counter(
        [(package, other[authors[package]]) for package in (*ALL, *SENT_BACK)]
    )


def _check_rework(team: Team) -> None:
    """Checks that findings are answered in the conversation that made the mistake."""
    for package, agent in zip(SENT_BACK, (CLAUDE, CODEX), strict=True):
        first, second = [
            each for each in team.attempts(Role.IMPLEMENT) if each.started.package == package
        ]
        assert [first.started.agent, second.started.agent] == [agent, agent]
        assert second.started.session == first.session == second.session
        ((before, after),) = team.prompts(agent, package)
        assert (FINDING in before, FINDING in after) == (False, True)


def _check_usage(team: Team) -> None:
    """Checks that each answer of a model is counted once, in sessions that went on too."""
    for agent in (CLAUDE, CODEX):
        told = sum(each.usage.tokens for each in team.attempts(agent=agent))
        assert told == len(team.models.requests(agent)) * ONE_TOKENS, agent


def test_what_is_denied_is_not_done_and_the_run_goes_on(
    make_team: MakeTeam, cage: Cage, tmp_path: Path
) -> None:
    team = make_team("WP01", "WP02")
    outside = {agent: tmp_path / f"outside-{agent}" for agent in (CLAUDE, CODEX)}
    # Claude Code has a table of permissions, Codex a sandbox for what it runs.
    stray = Turn(do=(Write(str(outside[CLAUDE]), "x\n"), Bash("git push origin HEAD"), Bash("env")))
    team.play(CLAUDE, *_straying(stray), *ANY)
    stray = Turn(do=(Write(str(outside[CODEX]), "x\n"), Bash(f"echo x >{outside[CODEX]}; env")))
    team.play(CODEX, *_straying(stray), *ANY)
    team.configure(BOTH, PAIRS)

    ended = team.project.orchestrate()

    assert ended.returncode == 0, ended.stdout
    check_delivered(team, cage)
    assert sorted(each.started.agent for each in team.attempts(Role.IMPLEMENT)) == [CLAUDE, CODEX]
    assert [path.exists() for path in outside.values()] == [False, False]
    assert any("it lies outside" in str(each.body) for each in team.requests(CLAUDE))


def _straying(stray: Turn) -> list[Part]:
    return [implement(name, stray, write(name), Turn(say="So be it.")) for name in ("WP01", "WP02")]

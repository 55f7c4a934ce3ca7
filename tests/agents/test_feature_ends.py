"""Ends runs in the middle of the real agents' work, in every way there is, and resumes them."""

from __future__ import annotations

import json
import re
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from cage import Cage
from delivered import check_delivered, check_keys_are_kept, check_stands_still
from features import ANY, BOTH, CLAUDE, CODEX, ONE_TOKENS, PAIRS, Team, implement, write
from model_server import FOREVER, Bash, Part, Turn
from runs import kill, wait_until
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.run.failures import Failure as Class

MakeTeam = Callable[..., Team]

# Works on without an end, in a group of its own too, as what agents start may do.
# An agent that does not wait so long for its command is kept waiting by its model.
BUSY = (
    Turn(do=(Bash("setsid tail -f /dev/null & tail -f /dev/null"),)),
    Turn(say="Late.", hang_seconds=FOREVER),
)
IMPLEMENTS, REVIEWS = "You implement work package", "You review work package"
GOES_ON = Part((Turn(say="It was written before."),), IMPLEMENTS)


def _hold(team: Team, agent: str) -> None:
    """Has an agent write what it should, and then be busy; asked again, it is done."""
    held = [implement(name, write(name), *BUSY, prompts=1) for name in team.project.lanes()]
    team.play(agent, *held, GOES_ON, *ANY)


def _wait_for_work(cage: Cage, count: int) -> None:
    """Waits until so many agents are busy."""
    wait_until(
        lambda: (
            sum(words == "tail -f /dev/null" for words in cage.processes().values()) >= 2 * count
        ),
        "the agents' work",
    )


@pytest.fixture
def both(make_team: MakeTeam) -> Team:
    """Gives a feature of two on which both agents are busy at once."""
    team = make_team("WP01", "WP02")
    for agent in (CLAUDE, CODEX):
        _hold(team, agent)
    team.configure(BOTH, PAIRS)
    return team


def _check_went_on(team: Team) -> None:
    """Checks that each agent went on in its session, and its model was told so."""
    for package in team.project.lanes():
        first, second = [e for e in team.attempts(Role.IMPLEMENT) if e.started.package == package]
        assert first.session is not None
        assert (second.started.agent, second.started.session) == (
            first.started.agent,
            first.session,
        )
        asked = team.prompts(second.started.agent, package)
        assert [len(prompts) for prompts in asked] == [2]


def _kill(team: Team, process: subprocess.Popen[str]) -> None:
    """Kills an orchestrator; what kept its agents ends them a moment later."""
    kill(process)
    wait_until(lambda: team.project.processes() == [], "the end of all that the run had started")


def _interrupt(process: subprocess.Popen[str]) -> None:
    """Presses Ctrl-C, and waits until that is heard: two at once would be one."""
    process.send_signal(signal.SIGINT)
    wait_until(lambda: not _is_pending(process.pid, signal.SIGINT), "the signal's delivery")


def _is_pending(pid: int, number: int) -> bool:
    told = Path(f"/proc/{pid}/status").read_text()
    pending = re.findall(r"^(?:Sig|Shd)Pnd:\s*([0-9a-f]+)$", told, re.MULTILINE)
    return any(int(mask, 16) >> (number - 1) & 1 for mask in pending)


def _end(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Waits for an orchestrator; returns its exit code and what it printed."""
    printed, _ = process.communicate(timeout=120)
    return process.returncode, printed


def test_a_killed_run_leaves_no_agent_and_its_sessions_go_on(both: Team, cage: Cage) -> None:
    with both.project.running("orchestrate") as process:
        _wait_for_work(cage, 2)
        _kill(both, process)
    check_stands_still(both, cage)

    ended = both.project.call("resume")

    assert ended.returncode == 0, ended.stdout
    check_delivered(both, cage)
    _check_went_on(both)
    lost = [each.failure for each in both.attempts(Role.IMPLEMENT)]
    assert lost == [Class.LOST, Class.LOST, None, None]


@pytest.mark.parametrize("agent", [CLAUDE, CODEX])
def test_a_review_that_was_killed_is_begun_anew(
    make_team: MakeTeam, cage: Cage, agent: str
) -> None:
    team = make_team("WP01")
    team.play(agent, Part(BUSY, REVIEWS, prompts=1), *ANY)
    team.configure(f'implementers = ["{agent}"]', {agent: ""})
    with team.project.running("orchestrate") as process:
        _wait_for_work(cage, 1)
        _kill(team, process)
    check_stands_still(team, cage)

    ended = team.project.call("resume")

    assert ended.returncode == 0, ended.stdout
    check_delivered(team, cage)
    reviews = team.attempts(Role.REVIEW)
    assert [each.failure for each in reviews] == [Class.LOST, None]
    assert reviews[1].started.session is None


def test_the_first_ctrl_c_lets_the_agents_finish(make_team: MakeTeam, cage: Cage) -> None:
    team = make_team("WP01", "WP02")
    for agent in (CLAUDE, CODEX):
        slow = Turn(say="Written.", hang_seconds=3)
        parts = [implement(name, write(name), slow) for name in ("WP01", "WP02")]
        team.play(agent, *parts, *ANY)
    team.configure(BOTH, PAIRS)
    with team.project.running("orchestrate") as process:
        for agent in (CLAUDE, CODEX):
            team.models.wait_until(agent, lambda asked: any(e.dialogue.turn for e in asked), 60)
        process.send_signal(signal.SIGINT)
        code, printed = _end(process)

    assert code == 130, printed
    check_stands_still(team, cage)
    assert [each.failure for each in team.attempts()] == [None, None]
    assert team.project.lanes() == {"WP01": "for_review", "WP02": "for_review"}
    assert team.project.call("resume").returncode == 0
    check_delivered(team, cage)


def test_the_second_ctrl_c_ends_the_agents_and_keeps_their_sessions(both: Team, cage: Cage) -> None:
    with both.project.running("orchestrate") as process:
        _wait_for_work(cage, 2)
        _interrupt(process)
        _interrupt(process)
        code, printed = _end(process)

    assert code == 130, printed
    check_stands_still(both, cage)
    assert both.project.lanes() == {"WP01": "in_progress", "WP02": "in_progress"}
    _check_homes(both)
    assert both.project.call("resume").returncode == 0
    check_delivered(both, cage)
    _check_went_on(both)


# What may stand in the private homes: settings that the adapters write, and the agents' own state.
HOME = {CLAUDE: {".claude", ".claude.json", ".gitconfig"}, CODEX: {".codex", ".gitconfig"}}


def _check_homes(team: Team) -> None:
    """Checks that a private home holds an agent's own state, and nothing of the person's."""
    check_keys_are_kept(team)
    homes = team.homes()
    assert len(homes) == 2
    for home in homes:
        agent = home.name.split("-", 2)[2].replace("_", "-")
        assert {path.name for path in (home / "home").iterdir()} <= HOME[agent], home
        assert not (home / "tmp").exists()
        links = [path.resolve() for path in home.rglob("*") if path.is_symlink()]
        assert [path for path in links if path.is_relative_to(team.person)] == []


def test_abort_ends_the_agents_and_releases_their_work_packages(both: Team, cage: Cage) -> None:
    with both.project.running("orchestrate") as process:
        _wait_for_work(cage, 2)
        aborted = both.project.call("abort")
        code, printed = _end(process)

    assert (aborted.returncode, code) == (0, 130), aborted.stdout + aborted.stderr + printed
    check_stands_still(both, cage)
    assert both.project.lanes() == {"WP01": "planned", "WP02": "planned"}
    for package in ("WP01", "WP02"):
        place = both.project.folder / ".worktrees" / f"034-cats-{package}" / f"{package}.txt"
        assert place.read_text() == "One.\n"
    assert both.homes() == []


def test_a_run_ends_when_its_budget_is_used_up_and_says_so(make_team: MakeTeam, cage: Cage) -> None:
    team = make_team("WP01")
    # It is over the budget with its third answer, and then its model says nothing more.
    spends = [Turn(do=(Bash("true"),))] * 2
    silent = Turn(say="Late.", hang_seconds=FOREVER)
    part = implement("WP01", write("WP01"), *spends, silent, prompts=1)
    team.play(CLAUDE, part, GOES_ON, *ANY)
    team.configure(f'implementers = ["{CLAUDE}"]', {CLAUDE: ""})

    ended = team.project.orchestrate("--budget-tokens", str(3 * ONE_TOKENS))

    assert ended.returncode == 5, ended.stdout
    assert re.search(r"The budget of 4,302 tokens is used up \(4,302\)\.", ended.stdout)
    check_stands_still(team, cage)
    tokens, cost = _used(team)
    assert tokens == 3 * ONE_TOKENS
    assert cost > 0
    assert "4,302 tokens, $0.0" in team.project.call("status").stdout
    resumed = team.project.call("resume", "--budget-tokens", "1000000")
    assert resumed.returncode == 0, resumed.stdout
    check_delivered(team, cage)
    _check_went_on(team)
    # Its fourth one may have been asked for, and had none.
    answered = sum(each.dialogue.turn < 3 for each in team.models.requests(CLAUDE))
    tokens_then, cost_then = _used(team)
    assert tokens_then == answered * ONE_TOKENS
    # What an answer cost is told after it, so the last one before the end may not be known.
    whole = _price(team) * answered
    assert 0.99 * whole * (answered - 1) / answered < cost_then < 1.01 * whole


def _price(team: Team) -> float:
    """Returns what one answer costs, by an attempt that ended in order."""
    used = team.attempts(Role.REVIEW)[0].usage
    assert used.cost_usd is not None
    return used.cost_usd / used.tokens * ONE_TOKENS


def _used(team: Team) -> tuple[int, float]:
    """Returns the tokens and the dollars that `status` tells."""
    told = json.loads(team.project.call("status", "--json").stdout)
    return told["tokens"], told["cost_usd"]

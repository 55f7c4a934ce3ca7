"""What is settled before a run starts."""

import pytest

from spec_kitty_orchestrator.domain.agents import Agent, Policy, Role
from spec_kitty_orchestrator.domain.settings.parsing import Settings
from spec_kitty_orchestrator.loop.preparing import (
    CannotRun,
    Prepared,
    Wishes,
    prepare,
    require_allowed,
)
from spec_kitty_orchestrator.ports import Found, PolicyAnswer
from spec_kitty_orchestrator.testing.scripted_agents import ScriptedAgents, scripted_agent
from spec_kitty_orchestrator.testing.scripted_host import ScriptedHost
from spec_kitty_orchestrator.testing.time import play
from stories import SLUG, packages


class FussyHost(ScriptedHost):
    """Allows all agents but those of one family."""

    async def check_policy(self, slug: str, policy: Policy) -> PolicyAnswer:  # noqa: ARG002 - as the port has it
        return PolicyAnswer(policy.agent_family != "eve", "No eve here.")


class FewAgents(ScriptedAgents):
    """Has all agents but those whose names begin with a z."""

    async def find(self, agent: Agent) -> Found:
        gone = agent.name.startswith("z")
        return Found(agent.name, agent.command, problem="It is not installed." if gone else None)


def prepared(*agents: Agent, reviewers: tuple[str, ...] = ()) -> Prepared:
    settings = Settings({each.name: each for each in agents}, ("ada",), reviewers)
    host = FussyHost(packages("WP01"))
    return play(prepare(host, FewAgents(), settings, Wishes(SLUG), "0.1.0"))


def jobs(of: Prepared) -> set[tuple[str, Role]]:
    return set(of.policies)


def test_policies_are_asked_for_whatever_an_agent_may_come_to_do_and_no_more() -> None:
    ada = scripted_agent("ada", fallbacks=("joe", "zoe"), reviewer="ben")
    others = [scripted_agent(name) for name in ("ben", "cat", "joe", "zoe", "max")]

    assert jobs(prepared(ada, *others, reviewers=("cat",))) == {
        ("ada", Role.IMPLEMENT),
        ("joe", Role.IMPLEMENT),
        ("ben", Role.REVIEW),
        ("cat", Role.REVIEW),
    }


def test_who_implements_reviews_too_where_nobody_else_is_named() -> None:
    assert jobs(prepared(scripted_agent("ada"), scripted_agent("ben"))) == {
        ("ada", Role.IMPLEMENT),
        ("ada", Role.REVIEW),
    }


def test_a_fall_back_that_the_project_forbids_keeps_a_run_from_starting() -> None:
    ada = scripted_agent("ada", fallbacks=("eve",))

    with pytest.raises(CannotRun, match="eve may not implement here"):
        require_allowed(prepared(ada, scripted_agent("eve"), reviewers=("ada",)))

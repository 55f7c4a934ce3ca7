"""Owns how agents that speak the Agent Client Protocol are launched.

The conversation is `acp_protocol/session.py`, which is read only when there is one: the protocol's
library takes longer to import than everything else here.
"""

from collections.abc import Callable
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.acp_protocol.quirks import FREE_MODES, quirk_of
from spec_kitty_orchestrator.adapters.agents.adapter import Adapter, Launch, Talk
from spec_kitty_orchestrator.domain.agents import Agent, Role
from spec_kitty_orchestrator.ports import Assignment, Ending, Report


class Acp(Adapter):
    def launch(self, agent: Agent, role: Role, assignment: Assignment | None, home: Path) -> Launch:
        quirk = quirk_of(agent)
        is_free = agent.mode in FREE_MODES
        return Launch(
            (*agent.command, *agent.flags),
            {name: text.replace("{home}", str(home)) for name, text in quirk.environment.items()},
            quirk.files,
            "full_auto" if is_free else "auto",
            (f"mode {agent.mode}",) if is_free else (),
        )

    async def converse(
        self, talk: Talk, assignment: Assignment, report: Callable[[Report], None]
    ) -> Ending:
        from spec_kitty_orchestrator.adapters.agents.acp_protocol import session

        return await session.converse(talk, assignment, quirk_of(assignment.agent), report)

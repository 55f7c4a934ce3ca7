from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from spec_kitty_orchestrator.adapters.agents.acp_protocol.quirks import (
    NO_QUIRK,
    QUIRKS,
    Quirk,
    quirk_of,
)
from spec_kitty_orchestrator.adapters.agents.known import ADAPTERS, KNOWN
from spec_kitty_orchestrator.domain.agents import Agent, Kind, Role


def test_every_kind_has_its_adapter() -> None:
    names = {kind: type(adapter).__name__ for kind, adapter in ADAPTERS.items()}
    assert names == {
        Kind.CLAUDE_CODE: "ClaudeCode",
        Kind.CODEX: "Codex",
        Kind.ACP: "Acp",
        Kind.COMMAND: "Command",
    }


def test_there_is_one_adapter_of_a_kind() -> None:
    assert ADAPTERS[Kind.ACP] is ADAPTERS[Kind.ACP]


@pytest.mark.parametrize("agent", KNOWN.values(), ids=KNOWN)
def test_every_known_agent_can_be_launched(agent: Agent, tmp_path: Path) -> None:
    launch = ADAPTERS[agent.kind].launch(agent, Role.IMPLEMENT, None, tmp_path)
    assert launch.argv[0] == agent.command[0]


def test_every_quirk_is_that_of_a_known_agent() -> None:
    assert set(QUIRKS) == {agent.name for agent in KNOWN.values() if agent.kind is Kind.ACP}


@pytest.mark.parametrize(
    ("name", "command", "expected"),
    [
        ("gemini", "/opt/wrapper", QUIRKS["gemini"]),
        ("mine", "/opt/bin/gemini", QUIRKS["gemini"]),
        ("mine", "npx -y @scope/claude-agent-acp@0.49.0", QUIRKS["claude-agent-acp"]),
        ("mine", "/opt/bin/other", NO_QUIRK),
    ],
)
def test_quirks_are_found_by_the_agents_name_or_its_programs(
    name: str, command: str, expected: Quirk
) -> None:
    assert quirk_of(Agent(name, Kind.ACP, tuple(command.split()), "v", "f")) is expected


def test_naming_and_launching_agents_does_not_read_the_library_of_the_protocol() -> None:
    code = (
        "import sys\n"
        "from pathlib import Path\n"
        "from spec_kitty_orchestrator.adapters.agents.known import ADAPTERS, KNOWN\n"
        "from spec_kitty_orchestrator.domain.agents import Role\n"
        "agent = KNOWN['gemini']\n"
        "ADAPTERS[agent.kind].launch(agent, Role.REVIEW, None, Path('/nowhere'))\n"
        "print([name for name in ('acp', 'pydantic') if name in sys.modules])\n"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout == "[]\n"

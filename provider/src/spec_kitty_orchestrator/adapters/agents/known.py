"""Owns the one table that names every agent known without configuration, and their adapters.

A new agent that speaks ACP is a row in `KNOWN` (and in `acp_protocol/quirks.py`, if it has any).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from typing import assert_never

from spec_kitty_orchestrator.adapters.agents.adapter import Adapter
from spec_kitty_orchestrator.domain.agents import Agent, Kind

# What signs an agent in, or says where its model is; nobody else's agent sees it.
_ANTHROPIC = (
    "ANTHROPIC_API_KEY",
    "ANTHROPIC_AUTH_TOKEN",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "ANTHROPIC_BASE_URL",
)
_OPENAI = ("OPENAI_API_KEY", "CODEX_API_KEY", "OPENAI_BASE_URL")
_GOOGLE = (
    "GEMINI_API_KEY",
    "GOOGLE_API_KEY",
    "GOOGLE_CLOUD_PROJECT",
    "GOOGLE_CLOUD_LOCATION",
    "GOOGLE_GENAI_USE_VERTEXAI",
    "GOOGLE_GEMINI_BASE_URL",
)
_ALIBABA = ("DASHSCOPE_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OPENAI_MODEL")
_OPENCODE = ("OPENCODE_API_KEY", "OPENCODE_CONFIG", "ANTHROPIC_API_KEY", "OPENAI_API_KEY")

_CLAUDE_FILES = (".claude/.credentials.json",)
_CODEX_FILES = (".codex/auth.json",)

_AGENTS = (
    Agent(
        "claude-code",
        Kind.CLAUDE_CODE,
        ("claude",),
        "anthropic",
        "claude",
        environment=("ANTHROPIC_BASE_URL",),
        credentials=_CLAUDE_FILES,
    ),
    Agent("codex", Kind.CODEX, ("codex",), "openai", "codex", credentials=_CODEX_FILES),
    Agent(
        "opencode",
        Kind.ACP,
        ("opencode", "acp", "--pure"),
        "opencode",
        "opencode",
        environment=_OPENCODE,
        credentials=(".local/share/opencode/auth.json",),
    ),
    Agent(
        "gemini",
        Kind.ACP,
        ("gemini", "--acp"),
        "google",
        "gemini",
        environment=_GOOGLE,
        credentials=(".gemini/oauth_creds.json",),
    ),
    Agent(
        "qwen",
        Kind.ACP,
        ("qwen", "--acp"),
        "alibaba",
        "qwen",
        environment=_ALIBABA,
        credentials=(".qwen/oauth_creds.json",),
    ),
    Agent(
        "claude-agent-acp",
        Kind.ACP,
        ("claude-agent-acp",),
        "anthropic",
        "claude",
        environment=_ANTHROPIC,
        credentials=_CLAUDE_FILES,
    ),
    Agent(
        "codex-acp",
        Kind.ACP,
        ("codex-acp",),
        "openai",
        "codex",
        environment=_OPENAI,
        credentials=_CODEX_FILES,
    ),
)

KNOWN: dict[str, Agent] = {agent.name: agent for agent in _AGENTS}


@cache
def adapter_for(kind: Kind) -> Adapter:
    """Returns the adapter; its module is read only now, as a run seldom needs them all."""
    match kind:
        case Kind.CLAUDE_CODE:
            from spec_kitty_orchestrator.adapters.agents.claude_code import ClaudeCode

            return ClaudeCode()
        case Kind.CODEX:
            from spec_kitty_orchestrator.adapters.agents.codex import Codex

            return Codex()
        case Kind.ACP:
            from spec_kitty_orchestrator.adapters.agents.acp import Acp

            return Acp()
        case Kind.COMMAND:
            from spec_kitty_orchestrator.adapters.agents.command import Command

            return Command()
        case _:
            assert_never(kind)


class _Adapters(Mapping[Kind, Adapter]):
    def __getitem__(self, kind: Kind) -> Adapter:
        return adapter_for(kind)

    def __iter__(self) -> Iterator[Kind]:
        return iter(Kind)

    def __len__(self) -> int:
        return len(Kind)


ADAPTERS: Mapping[Kind, Adapter] = _Adapters()

"""Owns what is odd about each agent that speaks the Agent Client Protocol: one table.

What is the same for all of them is `session.py`'s.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from spec_kitty_orchestrator.adapters.agents.claude_protocol.commands import (
    BEFORE_COMMANDS,
    without,
)
from spec_kitty_orchestrator.domain.agents import Agent


@dataclass(frozen=True, slots=True)
class Quirk:
    """Is what the protocol does not say about an agent.

    `mode` is the one in which it asks before it acts, where it does not start in it. `sign_in`
    names the method that makes it use the key in its environment. `writes_by_client`: its own
    file tool asks nobody, so its files are written here, where they are looked at first.
    `environment` may name the private home as {home}. `session` is what it is told of a session
    in a folder beside what the protocol has.
    """

    mode: str | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    sign_in: str | None = None
    how_to_sign_in: str = "Sign in with the agent's own program, then resume the run."
    writes_by_client: bool = False
    session: Callable[[str], Mapping[str, object]] = lambda _: {}


def _without_settings(folder: str) -> Mapping[str, object]:
    """Has Claude Code read a repository's guidance, not its settings: agents write those too."""
    options = {"settingSources": [], "additionalDirectories": [folder]}
    return {"claudeCode": {"options": options}}


NO_QUIRK = Quirk()

_CLAUDE_KEYS = ("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN", "CLAUDE_CODE_OAUTH_TOKEN")

_NO_STATISTICS = (
    '{"privacy": {"usageStatisticsEnabled": false}, "general": {"enableAutoUpdate": false}}'
)

_CODEX_SETTINGS = """check_for_update_on_startup = false
[analytics]
enabled = false
[feedback]
enabled = false
[features]
plugins = false
apps = false
remote_plugin = false
"""

QUIRKS: dict[str, Quirk] = {
    "opencode": Quirk(
        environment={
            **{
                f"OPENCODE_{name}": "1"
                for name in (
                    "PURE",
                    "FAST_BOOT",
                    "DISABLE_AUTOUPDATE",
                    "DISABLE_MODELS_FETCH",
                    "DISABLE_LSP_DOWNLOAD",
                    "DISABLE_DEFAULT_PLUGINS",
                    "DISABLE_SHARE",
                )
            },
            # It allows everything unless it is told to ask, and gives up at the first no.
            "OPENCODE_CONFIG_CONTENT": '{"experimental": {"continue_loop_on_deny": true}}',
            "OPENCODE_PERMISSION": '{"edit": "ask", "bash": "ask", "external_directory": "ask"}',
        },
        how_to_sign_in="Run `opencode auth login`, then resume the run.",
        writes_by_client=True,
    ),
    "gemini": Quirk(
        mode="default",
        environment={"GEMINI_CLI_NO_RELAUNCH": "true"},
        files={".gemini/settings.json": _NO_STATISTICS},
        sign_in="gemini-api-key",
        how_to_sign_in="Set GEMINI_API_KEY, then resume the run.",
    ),
    "qwen": Quirk(
        mode="default",
        files={".qwen/settings.json": _NO_STATISTICS},
        sign_in="openai",
        how_to_sign_in="Set OPENAI_API_KEY and OPENAI_BASE_URL, then resume the run.",
    ),
    "claude-agent-acp": Quirk(
        mode="default",
        environment={
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
            "DISABLE_AUTOUPDATER": "1",
            "CLAUDE_CODE_MAX_RETRIES": "2",
            "CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD": "1",
            "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
            "CLAUDE_ENV_FILE": f"{{home}}/{BEFORE_COMMANDS}",
        },
        files={BEFORE_COMMANDS: without(_CLAUDE_KEYS)},
        session=_without_settings,
        how_to_sign_in="Run `claude` and /login, or set ANTHROPIC_API_KEY, then resume the run.",
    ),
    "codex-acp": Quirk(
        mode="workspace-write",
        files={".codex/config.toml": _CODEX_SETTINGS},
        sign_in="api-key",
        how_to_sign_in="Run `codex login`, or set OPENAI_API_KEY, then resume the run.",
    ),
}

# Modes in which an agent asks nobody; to choose one is declared.
FREE_MODES = ("bypassPermissions", "agent-full-access", "yolo")


def quirk_of(agent: Agent) -> Quirk:
    """Returns the agent's row, also for one that is configured under another name.

    Its program may be named behind another that starts it, and with a version: without its row it
    would begin in a mode in which it asks nobody.
    """
    programs = (PurePath(word).name.partition("@")[0] for word in agent.command)
    return next((QUIRKS[name] for name in (agent.name, *programs) if name in QUIRKS), NO_QUIRK)

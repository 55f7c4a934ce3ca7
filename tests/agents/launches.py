"""Says how each agent is started in tests: pointed at a scripted model, and told not to phone home.

An adapter is given a wrapper with this launch in place of the agent, and knows nothing of it. What
an adapter itself has to say (modes, permissions, output) is not here.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

# No key: the scripted model takes any.
_KEY = "scripted"
_KEY_VARIABLE = "SCRIPTED_MODEL_KEY"

_CODEX_SETTINGS = {
    "model": '"gpt-5.5"',  # A name that it knows, so that it has its own tool to edit files.
    "model_provider": '"scripted"',
    "model_providers.scripted.name": '"scripted"',
    "model_providers.scripted.env_key": f'"{_KEY_VARIABLE}"',
    "model_providers.scripted.wire_api": '"responses"',
    "check_for_update_on_startup": "false",
    "analytics.enabled": "false",
    "feedback.enabled": "false",
}
_SWITCHED_OFF = ("plugins", "apps", "remote_plugin")


@dataclass(frozen=True, slots=True)
class Launch:
    """Is an executable with the words that come first and the variables that are added."""

    executable: Path
    words: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)


def claude_code(executable: Path, url: str, retries: int | None = None) -> Launch:
    """Returns the launch of Claude Code; without `retries` it retries 401 and 429 for minutes."""
    variables = {
        "ANTHROPIC_BASE_URL": url,
        "ANTHROPIC_API_KEY": _KEY,
        "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        "DISABLE_AUTOUPDATER": "1",
    }
    if retries is not None:
        variables["CLAUDE_CODE_MAX_RETRIES"] = str(retries)
    return Launch(executable, (), variables)


def codex(executable: Path, url: str, retries: int | None = None) -> Launch:
    """Returns the launch of Codex, which wants its CODEX_HOME outside its TMPDIR."""
    settings = {**_CODEX_SETTINGS, "model_providers.scripted.base_url": json.dumps(f"{url}/v1")}
    if retries is not None:
        settings["model_providers.scripted.request_max_retries"] = str(retries)
        settings["model_providers.scripted.stream_max_retries"] = str(retries)
    words = [word for key, value in settings.items() for word in ("-c", f"{key}={value}")]
    switches = [word for name in _SWITCHED_OFF for word in ("--disable", name)]
    return Launch(executable, (*words, *switches), {_KEY_VARIABLE: _KEY})


def claude_agent_acp(executable: Path, claude_code_launch: Launch) -> Launch:
    """Returns the launch of the ACP agent that drives Claude Code, launched so."""
    own = {"CLAUDE_CODE_EXECUTABLE": str(claude_code_launch.executable)}
    node = Path(str(shutil.which("node")))
    return Launch(node, (str(executable),), {**claude_code_launch.variables, **own})

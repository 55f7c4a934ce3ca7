"""Owns how Codex is started and spoken to: the prompt goes in, lines of JSON come out.

It runs one turn without asking anybody. Its own sandbox lets commands write the folder they work
in and the private folder for temporary files; git's folders stay read-only, so the host commits.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.adapter import Adapter, Launch, Talk
from spec_kitty_orchestrator.adapters.agents.codex_failures import retry_seconds
from spec_kitty_orchestrator.adapters.agents.codex_stream import CodexStream, session_usage
from spec_kitty_orchestrator.adapters.agents.json_values import parsed
from spec_kitty_orchestrator.domain.agents import Agent, Role
from spec_kitty_orchestrator.ports import Assignment, Ending, Report

# They fetch lists from the network at each start.
_WITHOUT = "--disable plugins --disable apps --disable remote_plugin".split()

# Settings, not flags: so that the agent's flags may say otherwise. The general folder for
# temporary files may hold other work packages; logging and keys are no business of commands.
_SETTINGS = """\
check_for_update_on_startup = false
approval_policy = "never"
sandbox_mode = "workspace-write"

[sandbox_workspace_write]
exclude_slash_tmp = true

[shell_environment_policy]
exclude = ["RUST_LOG", "CODEX_API_KEY", "CODEX_ACCESS_TOKEN"]

[analytics]
enabled = false

[feedback]
enabled = false
"""

# How long a limit lasts is told nowhere but in the log of retries.
_LOG = "error,codex_core::responses_retry=warn"

# A limit that ends sooner is waited for by Codex itself; a longer one concerns the whole run.
_PATIENCE_SECONDS = 30.0
# The log comes by another stream than the event, so a moment later perhaps.
_LOG_SECONDS = 1.0
_LOG_STEP_SECONDS = 0.05

# However it is spelled, these are the names under which a project may forbid it.
_NO_SANDBOX = "--sandbox=danger-full-access"
_NO_LIMITS = "--dangerously-bypass-approvals-and-sandbox"


class Codex(Adapter):
    """`codex exec` reads no other key than these two; OPENAI_API_KEY is none of them."""

    secrets = ("CODEX_API_KEY", "CODEX_ACCESS_TOKEN")

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now

    def launch(self, agent: Agent, role: Role, assignment: Assignment | None, home: Path) -> Launch:
        folder = "FOLDER" if assignment is None else str(assignment.folder)
        words = [*agent.command, "exec", "--json", "--skip-git-repo-check", "-C", folder, *_WITHOUT]
        if agent.model:
            words += ["--model", agent.model]
        words += agent.flags
        if assignment is not None and assignment.session:
            words += ["resume", assignment.session]
        return Launch(
            (*words, "-"),
            {"CODEX_HOME": str(home / ".codex"), "RUST_LOG": _LOG},
            {".codex/config.toml": _SETTINGS},
            approval_mode="full_auto",
            dangerous_flags=_dangerous((*agent.command, *agent.flags)),
        )

    async def converse(
        self, talk: Talk, assignment: Assignment, report: Callable[[Report], None]
    ) -> Ending:
        stream = CodexStream(self._now)
        await talk.send(assignment.prompt)
        talk.close()
        async for line in talk.lines():
            event = parsed(line)
            if used := session_usage(event):
                report(Report(session_usage=used))
            match stream.read(event):
                case Report() as told:
                    report(told)
                case Ending() as ending:
                    return ending
            if stream.limited and (limit := await self._long_limit(talk, stream)):
                return limit
        return stream.broken_off(await talk.exit_status(), talk.errors())

    async def _long_limit(self, talk: Talk, stream: CodexStream) -> Ending | None:
        """Returns the ending of a limit that lasts, None for one that Codex waits for itself."""
        for _ in range(round(_LOG_SECONDS / _LOG_STEP_SECONDS)):
            seconds = retry_seconds(talk.errors(), stream.limited or "")
            if seconds is not None:
                return stream.limit_ending(seconds) if seconds > _PATIENCE_SECONDS else None
            await asyncio.sleep(_LOG_STEP_SECONDS)
        return None


def _dangerous(words: Sequence[str]) -> tuple[str, ...]:
    """Returns the words that take away what protects, each under its usual name."""
    found: dict[str, None] = {}
    for word in words:
        if word.startswith("--dangerously"):
            found[word] = None
        elif word == "--yolo":
            found[_NO_LIMITS] = None
        elif "danger-full-access" in word or "danger-no-sandbox" in word:
            found[_NO_SANDBOX] = None
    return tuple(found)

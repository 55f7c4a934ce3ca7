"""Owns how Claude Code is started and spoken to: JSON lines both ways, and its control protocol.

It reads no settings but its own defaults: a repository's settings are written by agents too, and
could start programs, allow what is not allowed here, or send the key elsewhere. A repository's
guidance (CLAUDE.md) is read, because its folder is added as one with guidance.
"""

import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.adapter import Adapter, Launch, Talk
from spec_kitty_orchestrator.adapters.agents.claude_protocol.commands import (
    BEFORE_COMMANDS,
    without,
)
from spec_kitty_orchestrator.adapters.agents.claude_protocol.control import (
    answer,
    prompted,
    request,
)
from spec_kitty_orchestrator.adapters.agents.claude_protocol.failures import broken_off
from spec_kitty_orchestrator.adapters.agents.claude_protocol.stream import Stream
from spec_kitty_orchestrator.adapters.agents.json_values import parsed
from spec_kitty_orchestrator.domain.agents import Agent, Role
from spec_kitty_orchestrator.ports import Assignment, Ending, Report

_PROTOCOL = "-p --input-format stream-json --output-format stream-json --verbose".split()
_ASKING = "--permission-prompt-tool stdio --permission-mode manual".split()
_OWN_SETTINGS_ONLY = ("--strict-mcp-config", "--setting-sources", "")
# They wait for a person, leave the worktree, or begin something after the end.
_WITHOUT = (
    "AskUserQuestion EnterPlanMode ExitPlanMode EnterWorktree ExitWorktree"
    " CronCreate CronDelete CronList ScheduleWakeup RemoteTrigger"
).split()

_ENVIRONMENT = {
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
    "DISABLE_AUTOUPDATER": "1",
    # Longer waits are the run's: it knows of other agents.
    "CLAUDE_CODE_MAX_RETRIES": "2",
    # Kept by repository, so work packages would share it.
    "CLAUDE_CODE_DISABLE_AUTO_MEMORY": "1",
    "CLAUDE_CODE_DISABLE_BACKGROUND_TASKS": "1",
    "CLAUDE_CODE_ADDITIONAL_DIRECTORIES_CLAUDE_MD": "1",
}

# With one of these the agent does some things, or all, without asking.
_DANGEROUS = ("--dangerously-skip-permissions", "bypassPermissions")
_UNASKED = (
    "--allowedTools --allowed-tools --permission-mode --permission-prompt-tool --setting-sources"
    " --settings"
).split()


class ClaudeCode(Adapter):
    secrets = (
        "ANTHROPIC_API_KEY",
        "ANTHROPIC_AUTH_TOKEN",
        "CLAUDE_CODE_OAUTH_TOKEN",
        "CLAUDE_CODE_USE_BEDROCK",
        "CLAUDE_CODE_USE_VERTEX",
    )

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now

    def launch(self, agent: Agent, role: Role, assignment: Assignment | None, home: Path) -> Launch:
        words = [*agent.command, *_PROTOCOL, *_ASKING, *_OWN_SETTINGS_ONLY]
        if agent.model:
            words += ["--model", agent.model]
        if assignment is not None and assignment.session:
            words += ["--resume", assignment.session]
        folder = "FOLDER" if assignment is None else str(assignment.folder)
        words += ["--add-dir", folder, "--disallowedTools", *_WITHOUT, *agent.flags]
        given = (*agent.command[1:], *agent.flags)
        dangerous = tuple(word for word in given if word.endswith(_DANGEROUS))
        as_root = {"IS_SANDBOX": "1"} if dangerous and os.geteuid() == 0 else {}
        return Launch(
            tuple(words),
            {**_ENVIRONMENT, **as_root, "CLAUDE_ENV_FILE": str(home / BEFORE_COMMANDS)},
            {BEFORE_COMMANDS: without(self.secrets)},
            approval_mode="full_auto" if dangerous or _acts_unasked(given) else "auto",
            dangerous_flags=dangerous,
        )

    async def converse(
        self, talk: Talk, assignment: Assignment, report: Callable[[Report], None]
    ) -> Ending:
        stream = Stream(assignment.used_before, self._now)
        await talk.send(request("begin", "initialize"))
        await talk.send(request("cost", "get_session_cost"))
        await talk.send(prompted(assignment.prompt))
        async for line in talk.lines():
            message = parsed(line)
            match message.get("type"):
                case "control_request":
                    await talk.send(answer(message, assignment.folder))
                case "assistant":
                    await talk.send(request("cost", "get_session_cost"))
            match stream.read(message):
                case Report() as told:
                    report(told)
                case Ending() as ending:
                    report(Report(session_usage=stream.session_usage()))
                    talk.close()
                    return ending
        return broken_off(await talk.exit_status(), talk.errors())


def _acts_unasked(words: Sequence[str]) -> bool:
    return any(word.split("=")[0] in _UNASKED for word in words)

"""Owns what is told of an agent without giving it work: is it there, which version, signed in."""

import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.adapter import Adapter
from spec_kitty_orchestrator.adapters.processes.asking import ask
from spec_kitty_orchestrator.adapters.processes.environment import passed
from spec_kitty_orchestrator.domain.agents import Agent
from spec_kitty_orchestrator.ports import Found

_VERSION_SECONDS = 10.0
_MAX_VERSION = 80


async def find(agent: Agent, adapter: Adapter, person: Mapping[str, str]) -> Found:
    """Returns what can be told of an agent; its program is asked for its version and no more."""
    program = executable(agent, person)
    if program is None:
        return Found(agent.name, agent.command, problem=missing(agent))
    argv = (program, *agent.command[1:])
    signed_in = _is_signed_in(agent, adapter, person)
    if not adapter.version:
        return Found(agent.name, argv, signed_in=signed_in)
    version, problem = await _version((*argv, *adapter.version), agent, person)
    return Found(agent.name, argv, version, signed_in, problem)


def executable(agent: Agent, person: Mapping[str, str]) -> str | None:
    """Returns the path of an agent's program, None if there is none."""
    return shutil.which(agent.command[0], path=person.get("PATH"))


def missing(agent: Agent) -> str:
    """Returns the sentence for people about an agent that is not there."""
    return (
        f"The program {agent.command[0]} of the agent {agent.name} is not there. Install it, "
        "put it on the PATH, or name its command in .kittify/orchestrator.toml."
    )


async def _version(
    argv: tuple[str, ...], agent: Agent, person: Mapping[str, str]
) -> tuple[str | None, str | None]:
    """Returns the version that a program tells, or a sentence about why it tells none."""
    with tempfile.TemporaryDirectory(prefix="spec-kitty-", ignore_cleanup_errors=True) as folder:
        variables = {**passed(person, agent.environment), "HOME": folder, "TMPDIR": folder}
        try:
            told = await ask(argv, Path(folder), variables, _VERSION_SECONDS)
        except OSError as error:
            return None, str(error)
    if told.status is None:
        return None, f"{agent.name} does not tell its version within {_VERSION_SECONDS:g} s."
    if told.status:
        reason = _line(told.errors) or _line(told.output) or f"exit status {told.status}"
        return None, f"{agent.name} does not run: {reason}. Install it again."
    return _line(told.output) or _line(told.errors) or None, None


def _line(text: str) -> str:
    return next((line.strip() for line in text.splitlines() if line.strip()), "")[:_MAX_VERSION]


def _is_signed_in(agent: Agent, adapter: Adapter, person: Mapping[str, str]) -> bool | None:
    """Says whether an agent has what signs it in; None where it may be signed in otherwise."""
    if any(person.get(name) for name in adapter.secrets):
        return True
    home = person.get("HOME")
    if home and any(Path(home, name).exists() for name in agent.credentials):
        return True
    may_be_otherwise = agent.environment or agent.flags
    return None if may_be_otherwise or not (adapter.secrets or agent.credentials) else False

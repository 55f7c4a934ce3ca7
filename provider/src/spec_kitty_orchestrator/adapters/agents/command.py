"""Owns agents that are any program: a template of words, and a few lines of JSON they may print.

What the program prints is its answer, and exit status 0 says that it ended in order. A line that
is one of these objects is not part of the answer; all of them may be left out:

    {"type": "usage", "input_tokens": 1, "output_tokens": 1, "cached_tokens": 1, "cost_usd": 0.1}
    {"type": "session", "id": "..."}
    {"type": "failure", "class": "rate_limit", "resets_at": 1767225600, "message": "..."}

Usage counts from the program's start, so the last line counts. A failure is of class rate_limit,
overload, auth or crash, and holds whatever the exit status is. A program that told a session
finds it again in SPEC_KITTY_SESSION when it is started to go on with the work.
"""

import asyncio
from collections import deque
from collections.abc import Callable
from pathlib import Path

from spec_kitty_orchestrator.adapters.agents.adapter import Adapter, Launch, Talk
from spec_kitty_orchestrator.adapters.agents.json_values import Fields, parsed
from spec_kitty_orchestrator.domain.agents import Agent, PromptBy, Role, Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.settings.command_template import fill_template, has_place
from spec_kitty_orchestrator.domain.verdict import MAX_ANSWER
from spec_kitty_orchestrator.ports import Assignment, Ending, Report

_PROMPT_FILE = "prompt.md"
_FAILURES = (Failure.RATE_LIMIT, Failure.OVERLOAD, Failure.AUTH, Failure.CRASH)
_COUNTED = ("input", "cached", "output")
_MAX_MESSAGE = 2000


class Command(Adapter):
    # What a program of the team's own would do when asked for its version is not known.
    version = ()

    def launch(self, agent: Agent, role: Role, assignment: Assignment | None, home: Path) -> Launch:
        argv = (*agent.command, *agent.flags)
        if assignment is None:
            return Launch(argv)
        prompt = assignment.prompt.replace("\0", "\N{REPLACEMENT CHARACTER}")
        if agent.prompt_by is PromptBy.ARGUMENT and not has_place(argv, "prompt"):
            argv = (*argv, "{prompt}")
        values = _values(assignment, role)
        values |= {"prompt": prompt, "prompt_file": str(home / _PROMPT_FILE)}
        session = assignment.session
        return Launch(
            fill_template(argv, values),
            {"SPEC_KITTY_SESSION": session} if session else {},
            {_PROMPT_FILE: prompt} if agent.prompt_by is PromptBy.FILE else {},
        )

    async def converse(
        self, talk: Talk, assignment: Assignment, report: Callable[[Report], None]
    ) -> Ending:
        reading = _Reading(assignment.used_before, report)
        # A program may print much before it reads its prompt: neither may wait for the other.
        giving = asyncio.create_task(_give(talk, assignment))
        try:
            async for line in talk.lines():
                reading.take(line)
            status = await talk.exit_status()
        finally:
            giving.cancel()
            await asyncio.gather(giving, return_exceptions=True)
        return reading.ending(status, talk.errors())


async def _give(talk: Talk, assignment: Assignment) -> None:
    if assignment.agent.prompt_by is PromptBy.STDIN:
        await talk.send(assignment.prompt)
    talk.close()


def _values(assignment: Assignment, role: Role) -> dict[str, str]:
    return {
        "workspace": str(assignment.folder),
        "role": role,
        "wp": assignment.package,
        "feature": assignment.feature,
        "attempt": assignment.id,
        "model": assignment.agent.model or "",
    }


class _Reading:
    """Folds the lines that a program prints into reports and an ending."""

    def __init__(self, before: Usage, report: Callable[[Report], None]) -> None:
        self._before, self._report = before, report
        self._lines: deque[str] = deque()
        self._size = 0
        self._failure: Ending | None = None

    def take(self, line: str) -> None:
        told = parsed(line) if line.lstrip().startswith("{") else {}
        match told.get("type"):
            case "usage":
                self._report(Report(session_usage=self._before.plus(_usage(told))))
            case "session" if isinstance(name := told.get("id"), str) and name:
                self._report(Report(session=name))
            case "failure":
                self._failure = _failure(told)
            case _:
                self._keep(line[-MAX_ANSWER:])
                self._report(Report(said=line))

    def ending(self, status: int, errors: str) -> Ending:
        answer = "\n".join(self._lines)[-MAX_ANSWER:]
        if self._failure is not None:
            return Ending(
                self._failure.failure, self._failure.message, answer, self._failure.resets_at
            )
        if status == 0:
            return Ending(answer=answer)
        end = f"was ended by signal {-status}" if status < 0 else f"ended with status {status}"
        last = errors.strip()[-_MAX_MESSAGE:] or answer.strip()[-_MAX_MESSAGE:] or "nothing"
        return Ending(Failure.CRASH, f"The command {end}. It said: {last}", answer)

    def _keep(self, line: str) -> None:
        self._lines.append(line)
        self._size += len(line) + 1
        while self._size - len(self._lines[0]) > MAX_ANSWER:
            self._size -= len(self._lines.popleft()) + 1


def _usage(told: Fields) -> Usage:
    taken, cached, given = (int(_number(told.get(f"{name}_tokens")) or 0) for name in _COUNTED)
    return Usage(taken, given, cached, _number(told.get("cost_usd")))


def _number(value: object) -> float | None:
    """Returns a number that can be counted with, None for anything else (`true`, NaN, -1)."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return value if 0 <= value < float("inf") else None


def _failure(told: Fields) -> Ending:
    word, message = told.get("class"), told.get("message")
    failure = next((each for each in _FAILURES if each == word), Failure.CRASH)
    said = message if isinstance(message, str) and message else f"it told of a failure: {word}"
    return Ending(failure, said[:_MAX_MESSAGE], resets_at=_number(told.get("resets_at")))

"""Owns how what an ACP agent tells is read: updates, what it asks to do, how its turn ended.

It works on plain JSON and knows nothing of connections. No ending but an error says what was
wrong in one way for all agents, so the class of a failure is looked up in the words of it.
"""

import json
import re
import shlex
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from spec_kitty_orchestrator.adapters.agents.codex_failures import reset_told
from spec_kitty_orchestrator.adapters.agents.json_values import (
    Fields,
    entries,
    fields,
    number,
    text,
)
from spec_kitty_orchestrator.domain.agents import Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.domain.verdict import MAX_ANSWER
from spec_kitty_orchestrator.ports import Ending, Report

AUTH_REQUIRED = -32000
_MAX_MESSAGE = 2000
# What is said is told in whole lines, or in pieces of this many characters.
_MAX_PIECE = 2000

# The first row with a match counts: a refused key may be told as a limit of nothing.
_WORDS: tuple[tuple[Failure, re.Pattern[str]], ...] = tuple(
    (failure, re.compile(words, re.IGNORECASE))
    for failure, words in (
        (Failure.RATE_LIMIT, r"\b429\b|rate.?limit|usage.?limit|too many requests|quota"),
        (
            Failure.AUTH,
            r"\b40[13]\b|unauthori[sz]ed|unauthenticated|authentication|api.?key|/login",
        ),
        (Failure.OVERLOAD, r"\b(500|502|503|504|529)\b|overloaded|unavailable|server.?error"),
    )
)
_RESETS_AT = re.compile(r"reset\w*\W{0,6}(\d{10})\b", re.IGNORECASE)
_RETRY_AFTER = re.compile(r"retry.?after\D{0,4}(\d+(?:\.\d+)?)", re.IGNORECASE)

_PATH_KEYS = ("path", "file_path", "filePath", "filepath", "absolute_path", "notebook_path")
# Rejections of this name end the whole turn, and so come last.
_ENDS_TURN = ("cancel", "abort")


@dataclass(frozen=True, slots=True)
class Asked:
    """Is what an agent wants to do with one tool call, as far as it has told."""

    kind: str | None = None
    paths: tuple[str, ...] = ()
    line: str | None = None
    title: str | None = None

    @property
    def command(self) -> str | None:
        """Returns what is to be run; some agents tell that in the title alone."""
        return self.line or (self.title if self.kind == "execute" else None)

    def refined(self, later: "Asked") -> "Asked":
        return Asked(
            later.kind or self.kind,
            tuple(dict.fromkeys((*self.paths, *later.paths))),
            later.line or self.line,
            later.title or self.title,
        )


def read_call(call: Fields) -> Asked:
    """Reads a tool call, or an update of one."""
    given = fields(call.get("rawInput"))
    places = [fields(each).get("path") for each in entries(call.get("locations"))]
    places += [fields(each).get("path") for each in entries(call.get("content"))]
    places += [given.get(key) for key in _PATH_KEYS]
    return Asked(
        text(call.get("kind")) or None,
        tuple(dict.fromkeys(place for place in places if isinstance(place, str) and place)),
        _line(given.get("command")),
        text(call.get("title")) or None,
    )


def choose(options: Sequence[tuple[str, str]], allowed: bool) -> str | None:
    """Returns the option to pick out of (id, kind), None where none says what is meant.

    Once is picked before always, so that the agent asks again.
    """
    word = "allow" if allowed else "reject"
    fitting = [each for each in options if each[1] in (f"{word}_once", f"{word}_always")]
    ranked = sorted(fitting, key=lambda each: (each[0] in _ENDS_TURN, each[1].endswith("always")))
    return ranked[0][0] if ranked else None


def failed(told: str, now: float) -> Ending:
    """Returns the ending that an error's words come to; `now` in seconds since the epoch."""
    failure = next((each for each, words in _WORDS if words.search(told)), Failure.CRASH)
    resets_at = _reset(told, now) if failure is Failure.RATE_LIMIT else None
    return Ending(failure, told.strip()[:_MAX_MESSAGE], resets_at=resets_at)


def error_text(code: int, message: str, data: object) -> str:
    told = "" if data is None else f" {json.dumps(data, default=str)}"
    return f"{message}{told} (error {code})"


def prompt_usage(answer: Fields) -> Usage | None:
    """Returns what one prompt used, from its result."""
    usage = fields(answer.get("usage"))
    quota = fields(fields(fields(answer.get("_meta")).get("quota")).get("token_count"))
    if usage:
        cached = _tokens(usage.get("cachedReadTokens")) + _tokens(usage.get("cachedWriteTokens"))
        return Usage(_tokens(usage.get("inputTokens")), _tokens(usage.get("outputTokens")), cached)
    if quota:
        return Usage(_tokens(quota.get("input_tokens")), _tokens(quota.get("output_tokens")))
    return None


class Told:
    """Folds the updates of one session into reports and the agent's last word."""

    def __init__(self, before: Usage, report: Callable[[Report], None]) -> None:
        self.usage = before
        self.cost_before = before.cost_usd or 0.0
        # False while a loaded session tells its past again.
        self.is_live = False
        self.system_error = False
        self.denied: list[str] = []
        self._report = report
        self._calls: dict[str, Asked] = {}
        self._answer = self._piece = ""
        self._is_new_message = True

    @property
    def answer(self) -> str:
        return self._answer

    def take(self, update: Fields) -> None:
        if not self.is_live:
            return
        match update.get("sessionUpdate"):
            case "agent_message_chunk":
                self._say(text(fields(update.get("content")).get("text")))
            case "tool_call" | "tool_call_update":
                self.flush()
                self._is_new_message = True
                self.asked(update)
            case "plan":
                self.flush()
                self._report(Report(said=_plan(update)))
            case "usage_update":
                self._take_cost(fields(update.get("cost")))
            case "session_info_update":
                status = fields(fields(update.get("_meta")).get("codex")).get("threadStatus")
                if isinstance(status, Mapping):
                    self.system_error = status.get("type") == "systemError"

    def asked(self, call: Fields) -> Asked:
        """Returns all that was told of a tool call, which may be less each time."""
        name = text(call.get("toolCallId"))
        self._calls[name] = self._calls.get(name, Asked()).refined(read_call(call))
        return self._calls[name]

    def deny(self, reason: str) -> None:
        self.flush()
        self.denied.append(reason)
        # What is said before is no answer: some agents end their turn without a word now.
        self._answer = ""
        self._report(Report(said=f"Not allowed: {reason}"))

    def take_usage(self, used: Usage | None) -> None:
        """Counts what a prompt used; the session's cost comes by updates."""
        if used is not None:
            self.usage = self.usage.plus(used)
            self._report(Report(session_usage=self.usage))

    def flush(self) -> None:
        if self._piece.strip():
            self._report(Report(said=self._piece.strip("\n")))
        self._piece = ""

    def _take_cost(self, cost: Fields) -> None:
        amount = cost.get("amount")
        if cost.get("currency") == "USD" and isinstance(amount, int | float):
            now = self.usage
            total = self.cost_before + amount
            self.usage = Usage(now.input_tokens, now.output_tokens, now.cached_tokens, total)
            self._report(Report(session_usage=self.usage))

    def _say(self, words: str) -> None:
        if self._is_new_message:
            self._answer, self._is_new_message = "", False
        self._answer = (self._answer + words)[-MAX_ANSWER:]
        self._piece += words
        if "\n" in words or len(self._piece) > _MAX_PIECE:
            whole, _, rest = self._piece.rpartition("\n")
            self._piece = whole or rest
            self.flush()
            self._piece = rest if whole else ""


def _plan(update: Fields) -> str:
    steps = [fields(each) for each in entries(update.get("entries"))]
    done = sum(step.get("status") == "completed" for step in steps)
    current = next((step for step in steps if step.get("status") == "in_progress"), {})
    now = f", now: {current['content']}" if "content" in current else ""
    return f"Plan: {done} of {len(steps)} done{now}"


def _line(value: object) -> str | None:
    if isinstance(value, str):
        return value or None
    words = [word for word in entries(value) if isinstance(word, str)]
    return shlex.join(words) if words else None


def _reset(told: str, now: float) -> float | None:
    if at := _RESETS_AT.search(told):
        return float(at[1])
    if wait := _RETRY_AFTER.search(told):
        return now + float(wait[1])
    return reset_told(told, now)


def _tokens(value: object) -> int:
    return int(number(value))

"""Owns how Codex's stream of events is read: reports on the way, and one ending.

A turn that failed tells a sentence, which `codex_failures.py` classes. Usage is told once, at the
end of a turn, and counts from the conversation's beginning.
"""

import re
from collections.abc import Callable

from spec_kitty_orchestrator.adapters.agents.codex_failures import (
    class_of,
    crashed,
    failed,
    is_known,
    unsandboxed,
)
from spec_kitty_orchestrator.adapters.agents.json_values import (
    Fields,
    entries,
    fields,
    number,
    text,
)
from spec_kitty_orchestrator.domain.agents import Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Ending, Report

# "Reconnecting... 1/5 (why)", and "Reconnecting... waiting for network (why)", that without end.
_RETRY = re.compile(r"Reconnecting\.\.\. (?:(\d+/\d+)|waiting for network) ?(?:\((.*)\))?", re.S)
# Codex doubles its waits for a network from 5 s: the fifth time, it had none for over a minute.
_MOST_NETWORK_WAITS = 5
# What stands in place of a command's output where Codex's sandbox did not start.
_NO_SANDBOX = re.compile(r"bwrap: |.*\bcodex-linux-sandbox\b")
# So many commands in a row may fail for want of a sandbox before the agent is ended.
_MOST_UNSANDBOXED = 3
_MAX_DOING = 200
# A start that failed tells its reason at the end of what it writes to standard error.
_MAX_ERRORS = 1000


class CodexStream:
    """Reads the events of one process; `now` gives the seconds since the epoch.

    `limited` is set while Codex waits for the end of a rate limit: the number of its try.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self.limited: str | None = None
        self._has_begun = False
        self._why = ""
        self._answer = ""
        self._network_waits = 0
        self._ran_something = False
        self._unsandboxed: list[str] = []

    def read(self, event: Fields) -> Report | Ending | None:
        """Returns what an event comes to, None for one that tells nothing."""
        self.limited = None
        match event.get("type"):
            case "thread.started":
                self._has_begun = True
                return Report(session=text(event.get("thread_id")) or None)
            case "item.started" | "item.completed" as moment:
                self._network_waits, self._why = 0, ""
                return self._item(fields(event.get("item")), moment == "item.completed")
            case "error":
                return self._trouble(text(event.get("message")))
            case "turn.completed":
                return self._completed()
            case "turn.failed":
                said = text(fields(event.get("error")).get("message"))
                return failed(said or self._why, self._now())
        return None

    def limit_ending(self, wait_seconds: float) -> Ending:
        """Returns the ending of a wait for a rate limit that is longer than an attempt's."""
        now = self._now()
        return failed(self._why, now, now + wait_seconds)

    def broken_off(self, status: int, errors: str) -> Ending:
        """Returns the ending of a process whose turn did not end."""
        told = errors.strip()[-_MAX_ERRORS:]
        cause = self._why if self._has_begun else told
        if status > 0 and is_known(cause):
            return failed(cause, self._now())
        end = f"ended by signal {-status}" if status < 0 else f"ended with status {status}"
        return crashed(": ".join(filter(None, (end, self._why or told))))

    def _item(self, item: Fields, is_complete: bool) -> Report | Ending | None:
        match item.get("type"):
            case "agent_message" if is_complete:
                self._answer = text(item.get("text"))
                return Report(said=self._answer or None)
            case "command_execution" if is_complete:
                return self._command_done(item)
            case "command_execution":
                return Report(said=f"$ {text(item.get('command'))}"[:_MAX_DOING])
            case "file_change" if is_complete:
                return Report(said=_changed(item))
            case "error":
                return Report(said=text(item.get("message"))[:_MAX_DOING] or None)
        return None

    def _command_done(self, item: Fields) -> Ending | None:
        output = text(item.get("aggregated_output"))
        if item.get("status") != "failed" or not _NO_SANDBOX.match(output):
            self._ran_something = True
        else:
            self._unsandboxed.append(output)
        return self._sandbox_ending(_MOST_UNSANDBOXED)

    def _sandbox_ending(self, most: int) -> Ending | None:
        if self._ran_something or len(self._unsandboxed) < most:
            return None
        return unsandboxed(self._unsandboxed[-1])

    def _trouble(self, message: str) -> Report | Ending | None:
        retry = _RETRY.match(message)
        if retry is None:
            self._why = message
            return None
        self._why = retry[2] or message
        if retry[1] is None:
            return self._no_network(message)
        if class_of(self._why) is Failure.RATE_LIMIT:
            self.limited = retry[1]
        return Report(waits_for=f"another try, {retry[1]} ({self._why[:_MAX_DOING]})")

    def _no_network(self, message: str) -> Report | Ending:
        self._network_waits += 1
        if self._network_waits < _MOST_NETWORK_WAITS:
            return Report(waits_for=f"for the network ({self._why[:_MAX_DOING]})")
        return failed(message.removeprefix("Reconnecting... "), self._now())

    def _completed(self) -> Ending:
        return self._sandbox_ending(1) or Ending(answer=self._answer)


def session_usage(event: Fields) -> Usage | None:
    """Returns what the conversation used so far, where an event tells it."""
    used = event.get("usage")
    if not isinstance(used, dict):
        return None
    cached = int(number(used.get("cached_input_tokens")))
    # Cached tokens are a share of the input, reasoning ones of the output.
    fresh = max(int(number(used.get("input_tokens"))) - cached, 0)
    return Usage(fresh, int(number(used.get("output_tokens"))), cached)


def _changed(item: Fields) -> str | None:
    changes = [fields(change) for change in entries(item.get("changes"))]
    told = [f"{text(change.get('kind'))} {text(change.get('path'))}" for change in changes]
    return ", ".join(told)[:_MAX_DOING] or None

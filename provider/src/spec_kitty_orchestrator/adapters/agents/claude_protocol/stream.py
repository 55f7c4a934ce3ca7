"""Owns how Claude Code's stream of messages is read: reports on the way, and one ending.

An API failure comes as subtype "success", so only `is_error` counts. What the failure was is told
by the message before the result, the service's status by the result.
"""

from collections.abc import Callable

from spec_kitty_orchestrator.adapters.agents.claude_protocol.failures import failed, failure_of
from spec_kitty_orchestrator.adapters.agents.claude_protocol.meter import Meter
from spec_kitty_orchestrator.adapters.agents.json_values import (
    Fields,
    entries,
    fields,
    number,
    text,
)
from spec_kitty_orchestrator.adapters.agents.resets import told_reset
from spec_kitty_orchestrator.domain.agents import Usage
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Ending, Report

# A wait at least this long was asked for by the service; the agent's own are shorter.
_ASKED_WAIT_SECONDS = 2.0
# What tells best what a tool is used on.
_TOLD_OF = ("command", "file_path", "notebook_path", "path", "pattern", "url", "description")


class Stream:
    """Reads the messages of one process; `before` is what the session had used by then.

    `now` gives the seconds since the epoch.
    """

    def __init__(self, before: Usage, now: Callable[[], float]) -> None:
        self._meter = Meter(before)
        self._now = now
        self._error = ""
        self._resets_at: float | None = None
        self._asked_seconds = 0.0

    def read(self, message: Fields) -> Report | Ending | None:
        """Returns what a message comes to, None for one that tells nothing."""
        match message.get("type"), message.get("subtype"):
            case "system", "init":
                return Report(session=text(message.get("session_id")) or None)
            case "system", "api_retry":
                return Report(waits_for=self._wait(message))
            case "assistant", _:
                return self._speech(message)
            case "rate_limit_event", _:
                self._limit(fields(message.get("rate_limit_info")))
            case "control_response", _:
                answer = fields(fields(message.get("response")).get("response"))
                if self._meter.note_cost(text(answer.get("text"))):
                    return Report(session_usage=self.session_usage())
            case "result", _:
                return self._result(message)
        return None

    def session_usage(self) -> Usage:
        return self._meter.session_usage()

    def _wait(self, message: Fields) -> str:
        seconds = number(message.get("retry_delay_ms")) / 1000
        error = text(message.get("error"))
        if error == "rate_limit" and seconds >= _ASKED_WAIT_SECONDS:
            self._asked_seconds = seconds
        return f"another try in {seconds:.0f} s ({error.replace('_', ' ')})"

    def _limit(self, limit: Fields) -> None:
        if limit.get("status") == "rejected":
            self._resets_at = number(limit.get("resetsAt")) or None

    def _speech(self, message: Fields) -> Report:
        self._error = text(message.get("error"))
        speech = fields(message.get("message"))
        self._meter.count(speech)
        blocks = [fields(block) for block in entries(speech.get("content"))]
        said = "\n".join(filter(None, (text(block.get("text")) for block in blocks)))
        doing = ", ".join(_doing(block) for block in blocks if block.get("type") == "tool_use")
        return Report(session_usage=self.session_usage(), said=said or doing or None)

    def _result(self, message: Fields) -> Ending:
        self._meter.settle(message)
        if _is_in_order(message):
            return Ending(message=_denials(message), answer=text(message.get("result")))
        errors = [text(error) for error in entries(message.get("errors"))]
        said = text(message.get("result")) or "; ".join(errors) or text(message.get("subtype"))
        failure = failure_of(int(number(message.get("api_error_status"))), self._error)
        if failure is not Failure.RATE_LIMIT:
            return failed(failure, said)
        return failed(failure, said, self._reset(said, self._now()))

    def _reset(self, said: str, now: float) -> float | None:
        asked = now + self._asked_seconds if self._asked_seconds else None
        return self._resets_at or told_reset(said, now) or asked


def _is_in_order(message: Fields) -> bool:
    """Says whether a result is one; what a limit of its own cut off may deny to be an error."""
    if message.get("is_error") is not False or message.get("stop_reason") == "refusal":
        return False
    return not text(message.get("subtype")).startswith("error")


def _doing(block: Fields) -> str:
    """Returns a tool's name and what it is used on, in one line."""
    asked = fields(block.get("input"))
    what = next((text(asked[key]) for key in _TOLD_OF if text(asked.get(key))), "")
    return " ".join(f"{text(block.get('name'))} {what}".split())[:200]


def _denials(message: Fields) -> str:
    names = [
        text(fields(each).get("tool_name")) for each in entries(message.get("permission_denials"))
    ]
    return f"These tools were refused to it: {', '.join(names)}." if names else ""

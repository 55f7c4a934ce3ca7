"""Owns what Codex's messages of failure come to: it tells sentences, and no codes.

One table, from patterns to classes; the first row that fits counts. The end of a limit is read
from the same sentences. Codex prints times in the machine's own zone.
"""

import re
from datetime import datetime, timedelta

from spec_kitty_orchestrator.adapters.agents.json_values import fields, parsed, text
from spec_kitty_orchestrator.adapters.agents.resets import told_reset
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Ending

_MAX_SAID = 1000

_PAID = (
    "Codex may not go on with this account: {said}. Look at its plan and its billing, or sign in"
    " with another one (`codex login`); then resume the run."
)
_SIGN_IN = (
    "Codex is not signed in: {said}. Run `codex login`, or set CODEX_API_KEY (OPENAI_API_KEY is"
    " not read by `codex exec`); then resume the run."
)
_LIMIT = "Codex's limit is reached: {said}. The run waits until it ends."
_SETTINGS = (
    "Codex cannot work as it is set up: {said}. Look at the agent's model and flags in"
    " .kittify/orchestrator.toml."
)
_FORGOTTEN = (
    "Codex does not know the earlier conversation any more ({said}). The next attempt begins anew."
)
_FULL = "The conversation became too long for Codex's model ({said}). The next one begins anew."
_BUSY = "Codex's model cannot answer now: {said}. It is asked again later."
_BROKEN_OFF = "Codex did not finish: {said}. Its transcript shows how far it came."
_UNSANDBOXED = (
    "Codex cannot start the sandbox for its commands here: {said}. Allow unprivileged user"
    " namespaces on this machine, or, where something else encloses the agent, give it the flags"
    ' ["--sandbox", "danger-full-access"] in .kittify/orchestrator.toml.'
)

_TABLE: tuple[tuple[str, Failure, str], ...] = (
    (r"no rollout found|thread/resume failed", Failure.CRASH, _FORGOTTEN),
    (r"quota exceeded|out of credits|spend cap|to use codex with your", Failure.AUTH, _PAID),
    (r"usage limit|\bstatus:? 429|rate limit reached|rate_limit", Failure.RATE_LIMIT, _LIMIT),
    (r"\bstatus:? 40[13]|missing environment variable", Failure.AUTH, _SIGN_IN),
    (r"refresh(ed)? (your )?token|could not be refreshed|sign in again", Failure.AUTH, _SIGN_IN),
    (r"out of room in the model.s context", Failure.CRASH, _FULL),
    (r"model\b.*(does not exist|not supported|not found)", Failure.LAUNCH, _SETTINGS),
    (r"\bstatus:? 404", Failure.LAUNCH, _SETTINGS),
    (r"error loading config|^error: (unexpected|invalid) ", Failure.LAUNCH, _SETTINGS),
    (r"sandbox was required but not provided", Failure.LAUNCH, _UNSANDBOXED),
    (r"\bstatus:? 5\d\d|high demand|at capacity|overloaded", Failure.OVERLOAD, _BUSY),
    (r"stream disconnected|connection failed|timed out|timeout", Failure.OVERLOAD, _BUSY),
    (r"waiting for network|while reading the server response", Failure.OVERLOAD, _BUSY),
)

_OTHER = (Failure.CRASH, _BROKEN_OFF)

# "try again in 5 days 22 hours 11 minutes", "try again in 6.2s", "in 1m30s".
_SPAN = r"(?:\d+(?:\.\d+)?\s*(?:days?|hours?|minutes?|seconds?|ms|[µu]s|ns|d|h|m|s)[\s,]*)+"
_IN = re.compile(rf"(?:try again|reset\w*) in ({_SPAN})", re.IGNORECASE)
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(ms|[µu]s|ns|d|h|m|s)")
_SECONDS = {"ms": 1e-3, "µs": 1e-6, "us": 1e-6, "ns": 1e-9, "s": 1, "m": 60, "h": 3600, "d": 86400}
# "try again at 3:28 PM", "try again at Nov 23rd, 2026 2:13 AM".
_AT = re.compile(
    r"again at (?:([a-z]{3})[a-z]* (\d{1,2})[a-z]*, (\d{4}) )?(\d{1,2}:\d\d [ap]m)", re.IGNORECASE
)


def class_of(message: str) -> Failure:
    return _row(message)[0]


def is_known(message: str) -> bool:
    """Says whether a message is one of the table."""
    return _row(message) != _OTHER


def failed(message: str, now: float, resets_at: float | None = None) -> Ending:
    """Returns the ending that a message comes to; `now` is in seconds since the epoch."""
    failure, sentence = _row(message)
    if failure is Failure.RATE_LIMIT and resets_at is None:
        resets_at = reset_told(message, now)
    return Ending(failure, _sentence(sentence, _plain(message)), resets_at=resets_at)


def crashed(said: str) -> Ending:
    """Returns the ending of a process that ended before its turn."""
    return Ending(Failure.CRASH, _sentence(_BROKEN_OFF, said))


def unsandboxed(said: str) -> Ending:
    """Returns the ending of an agent whose every command fails for want of a sandbox."""
    return Ending(Failure.LAUNCH, _sentence(_UNSANDBOXED, said))


def reset_told(message: str, now: float) -> float | None:
    """Returns when a limit ends, in seconds since the epoch; None where it is not told."""
    if found := _IN.search(message):
        return now + _span_seconds(found[1])
    if found := _AT.search(message):
        try:
            return _clock(found, now)
        except ValueError:
            return None  # No such day.
    return told_reset(message, now)


def retry_seconds(errors: str, number: str) -> float | None:
    """Returns how long Codex waits before a retry, as it logs it; `number` is like "1/5"."""
    told = re.findall(rf"retrying sampling request \({re.escape(number)} in ({_SPAN})\)", errors)
    return _span_seconds(told[-1]) if told else None


def _row(message: str) -> tuple[Failure, str]:
    for pattern, failure, sentence in _TABLE:
        if re.search(pattern, message, re.IGNORECASE | re.MULTILINE):
            return failure, sentence
    return _OTHER


def _sentence(sentence: str, said: str) -> str:
    return sentence.format(said=said.strip().rstrip(".")[:_MAX_SAID] or "it said nothing")


def _plain(message: str) -> str:
    """Returns what a service's error says, where Codex passes it on as it came."""
    body = parsed(message)
    return text(fields(body.get("error")).get("message")) or text(body.get("detail")) or message


def _span_seconds(span: str) -> float:
    return sum(float(count) * _SECONDS[unit] for count, unit in _PART.findall(span.lower()))


def _clock(found: re.Match[str], now: float) -> float:
    month, day, year, time = found.groups()
    if month:
        at = datetime.strptime(f"{month} {day} {year} {time}", "%b %d %Y %I:%M %p")
    else:
        today = datetime.fromtimestamp(now)
        clock = datetime.strptime(time, "%I:%M %p")
        at = today.replace(hour=clock.hour, minute=clock.minute, second=0, microsecond=0)
        # A time of today is told; one that is long over was told for the day that began since.
        at += timedelta(days=at < today - timedelta(hours=1))
    # Seconds are not told, so the minute has to be over.
    return at.timestamp() + 60

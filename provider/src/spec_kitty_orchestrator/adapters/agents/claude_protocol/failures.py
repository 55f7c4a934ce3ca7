"""Owns what Claude Code's failures come to: their class, and the sentence for people."""

import re

from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Ending

# What Claude Code calls its errors, and the service's statuses. Any other is a crash.
_ERRORS = {
    "authentication_failed": Failure.AUTH,
    "oauth_org_not_allowed": Failure.AUTH,
    "account_on_hold": Failure.AUTH,
    "verification_required": Failure.AUTH,
    "billing_error": Failure.AUTH,
    "cloud_credential_error": Failure.AUTH,
    "rate_limit": Failure.RATE_LIMIT,
    "overloaded": Failure.OVERLOAD,
    "server_error": Failure.OVERLOAD,
    "model_not_found": Failure.LAUNCH,
}
_STATUSES = {401: Failure.AUTH, 403: Failure.AUTH, 404: Failure.LAUNCH, 429: Failure.RATE_LIMIT}
# What it writes to standard error when it does not even begin.
_REFUSED = re.compile(r"unknown option|argument .* is invalid|cannot be used with root", re.I)
_FORGOTTEN = "No conversation found"

_SENTENCES = {
    Failure.AUTH: "Claude Code is not signed in, or its account cannot be used: {said}."
    " Run `claude` once and sign in, or set ANTHROPIC_API_KEY; then resume the run.",
    Failure.RATE_LIMIT: "Claude's limit is reached: {said}. The run waits until it ends.",
    Failure.OVERLOAD: "Claude cannot answer now: {said}. It is asked again later.",
    Failure.LAUNCH: "Claude Code cannot work as it is set up: {said}. Look at the agent's model and"
    " flags in .kittify/orchestrator.toml.",
    Failure.CRASH: "Claude Code did not finish: {said}. Its transcript shows how far it came.",
}
_FORGOTTEN_SENTENCE = (
    "Claude Code does not know the earlier conversation any more. The next attempt begins anew."
)
_MAX_SAID = 1000


def failure_of(status: int, error: str) -> Failure:
    """Returns the class of a failure, by the service's status (0: none) and the error's name."""
    if status >= 500:
        return Failure.OVERLOAD
    return _STATUSES.get(status) or _ERRORS.get(error, Failure.CRASH)


def failed(failure: Failure, said: str, resets_at: float | None = None) -> Ending:
    """Returns the ending for a failure, with what Claude Code said about it."""
    if _FORGOTTEN in said:
        return Ending(Failure.CRASH, _FORGOTTEN_SENTENCE)
    message = _SENTENCES[failure].format(said=said.strip().rstrip(".")[:_MAX_SAID])
    return Ending(failure, message, resets_at=resets_at)


def broken_off(status: int, errors: str) -> Ending:
    """Returns the ending of a process that gave no result; `errors` ends its standard error."""
    said = errors.strip()[-_MAX_SAID:]
    if _REFUSED.search(said):
        return failed(Failure.LAUNCH, said)
    end = f"ended by signal {-status}" if status < 0 else f"ended with status {status}"
    return failed(Failure.CRASH, f"{end}: {said}" if said else end)

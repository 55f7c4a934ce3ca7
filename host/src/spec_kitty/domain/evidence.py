"""Owns what a call may give as evidence: a verdict about a head, findings, resolved paths."""

from __future__ import annotations

from spec_kitty.domain.feature import Decision, Finding
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

MAX_EVIDENCE_BYTES = 64 * 1024
MAX_FINDINGS = 200
MAX_FINDING_CHARACTERS = 4_000


class Evidence(Record):
    """Is the evidence of one call; all of it is optional."""

    decision: Decision | None = None
    head: str | None = None
    findings: tuple[Finding, ...] = ()
    resolved: tuple[str, ...] = ()


def parse_evidence(text: str) -> Evidence:
    """Reads `--evidence-json`. Raises Refusal (USAGE_ERROR) for what it cannot be.

    Keys: `verdict` (approved, changes_requested), `head_commit`, `findings` (objects with `id`,
    `message` and optionally `severity`, `path`, `line`), `resolved` (paths). Others are ignored.
    """
    from spec_kitty.domain.policy.bounded_json import MalformedJson, parse_json

    try:
        given = parse_json(text, MAX_EVIDENCE_BYTES)
    except MalformedJson as problem:
        raise _unusable(f"it {problem.reason}") from None
    if not isinstance(given, dict):
        raise _unusable("it is not a JSON object")
    verdict, head = given.get("verdict"), given.get("head_commit")
    if verdict is not None and verdict not in tuple(Decision):
        raise _unusable(f"verdict must be one of {', '.join(Decision)}")
    if head is not None and not _is_oid(head):
        raise _unusable("head_commit must be a full object id")
    resolved = given.get("resolved", [])
    if not isinstance(resolved, list) or not all(isinstance(path, str) for path in resolved):
        raise _unusable("resolved must be a list of paths")
    decision = None if verdict is None else Decision(verdict)
    return Evidence(decision, head, _findings(given.get("findings", [])), tuple(resolved))


def _findings(given: object) -> tuple[Finding, ...]:
    if not isinstance(given, list) or len(given) > MAX_FINDINGS:
        raise _unusable(f"findings must be a list of at most {MAX_FINDINGS}")
    return tuple(_finding(number, item) for number, item in enumerate(given, start=1))


def _finding(number: int, item: object) -> Finding:
    if not isinstance(item, dict):
        raise _unusable("each finding must be an object")
    message, name = item.get("message"), item.get("id", f"F{number}")
    severity, path, line = item.get("severity", "major"), item.get("path"), item.get("line")
    if not isinstance(message, str) or not 0 < len(message) <= MAX_FINDING_CHARACTERS:
        raise _unusable(
            f"finding {number} needs a message of 1 to {MAX_FINDING_CHARACTERS} characters"
        )
    for key, value in (("id", name), ("severity", severity)):
        if not isinstance(value, str) or not 0 < len(value) <= 100:
            raise _unusable(f"{key} of finding {number} must be a short text")
    if path is not None and not isinstance(path, str):
        raise _unusable(f"path of finding {number} must be a text")
    if line is not None and (not isinstance(line, int) or isinstance(line, bool)):
        raise _unusable(f"line of finding {number} must be a number")
    return Finding(name, message, severity, path, line)


def _is_oid(value: object) -> bool:
    return (
        isinstance(value, str)
        and len(value) in (40, 64)
        and all(char in "0123456789abcdef" for char in value)
    )


def _unusable(why: str) -> Refusal:
    return Refusal(
        ErrorCode.USAGE_ERROR, f"--evidence-json cannot be used: {why}.", flag="--evidence-json"
    )

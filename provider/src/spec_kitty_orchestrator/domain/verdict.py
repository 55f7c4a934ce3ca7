"""Owns how a reviewer's answer is read. Only a structured verdict counts; exit 0 never does."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from spec_kitty_orchestrator.domain.characters import speakable
from spec_kitty_orchestrator.domain.feature import Finding

# Longer texts than this are cut before they go into the journal.
MAX_MESSAGE = 4000
MAX_FINDINGS = 100
# Only so much of an answer's end is searched for a verdict.
MAX_ANSWER = 200_000
# An approval with a finding of such a severity contradicts itself.
_FORBIDDING = ("blocker", "blocking", "critical")


class Decision(StrEnum):
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Is a reviewer's word about one commit."""

    decision: Decision
    summary: str = ""
    findings: tuple[Finding, ...] = ()


def read_verdict(answer: str) -> Verdict | None:
    """Returns the verdict that an answer holds, None where it holds none that is clear.

    The last object with a `verdict` counts. Two that disagree, an unknown word, a request for
    changes without a single finding, an approval with a blocking one or with words after it (it
    may be a quotation): none of them is a verdict.
    """
    searched = answer[-MAX_ANSWER:]
    found = [(value, end) for value, end in _objects(searched) if "verdict" in value]
    words = {str(value["verdict"]) for value, _ in found}
    if len(words) != 1 or not words <= {decision.value for decision in Decision}:
        return None
    decision, (last, end) = Decision(words.pop()), found[-1]
    if decision is Decision.APPROVED and searched[end:].strip("` \t\r\n"):
        return None
    findings = _findings(last.get("findings"))
    if findings is None or (decision is Decision.CHANGES_REQUESTED and not findings):
        return None
    if decision is Decision.APPROVED and any(_forbids(each) for each in findings):
        return None
    return Verdict(decision, _text(last.get("summary")), findings)


def unstructured(answer: str) -> Verdict:
    """Returns the request for changes that an answer without a verdict comes to."""
    said = _text(answer) or "nothing"
    message = f"The reviewer gave no structured verdict, so this is not approved. It said: {said}"
    return Verdict(Decision.CHANGES_REQUESTED, "", (Finding("no-verdict", message[:MAX_MESSAGE]),))


def _forbids(finding: Finding) -> bool:
    return finding.severity.casefold() in _FORBIDDING


def _objects(answer: str) -> Iterator[tuple[dict[str, object], int]]:
    """Gives every outermost JSON object that stands in a text, with where it ends."""
    decoder, place = json.JSONDecoder(), answer.find("{")
    while place >= 0:
        try:
            value, end = decoder.raw_decode(answer, place)
        except (ValueError, RecursionError):
            value, end = None, place + 1
        if isinstance(value, dict):
            yield value, end
        place = answer.find("{", end)


def _findings(value: object) -> tuple[Finding, ...] | None:
    """Returns the findings, numbered where they have no id; None if they are no list of them."""
    if value is None:
        return ()
    if not isinstance(value, list) or len(value) > MAX_FINDINGS:
        return None
    found = [_finding(each, number) for number, each in enumerate(value, 1)]
    whole = tuple(each for each in found if each is not None)
    return whole if len(whole) == len(found) else None


def _finding(value: object, number: int) -> Finding | None:
    if isinstance(value, str):
        value = {"message": value}
    if not isinstance(value, dict) or not _text(value.get("message")):
        return None
    line, path = value.get("line"), _text(value.get("path"))
    return Finding(
        _text(value.get("id"))[:64] or f"F{number}",
        _text(value["message"]),
        _text(value.get("severity"))[:32] or "major",
        path or None,
        line if isinstance(line, int) and not isinstance(line, bool) and line > 0 else None,
    )


def _text(value: object) -> str:
    return speakable(value).strip()[:MAX_MESSAGE] if isinstance(value, str) else ""

"""Owns how an event reads as a sentence: in the journal's log, in histories and boards."""

from __future__ import annotations

from spec_kitty.domain import events as e
from spec_kitty.domain.feature import ReworkCause

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import assert_never
else:

    def assert_never(fact):
        raise AssertionError(fact)


MAX_SENTENCE_CHARACTERS = 200
_REPLACEMENT = "\N{REPLACEMENT CHARACTER}"

_REWORK = {
    ReworkCause.REVIEW: "for_review -> in_progress, changes requested",
    ReworkCause.CONFLICT: "for_review -> in_progress, conflict with the feature branch",
    ReworkCause.REOPENED: "done -> in_progress, reopened",
    ReworkCause.TARGET_CONFLICT: "done -> in_progress, conflict with the target",
}


def sentence(event: e.Event) -> str:
    """Returns one printable line that says what happened and who did it."""
    line = f"{_what(event.fact)} by {event.caller.actor}"
    if event.caller.agent:
        line += f" ({event.caller.agent})"
    return printable(line, MAX_SENTENCE_CHARACTERS)


def printable(text: str, limit: int) -> str:
    """Returns the text as one line without control characters, cut at the limit."""
    line = " ".join(text.split())
    if not line.isprintable():
        line = "".join([char if char.isprintable() else _REPLACEMENT for char in line])
    return line if len(line) <= limit else line[: limit - 1] + "\N{HORIZONTAL ELLIPSIS}"


def _what(fact: e.Fact) -> str:
    match fact:
        case e.PackageClaimed():
            return f"{fact.package}: planned -> in_progress, attempt {fact.attempt},"
        case e.WorkspacePrepared():
            return f"{fact.package}: workspace prepared"
        case e.ClaimAbandoned():
            return f"{fact.package}: in_progress -> planned, no workspace ({fact.reason}),"
        case e.PackageSubmitted():
            return f"{fact.package}: in_progress -> for_review at {fact.head_commit[:12]}"
        case e.ReviewClaimed():
            return f"{fact.package}: review of {fact.head[:12]} claimed"
        case e.PackageIntegrated():
            return f"{fact.package}: for_review -> done, integrated as {fact.commit[:12]},"
        case e.ReworkRequested():
            return f"{fact.package}: {_REWORK[fact.rework.cause]}, attempt {fact.attempt},"
        case e.PackageReleased():
            return f"{fact.package}: -> planned, released ({fact.reason})"
        case e.PackageBlocked():
            return f"{fact.package}: -> blocked ({fact.reason})"
        case e.PackageUnblocked():
            return f"{fact.package}: blocked -> {fact.to.public}"
        case e.PackageCanceled():
            return f"{fact.package}: -> canceled ({fact.reason})"
        case e.PackageRestored():
            return f"{fact.package}: canceled -> planned ({fact.reason})"
        case e.NoteAdded():
            return f"{fact.package}: note: {fact.note}"
        case _:
            return _what_of_feature(fact)


def _what_of_feature(
    fact: e.VerificationFailed
    | e.FeatureAccepted
    | e.MergeIntended
    | e.MergeCompleted
    | e.MergeAbandoned,
) -> str:
    match fact:
        case e.VerificationFailed():
            return f"verification failed on tree {fact.tree[:12]}, asked for"
        case e.FeatureAccepted():
            return f"accepted: tree {fact.acceptance.tree[:12]} may land,"
        case e.MergeIntended():
            return f"merge begun: {fact.merge.strategy} as {fact.merge.commit[:12]}"
        case e.MergeCompleted():
            how = "merged elsewhere, recorded" if fact.merge.recorded else fact.merge.strategy
            return f"merged ({how}) as {fact.merge.commit[:12]}"
        case e.MergeAbandoned():
            return f"merge given up ({fact.reason})"
        case _:
            assert_never(fact)

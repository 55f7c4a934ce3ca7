"""Owns the page about error codes: what each means, its facts, and which commands give it."""

from __future__ import annotations

from spec_kitty.domain.refusals import MEANINGS, ErrorCode
from spec_kitty.doors.answers import ANSWERS
from spec_kitty.doors.pages.markdown import (
    WRITTEN_BY,
    code,
    field_table,
    paragraphs,
    table,
)
from spec_kitty.doors.published.failures import FACTS

_INTRODUCTION = """\
A refusal is an answer with `success: false`, an `error_code` of this closed list, and `data` with
a `message` for people and the facts below for programs. Nothing has changed then, with two
exceptions: `INTEGRATION_CONFLICT` records the rework, and `VERIFICATION_FAILED` records how the
checks ran.

The exit status is 2 for `USAGE_ERROR` and 1 for every other code. A client treats a code that it
does not know as a failure. *Retry* says whether the very same call may succeed later.

Where several refusals fit a move, the first of these is given: the feature takes no changes
(`BUSY`, or `TRANSITION_REJECTED` with `reason: merged`); the lane does not allow it
(`TRANSITION_REJECTED`); somebody else holds the work package or its review (`WP_ALREADY_CLAIMED`);
the attempt has ended (`TRANSITION_REJECTED` with `reason: stale_attempt`); evidence is missing. So
whoever has lost a work package learns that it is somebody else's, whatever attempt they name.
`start-implementation` asks who holds it before it looks at the lane.
"""


def errors_page() -> str:
    overview = table(
        ("code", "retry", "meaning"),
        (
            (f"[{each.value}](#{each.value.lower()})", "yes" if retryable else "no", meaning)
            for each, (meaning, retryable) in MEANINGS.items()
        ),
    )
    return paragraphs(
        "# Error codes",
        WRITTEN_BY,
        _INTRODUCTION,
        overview,
        *(_section(each) for each in ErrorCode),
    )


def _section(each: ErrorCode) -> str:
    commands = [name for name, answer in ANSWERS.items() if each in answer.errors]
    given = "every command" if len(commands) == len(ANSWERS) else ", ".join(map(code, commands))
    facts = FACTS.get(each, ())
    return paragraphs(
        f"## {each.value}",
        MEANINGS[each][0],
        f"Given by {given}.",
        field_table(facts) if facts else "",
    )

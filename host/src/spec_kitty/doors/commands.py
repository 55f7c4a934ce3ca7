"""Owns what the contract's commands are: one declaration each, of its flags and its purpose.

The door reads calls by it; the schemas, the reference page and the examples are generated from
it. What a command answers is declared beside it in `answers.py`.
"""

from __future__ import annotations

from enum import StrEnum

from spec_kitty.domain.lanes import LANE_WORDS
from spec_kitty.domain.record import Record


class Kind(StrEnum):
    """Says what a flag's value must be; `reading.py` checks it."""

    FEATURE = "feature"
    PACKAGE = "wp"
    ACTOR = "actor"
    LANE = "lane"
    NAME = "name"
    TEXT = "text"
    POLICY = "policy"
    EVIDENCE = "evidence"
    ATTEMPT = "attempt"
    KEY = "key"
    CURSOR = "cursor"
    SWITCH = "switch"


class Flag(Record):
    """Is one option of a command."""

    name: str
    kind: Kind
    required: bool
    help: str


class Command(Record):
    """Is one command of the contract."""

    name: str
    changes_state: bool
    summary: str
    flags: tuple[Flag, ...]

    def flag(self, name: str) -> Flag | None:
        for flag in self.flags:
            if flag.name == name:
                return flag
        return None


def _flag(name: str, kind: Kind, text: str) -> Flag:
    return Flag(name, kind, False, text)


_FEATURE = Flag("feature", Kind.FEATURE, True, "The feature's slug.")
_PACKAGE = Flag("wp", Kind.PACKAGE, True, "The work package's id, such as WP01.")
_ONE_PACKAGE = _flag("wp", Kind.PACKAGE, "Only this work package.")
_ACTOR = Flag("actor", Kind.ACTOR, True, "Who asks.")
_POLICY = _flag(
    "policy",
    Kind.POLICY,
    "Policy metadata, a JSON object; left out, the last one this actor gave on the feature counts.",
)
_AGENT = _flag("agent", Kind.NAME, "The coding agent that does the work.")
_RUN = _flag("run-id", Kind.NAME, "The provider's run; another run is another holder.")
_REVIEW = _flag("review-ref", Kind.TEXT, "Where the review or finding can be read.")
_NOTE = _flag("note", Kind.TEXT, "A reason or remark.")
_ATTEMPT = _flag("attempt", Kind.ATTEMPT, "The attempt this is about; a stale one is refused.")
_KEY = _flag(
    "idempotency-key", Kind.KEY, "The same key and arguments give the recorded answer again."
)
_AFTER = _flag("after", Kind.CURSOR, "Only what happened after this cursor.")
_IGNORED = _flag("json", Kind.SWITCH, "Accepted and without effect: every answer is JSON.")

COMMANDS: tuple[Command, ...] = (
    Command(
        "contract-version",
        False,
        "Says which contract the host speaks, and whether a provider is recent enough for it.",
        (_flag("provider-version", Kind.NAME, "The provider's own version."), _IGNORED),
    ),
    Command(
        "schema",
        False,
        "Gives the JSON Schemas of all requests and answers, and the error catalogue.",
        (_IGNORED,),
    ),
    Command(
        "feature-state",
        False,
        "Gives a feature's lanes, work packages, acceptance, merge and cursor.",
        (_FEATURE, _IGNORED),
    ),
    Command(
        "list-ready",
        False,
        "Lists the work packages that can start now, the longest remaining path first.",
        (_FEATURE, _IGNORED),
    ),
    Command(
        "explain",
        False,
        "Says in a sentence each why work packages are not further than they are.",
        (_FEATURE, _ONE_PACKAGE, _IGNORED),
    ),
    Command(
        "forecast",
        False,
        "Foretells what the plan leaves to do: its order, its longest way and what may meet.",
        (_FEATURE, _IGNORED),
    ),
    Command(
        "resolve-workspace",
        False,
        "Says where a work package's workspace, branch and prompt are; creates nothing.",
        (_FEATURE, _PACKAGE, _IGNORED),
    ),
    Command(
        "check-policy",
        False,
        "Says whether the project's policy would let changes with this metadata be made.",
        (
            _FEATURE,
            Flag("policy", Kind.POLICY, True, "Policy metadata, a JSON object."),
            _IGNORED,
        ),
    ),
    Command(
        "history",
        False,
        "Lists what happened, oldest first.",
        (_FEATURE, _ONE_PACKAGE, _AFTER, _IGNORED),
    ),
    Command(
        "watch",
        False,
        "Streams what happens, an envelope a line, with a heartbeat every 15 seconds.",
        (_FEATURE, _ONE_PACKAGE, _AFTER, _IGNORED),
    ),
    Command(
        "start-implementation",
        True,
        "Claims a work package and prepares its workspace.",
        (_FEATURE, _PACKAGE, _ACTOR, _POLICY, _AGENT, _RUN, _KEY, _IGNORED),
    ),
    Command(
        "start-review",
        True,
        "Claims the review of the submitted head; the lane stays for_review.",
        (_FEATURE, _PACKAGE, _ACTOR, _POLICY, _AGENT, _RUN, _REVIEW, _KEY, _IGNORED),
    ),
    Command(
        "transition",
        True,
        "Moves a work package to another lane.",
        (
            _FEATURE,
            _PACKAGE,
            Flag("to", Kind.LANE, True, f"The lane: {', '.join(LANE_WORDS)} (or doing)."),
            _ACTOR,
            _NOTE,
            _POLICY,
            _REVIEW,
            _flag(
                "evidence-json",
                Kind.EVIDENCE,
                "A verdict with findings, or the paths of solved conflicts, as a JSON object.",
            ),
            _ATTEMPT,
            _flag("force", Kind.SWITCH, "Act on somebody else's claim, where the project allows."),
            _AGENT,
            _KEY,
            _IGNORED,
        ),
    ),
    Command(
        "append-history",
        True,
        "Adds a note to a work package's history.",
        (
            _FEATURE,
            _PACKAGE,
            _ACTOR,
            Flag("note", Kind.TEXT, True, "The note."),
            _KEY,
            _IGNORED,
        ),
    ),
    Command(
        "accept-feature",
        True,
        "Accepts exactly the tree that would land, after the project's checks on it.",
        (_FEATURE, _ACTOR, _POLICY, _KEY, _IGNORED),
    ),
    Command(
        "merge-feature",
        True,
        "Lands the accepted tree on the target branch and removes the workspaces.",
        (
            _FEATURE,
            _flag("actor", Kind.ACTOR, "Who asks; left out, the actor of the acceptance."),
            _POLICY,
            _flag("target", Kind.NAME, "The target branch; it must be the feature's own."),
            _flag("strategy", Kind.NAME, "merge, squash or rebase."),
            _flag("push", Kind.SWITCH, "Push to the remote first; the local branch follows."),
            _flag("recorded", Kind.SWITCH, "Record a merge that was made elsewhere."),
            _KEY,
            _IGNORED,
        ),
    ),
)

_BY_NAME = {command.name: command for command in COMMANDS}


def command_named(name: str) -> Command | None:
    return _BY_NAME.get(name)

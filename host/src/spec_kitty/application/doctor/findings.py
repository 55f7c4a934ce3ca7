"""Owns what can be wrong with a feature or a repository: the kinds, how grave each is, and why.

A finding says one thing that is wrong and what to do about it. `verify` and `doctor` both speak
in findings; which of them exist is this table, how each is looked for lies in `examinations/`.
"""

from __future__ import annotations

from enum import StrEnum

from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class Severity(StrEnum):
    """Says whether something has to be done, or is only good to know."""

    WRONG = "wrong"
    NOTE = "note"


class Kind(StrEnum):
    """Names what is wrong. The names are stable: programs may look at them."""

    INTERRUPTED_COMMAND = "interrupted-command"
    INTERRUPTED_MERGE = "interrupted-merge"
    INTENT_UNREADABLE = "intent-unreadable"
    STALE_LOCK = "stale-lock"
    JOURNAL_DAMAGED = "journal-damaged"
    JOURNAL_DIVERGED = "journal-diverged"
    JOURNAL_GONE = "journal-gone"
    JOURNAL_CUT = "journal-cut"
    POLICY_ALTERED = "policy-altered"
    BRANCH_GONE = "branch-gone"
    BRANCH_DIVERGED = "branch-diverged"
    BRANCH_IN_THE_WAY = "branch-in-the-way"
    BRANCH_CHECKED_OUT = "branch-checked-out"
    COMMIT_MISSING = "commit-missing"
    ACCEPTANCE_GONE = "acceptance-gone"
    TARGET_GONE = "target-gone"
    TARGET_REWOUND = "target-rewound"
    WORKSPACE_MISSING = "workspace-missing"
    WORKSPACE_UNFINISHED = "workspace-unfinished"
    WORKSPACE_HALF = "workspace-half"
    WORKSPACE_MOVED = "workspace-moved"
    WORKSPACE_EMPTIED = "workspace-emptied"
    WORKSPACE_POINTER = "workspace-pointer"
    WORKSPACE_REGISTRATION = "workspace-registration"
    WORKSPACE_HEAD = "workspace-head"
    WORKSPACE_OPERATION = "workspace-operation"
    WORKSPACE_IN_THE_WAY = "workspace-in-the-way"
    WORKSPACE_FINISHED = "workspace-finished"
    WORKSPACE_OF_NOTHING = "workspace-of-nothing"
    WORKSPACE_PUT_ASIDE = "workspace-put-aside"
    PLAN_BROKEN = "plan-broken"
    PLAN_GONE = "plan-gone"
    NOT_IN_PLAN = "not-in-plan"
    NO_PROJECT = "no-project"
    NO_IDENTITY = "no-identity"
    SHALLOW = "shallow"
    EXCLUDE_MISSING = "exclude-missing"
    IGNORED_CONFIG = "ignored-config"
    READ_ONLY = "read-only"
    UNREADABLE = "unreadable"
    OWN_PATH = "own-path"
    SALVAGE_UNREADABLE = "salvage-unreadable"
    LEFTOVER = "leftover"
    AT_WORK = "at-work"


class Trait(Record):
    """Is what holds for every finding of a kind.

    A fleeting one can also be the work of a command that is running, and has to last to count.
    """

    severity: Severity
    why: str
    fleeting: bool = False


_WRONG, _NOTE = Severity.WRONG, Severity.NOTE

TRAITS: Mapping[Kind, Trait] = {
    Kind.INTERRUPTED_COMMAND: Trait(
        _WRONG, "Branches or files may still be behind what the journal says."
    ),
    Kind.INTERRUPTED_MERGE: Trait(
        _WRONG, "Until it is finished or given up the feature cannot change."
    ),
    Kind.INTENT_UNREADABLE: Trait(
        _WRONG, "It is not known what an interrupted command had begun, so nothing is changed."
    ),
    Kind.STALE_LOCK: Trait(_WRONG, "While it is there git refuses what it locks.", True),
    Kind.JOURNAL_DAMAGED: Trait(
        _WRONG, "The journal is the only truth about lanes; commands on the feature are refused."
    ),
    Kind.JOURNAL_DIVERGED: Trait(
        _WRONG, "Two clones have gone different ways; only one history can go on."
    ),
    Kind.JOURNAL_GONE: Trait(_WRONG, "Without it everything looks as if nothing had begun."),
    Kind.JOURNAL_CUT: Trait(_WRONG, "Its history cannot be told or audited from the beginning."),
    Kind.POLICY_ALTERED: Trait(_WRONG, "What runs were allowed to do cannot be proven any more."),
    Kind.BRANCH_GONE: Trait(_WRONG, "Nobody can go on from a branch that is not there."),
    Kind.BRANCH_DIVERGED: Trait(
        _WRONG, "The host builds on no branch that is not as its journal left it."
    ),
    Kind.BRANCH_IN_THE_WAY: Trait(
        _NOTE, "The first claim makes this branch, and refuses one that holds other work."
    ),
    Kind.BRANCH_CHECKED_OUT: Trait(
        _NOTE, "The host does not move a branch under somebody's feet; such calls are refused."
    ),
    Kind.COMMIT_MISSING: Trait(_WRONG, "Work that the journal speaks of cannot be shown or used."),
    Kind.ACCEPTANCE_GONE: Trait(_WRONG, "The merge lands what was accepted, and nothing else."),
    Kind.TARGET_GONE: Trait(_WRONG, "The plan and the settings are read from it."),
    Kind.TARGET_REWOUND: Trait(_WRONG, "Work that the journal counts on was taken back."),
    Kind.WORKSPACE_MISSING: Trait(_WRONG, "Whoever holds it has nowhere to work.", True),
    Kind.WORKSPACE_UNFINISHED: Trait(_WRONG, "Whoever holds it has nowhere to work yet.", True),
    Kind.WORKSPACE_HALF: Trait(
        _WRONG, "What is submitted now would hold some of the files only.", True
    ),
    Kind.WORKSPACE_MOVED: Trait(_WRONG, "The host looks for work in one place only.", True),
    Kind.WORKSPACE_EMPTIED: Trait(
        _WRONG, "Submitting it would delete everything, so that is refused.", True
    ),
    Kind.WORKSPACE_POINTER: Trait(
        _WRONG, "Git commands that are run in there do not speak of this repository.", True
    ),
    Kind.WORKSPACE_REGISTRATION: Trait(
        _WRONG, "Git does not know the folder as it should, and may forget it.", True
    ),
    Kind.WORKSPACE_HEAD: Trait(
        _WRONG, "Commits that are made in there do not arrive on its branch.", True
    ),
    Kind.WORKSPACE_OPERATION: Trait(_NOTE, "Until it is ended the work cannot be submitted."),
    Kind.WORKSPACE_IN_THE_WAY: Trait(
        _WRONG, "The workspace cannot be made or used where something else stands.", True
    ),
    Kind.WORKSPACE_FINISHED: Trait(_NOTE, "Nobody works there any more; it takes room.", True),
    Kind.WORKSPACE_OF_NOTHING: Trait(
        _NOTE, "No journal knows it, so no command will ever look after it.", True
    ),
    Kind.WORKSPACE_PUT_ASIDE: Trait(
        _NOTE, "Its clones of submodules may hold the only copy of work."
    ),
    Kind.PLAN_BROKEN: Trait(_WRONG, "What has errors cannot start."),
    Kind.PLAN_GONE: Trait(_WRONG, "Nothing of the feature can start, be accepted or merged."),
    Kind.NOT_IN_PLAN: Trait(_NOTE, "It stays with its history, but cannot start anew."),
    Kind.NO_PROJECT: Trait(_WRONG, "New features are looked up there."),
    Kind.NO_IDENTITY: Trait(_NOTE, "Starting and submitting make commits in your name."),
    Kind.SHALLOW: Trait(_NOTE, "Merges may lack the commit that they are compared with."),
    Kind.EXCLUDE_MISSING: Trait(
        _NOTE, "'git status' shows the workspaces, and 'git add' would take them in.", True
    ),
    Kind.IGNORED_CONFIG: Trait(
        _NOTE, "Agents can write this configuration, so the host runs no program from it."
    ),
    Kind.READ_ONLY: Trait(_NOTE, "Everything can be looked at, nothing changed."),
    Kind.UNREADABLE: Trait(_WRONG, "What lies there could not be examined."),
    Kind.OWN_PATH: Trait(_WRONG, "The host cannot keep there what it needs."),
    Kind.SALVAGE_UNREADABLE: Trait(_WRONG, "Work that was kept there may be lost."),
    Kind.LEFTOVER: Trait(_NOTE, "It does no harm but takes room.", True),
    Kind.AT_WORK: Trait(_NOTE, "What changes just now cannot be examined."),
}


class Finding(Record):
    """Says one thing that is wrong, about what, and what is to be done.

    `place` is a path, a ref or a commit; `event` its number where it is an event of the journal.
    `remedy` is what a person can do, with the `commands` to type. `act` is what `doctor --fix`
    will do, None where it must not do anything.
    """

    kind: Kind
    message: str
    feature: str | None = None
    package: str | None = None
    place: str | None = None
    remedy: str | None = None
    commands: tuple[str, ...] = ()
    act: str | None = None
    event: int | None = None

    @property
    def severity(self) -> Severity:
        return TRAITS[self.kind].severity

    @property
    def why(self) -> str:
        return TRAITS[self.kind].why

    @property
    def is_fleeting(self) -> bool:
        return TRAITS[self.kind].fleeting

    @property
    def said(self) -> str:
        """Says it in one go: what is wrong, then what to do."""
        told = (self.message, self.remedy, " && ".join(self.commands))
        return " ".join(text for text in told if text)

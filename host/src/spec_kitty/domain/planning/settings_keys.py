"""Owns every key of `.kittify/config.toml`: its kind, its explanation, and how it is checked.

The parser, the commented file that a new project gets and the reference page are made from the
one table below. An unknown key is an error, because a misspelt rule that is silently ignored
protects nothing.
"""

from __future__ import annotations

import re

from spec_kitty.domain.planning.plan import Problem
from spec_kitty.domain.planning.settings import (
    MERGE_STRATEGIES,
    SETTINGS_PATH,
    MergeSettings,
    ProjectPolicy,
    ProjectSettings,
    SubmitSettings,
    VerifySettings,
    WorktreeSettings,
)
from spec_kitty.domain.policy.metadata import KNOWN_MODES
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    LineOf = Callable[[str, str], int | None]

TOP = ""

SECTIONS: Mapping[str, tuple[type[Record], str]] = {
    TOP: (ProjectSettings, "Settings of spec-kitty for this project."),
    "worktree": (WorktreeSettings, "How the workspace of a work package is set up."),
    "verify": (VerifySettings, "The project's own check of the result."),
    "submit": (SubmitSettings, "What submitted work may not contain."),
    "merge": (MergeSettings, "How a feature lands on the target branch."),
    "policy": (ProjectPolicy, "What automation may do in this project."),
}


class Key(Record):
    """Describes one key: where it stands, what it holds, and a line or two about it.

    `example` is a value in TOML for a key whose default says little or cannot be written.
    """

    section: str
    name: str
    kind: str
    about: str
    example: str | None = None
    allowed: tuple[str, ...] = ()

    @property
    def default(self) -> object:
        return getattr(SECTIONS[self.section][0](), self.name)


KEYS: tuple[Key, ...] = (
    Key(TOP, "target_branch", "branch", "The branch that holds the plans and gets the work."
        " Empty: the default branch.", '"main"'),
    Key("worktree", "copy", "paths", "Ignored files to copy from your checkout into each"
        " workspace. They are never committed.", '[".env"]'),
    Key("worktree", "setup", "text", "A command to run once in each new workspace.",
        '"make deps"'),
    Key("worktree", "setup_timeout_seconds", "count", "How long set-up may take."),
    Key("verify", "command", "text", "A command that must pass before a feature is accepted.",
        '"make test"'),
    Key("verify", "timeout_seconds", "count", "How long that command may take."),
    Key("submit", "protected_paths", "texts", "Patterns of files that no work package may"
        " change, besides kitty-specs/, .kittify/ and .gitmodules.", '["infra/", "*.pem"]'),
    Key("submit", "max_file_megabytes", "count", "The largest file that may be submitted."),
    Key("merge", "strategy", "choice", "merge, squash or rebase.", None, MERGE_STRATEGIES),
    Key("policy", "orchestration", "switch", "Whether automation may change anything at all."),
    Key("policy", "orchestrators", "allowed", "The orchestrators that may work here.",
        '["spec-kitty-orchestrator"]'),
    Key("policy", "agent_families", "allowed", "The agent families that may work here.",
        '["claude", "codex"]'),
    Key("policy", "approval_modes", "allowed", "The approval modes that are allowed.",
        '["manual", "interactive", "supervised"]', KNOWN_MODES["approval_mode"]),
    Key("policy", "sandbox_modes", "allowed", "The sandbox modes that are allowed.",
        '["workspace_write", "container", "vm"]', KNOWN_MODES["sandbox_mode"]),
    Key("policy", "network_modes", "allowed", "The network modes that are allowed.",
        '["none", "allowlist"]', KNOWN_MODES["network_mode"]),
    Key("policy", "forbidden_flags", "texts", "Flags that no agent may be started with.",
        '["--dangerously-skip-permissions"]'),
    Key("policy", "independent_review", "switch", "Whether the agent that did the work may not"
        " review it."),
    Key("policy", "force", "switch", "Whether automation may use --force."),
    Key("policy", "unsandboxed_checks", "switch", "Whether set-up and verify may run where there"
        " is no sandbox."),
)  # fmt: skip

# What a value must be, for the sentence that says it is something else.
_EXPECTED = {
    "text": "a text in quotes",
    "texts": "a list of texts",
    "paths": "a list of paths inside the project, without '..'",
    "allowed": "a list of texts",
    "choice": "one",
    "branch": "the name of a branch",
    "count": "a whole number above 0",
    "switch": "true or false",
}

MAX_COUNT = 1_000_000

_BRANCH = re.compile(r"|[^\s\x00-\x20\x7f~^:?*\[\\-][^\s\x00-\x20\x7f~^:?*\[\\]{0,199}")


def parse_settings(
    document: Mapping[str, object], line_of: LineOf = lambda _section, _name: None
) -> ProjectSettings | tuple[Problem, ...]:
    """Turns the tables of the file into settings, or says all that is wrong with them.

    `line_of` finds the line of a key, given its section and name.
    """
    problems = []
    values: dict[str, dict[str, object]] = {section: {} for section in SECTIONS}

    def note(section: str, name: str, message: str) -> None:
        line = line_of(section, name)
        problems.append(Problem(SETTINGS_PATH, line, message, "error", None))

    for section, name, value in _flatten(document, note):
        key = _find(section, name)
        if key is None:
            note(section, name, _unknown(section, name))
        elif not _fits(key, value):
            note(section, name, _unfit(key))
        else:
            values[section][name] = _settled(key, value)
    if problems:
        return tuple(problems)
    sections: dict[str, Any] = {
        section: SECTIONS[section][0](**values[section]) for section in SECTIONS if section
    }
    top: dict[str, Any] = values[TOP]
    return ProjectSettings(**top, **sections)


def _flatten(
    document: Mapping[str, object], note: Callable[[str, str, str], None]
) -> list[tuple[str, str, object]]:
    """Returns (section, key, value) of the whole file; `note` hears of ill-formed sections."""
    found: list[tuple[str, str, object]] = []
    for name, value in document.items():
        if name == TOP or name not in SECTIONS:
            found.append((TOP, name, value))
        elif isinstance(value, dict):
            found.extend((name, str(key), each) for key, each in value.items())
        else:
            note(TOP, name, f"'{name}' must be a section: write [{name}] and its keys below it.")
    return found


def _find(section: str, name: str) -> Key | None:
    return next((each for each in KEYS if (each.section, each.name) == (section, name)), None)


def _fits(key: Key, value: object) -> bool:
    match key.kind:
        case "switch":
            return isinstance(value, bool)
        case "count":
            return type(value) is int and 0 < value <= MAX_COUNT
        case "text":
            return isinstance(value, str) and "\0" not in value
        case "branch":
            return isinstance(value, str) and _BRANCH.fullmatch(value) is not None
        case "choice":
            return value in key.allowed
        case "paths":
            return _is_list_of_texts(value, _is_inside)
        case _:
            return _is_list_of_texts(value, lambda each: each in (key.allowed or [each]))


def _is_list_of_texts(value: object, suits: Callable[[str], bool]) -> bool:
    return isinstance(value, list) and all(
        isinstance(each, str) and each != "" and suits(each) for each in value
    )


def _is_inside(path: str) -> bool:
    return not path.startswith("/") and "\0" not in path and ".." not in path.split("/")


def _settled(key: Key, value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    return None if value == "" and key.default is None else value


def _unfit(key: Key) -> str:
    choices = (" of " if key.allowed else "") + ", ".join(f'"{each}"' for each in key.allowed)
    expected = _EXPECTED[key.kind] + choices
    example = f", for example {key.name} = {key.example}" if key.example else ""
    return f"'{full_name(key.section, key.name)}' must be {expected}{example}."


def _unknown(section: str, name: str) -> str:
    import difflib

    known = {each: f"[{each}]" for each in SECTIONS if each}
    # Where two sections share a name, the one that was written counts.
    for key in sorted(KEYS, key=lambda each: each.section == section):
        known[key.name] = full_name(key.section, key.name)
    close = difflib.get_close_matches(name, known, 1)
    hint = f" Did you mean '{known[close[0]]}'?" if close else ""
    return f"There is no setting '{full_name(section, name)}'.{hint}"


def full_name(section: str, name: str) -> str:
    return f"{section}.{name}" if section else name

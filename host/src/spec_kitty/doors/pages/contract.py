"""Owns the page about the contract: how to call, the envelope, and a section for each command."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from spec_kitty.domain.events import Fact
from spec_kitty.domain.policy.metadata import KNOWN_MODES, LINE_FIELDS
from spec_kitty.domain.refusals import ErrorCode
from spec_kitty.doors.answers import ANSWERS, SHARED, Answer
from spec_kitty.doors.commands import COMMANDS, Command, Kind
from spec_kitty.doors.envelope import CONTRACT_VERSION, DOOR
from spec_kitty.doors.pages import prose
from spec_kitty.doors.pages.markdown import (
    WRITTEN_BY,
    code,
    field_table,
    json_block,
    paragraphs,
    table,
)

Example = Mapping[str, Any]

_IN_WORDS = {
    Kind.FEATURE: "slug",
    Kind.PACKAGE: "WP id",
    Kind.ACTOR: "line",
    Kind.LANE: "lane",
    Kind.NAME: "line",
    Kind.TEXT: "text",
    Kind.POLICY: "[policy](#policy-metadata)",
    Kind.EVIDENCE: "[evidence](#evidence)",
    Kind.ATTEMPT: "number",
    Kind.KEY: "line",
    Kind.CURSOR: "cursor",
    Kind.SWITCH: "none",
}


def contract_page(examples: Mapping[str, Example]) -> str:
    """Returns the page; `examples` are those of contract/v1/examples by name."""
    return paragraphs(
        f"# The contract, version {CONTRACT_VERSION}",
        WRITTEN_BY,
        prose.INTRODUCTION,
        "## Calls",
        prose.CALLS,
        "## Answers",
        prose.ANSWERS,
        table(("field", "value", "meaning"), prose.ENVELOPE),
        json_block(examples["contract-version"]["answer"]),
        "## Changes",
        prose.CHANGES,
        "## Errors",
        prose.ERRORS,
        _shared_errors(),
        "## Commands",
        _overview(),
        *(_section(command, examples) for command in COMMANDS),
        "## Policy metadata",
        prose.POLICY,
        _policy_table(),
        "## Evidence",
        prose.EVIDENCE,
        table(("field", "value", "meaning"), prose.EVIDENCE_FIELDS),
        "## Events",
        prose.EVENTS,
        _events(),
        "## Data",
        prose.DATA,
    )


def _overview() -> str:
    rows = (
        (f"[{command.name}](#{command.name})", "yes" if command.changes_state else "no",
         command.summary)
        for command in COMMANDS
    )  # fmt: skip
    return table(("command", "changes state", "purpose"), rows)


def _section(command: Command, examples: Mapping[str, Example]) -> str:
    answer = ANSWERS[command.name]
    example = examples.get(command.name)
    return paragraphs(
        f"### {command.name}",
        command.summary,
        _flag_table(command),
        "Answers:",
        field_table(answer.fields),
        _own_errors(answer),
        _shown(example) if example else "",
    )


def _own_errors(answer: Answer) -> str:
    shared = f"Errors: [those of {answer.shared.by}](#errors)"
    return f"{shared}, {_links(answer.own)}." if answer.own else f"{shared}."


def _links(codes: Iterable[ErrorCode]) -> str:
    return ", ".join(f"[{each.value}](errors.md#{each.value.lower()})" for each in codes)


def _shared_errors() -> str:
    rows = []
    listed: tuple[ErrorCode, ...] = ()
    for shared in SHARED:
        more = "the above, " if listed else ""
        new = [code for code in shared.codes if code not in listed]
        rows.append((shared.by, f"{more}{_links(new)}"))
        listed = shared.codes
    return table(("given by", "errors"), rows)


def _events() -> str:
    """Lists the facts of each type of event; the package is in `wp_id` as well."""
    rows = (
        (code(fact.__name__), ", ".join(code(name) for name in fact.__match_args__))
        for fact in get_args(Fact)
    )
    return table(("type", "facts"), rows)


def _flag_table(command: Command) -> str:
    rows = (
        (
            code(f"--{flag.name}"),
            _IN_WORDS[flag.kind],
            "yes" if flag.required else "",
            flag.help,
        )
        for flag in command.flags
        if flag.name != "json"
    )
    listed = list(rows)
    if not listed:
        return "It has no flags."
    return table(("flag", "value", "required", "meaning"), listed)


def _shown(example: Example) -> str:
    """Folds an example away; the envelope around its data is the same everywhere."""
    words = " ".join(shlex.quote(word) for word in example["words"])
    return (
        f"<details><summary>Example: {example['title']}</summary>\n\n"
        f"```console\n$ spec-kitty {DOOR} {words}\n```\n\n"
        f"The answer's `data`:\n\n{json_block(example['answer']['data'])}\n</details>\n"
    )


def _policy_table() -> str:
    lines = {
        "orchestrator_id": "Which program orchestrates.",
        "orchestrator_version": "Which version of it.",
        "agent_family": "Which coding agent it starts, such as `claude` or `codex`.",
    }
    modes = {
        "approval_mode": "Who answers the agent's questions for permission.",
        "sandbox_mode": "What encloses the agent.",
        "network_mode": "What it can reach.",
    }
    rows = [(code(name), "line", lines[name]) for name in LINE_FIELDS]
    rows += [
        (code(name), ", ".join(map(code, known)), modes[name])
        for name, known in KNOWN_MODES.items()
    ]
    rows.append((code("dangerous_flags"), "list of lines", "The risky flags it is started with."))
    rows.append((code("tool_restrictions"), "anything", "May be left out. It is kept as it is."))
    return table(("field", "value", "meaning"), rows)

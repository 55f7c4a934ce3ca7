"""Writes the tables of the orchestrator's pages from the code that they are about.

    python tests/docs/tables.py

A table stands in a page between `<!-- table NAME -->` and `<!-- end -->`. Words that the code has
no place for are in `meanings.py`; a value without them is an error.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import fields
from pathlib import Path
from typing import get_args

import click

import meanings
from documents import ROOT
from spec_kitty_orchestrator.adapters.agents.known import ADAPTERS, KNOWN
from spec_kitty_orchestrator.adapters.processes import environment
from spec_kitty_orchestrator.cli.program import COMMANDS, program
from spec_kitty_orchestrator.domain.prompts import PLACES
from spec_kitty_orchestrator.domain.run.failures import ANSWERS
from spec_kitty_orchestrator.domain.run.records import Record
from spec_kitty_orchestrator.domain.run.results import HOST, RESULTS, RUNNING, USAGE
from spec_kitty_orchestrator.domain.settings import keys as settings_keys
from spec_kitty_orchestrator.domain.settings.keys import Key
from spec_kitty_orchestrator.domain.settings.parsing import Settings, parse_settings

PAGES = (
    "docs/how-to/choose-agents.md",
    "docs/reference/configuration.md",
    "docs/reference/orchestrator.md",
    "docs/explanation/host-and-provider.md",
)
_PLACE = re.compile(r"(<!-- table (\S+) -->\n)(?:.*?)(<!-- end -->)", re.DOTALL)
_LIMITS = {"timeout_minutes": ("timeout_seconds", 60), "stall_minutes": ("stall_seconds", 60)}


def filled(page: str) -> str:
    """Returns the text of a page with its tables as the code has them."""
    text = (ROOT / page).read_text()
    return _PLACE.sub(lambda found: f"{found[1]}\n{TABLES[found[2]]()}\n{found[3]}", text)


def names_of(page: str) -> list[str]:
    """Returns the names of the tables in a page."""
    return [found[2] for found in _PLACE.finditer((ROOT / page).read_text())]


def _table(heads: Iterable[str], body: Iterable[Iterable[str]]) -> str:
    rows = [list(heads)]
    rows += [["---"] * len(rows[0]), *([cell.replace("|", "\\|") for cell in row] for row in body)]
    return "".join(f"| {' | '.join(row)} |\n" for row in rows)


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _run_keys() -> str:
    return _keys(settings_keys.RUN, _usual)


def _agent_keys() -> str:
    return _keys(settings_keys.AGENT, meanings.AGENT_DEFAULTS.__getitem__)


def _keys(section: tuple[Key[object], ...], usual: Callable[[str], str]) -> str:
    return _table(
        ("key", "is", "left out", "meaning", "example"),
        (
            (f"`{key.name}`", key.shape.expected, usual(key.name), key.about, f"`{key.example}`")
            for key in section
        ),
    )


def _usual(name: str) -> str:
    if name in meanings.RUN_DEFAULTS:
        return meanings.RUN_DEFAULTS[name]
    settings: Settings = parse_settings({}, KNOWN)
    limit, unit = _LIMITS.get(name, (name, 1))
    if hasattr(settings.limits, limit):
        return f"{getattr(settings.limits, limit) / unit:g}"
    value = getattr(settings, name)
    return f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _known_agents() -> str:
    return _table(
        ("agent", "kind", "starts", "vendor", "family", "sees of your environment", "of your home"),
        (
            (
                f"`{agent.name}`",
                agent.kind,
                f"`{' '.join(agent.command)}`",
                agent.vendor,
                agent.family,
                _code((*ADAPTERS[agent.kind].secrets, *agent.environment)),
                _code(f"~/{file}" for file in agent.credentials),
            )
            for agent in KNOWN.values()
        ),
    )


def _sign_in() -> str:
    return _table(
        ("kind", "variables"),
        (
            (
                kind,
                _code(adapter.secrets) or "those under `environment`",
            )
            for kind, adapter in ADAPTERS.items()
        ),
    )


def _failures() -> str:
    return _table(
        ("class", "meaning", "counts", "answer"),
        (
            (f"`{name}`", meanings.FAILURES[name], "yes" if answer.counts else "no", _answer(name))
            for name, answer in ANSWERS.items()
        ),
    )


def _answer(name: str) -> str:
    answer = {str(failure): each for failure, each in ANSWERS.items()}[name]
    said = (
        ("the vendor's agents pause until the reset", answer.pauses_vendor),
        (f"wait {answer.delay_seconds:g} s, doubled each time", answer.delay_seconds > 0),
        ("the agent is not used again in this run", answer.drops_agent),
        ("the next agent first", answer.next_agent),
    )
    return "; ".join(words for words, holds in said if holds) or "try again"


def _exit_codes() -> str:
    told = {code: [text] for code, text in meanings.EXIT_CODES.items()}
    assert {USAGE, HOST, RUNNING} <= set(told)
    for ended, result in RESULTS.items():
        told.setdefault(result.exit_code, []).append(f"`{ended}`: {result.sentence}")
    return _table(("code", "meaning"), ((str(code), " ".join(told[code])) for code in sorted(told)))


def _records() -> str:
    return _table(
        ("type", "meaning", "fields"),
        (
            (
                f"`{each.__name__}`",
                meanings.RECORDS[each.__name__],
                _code(field.name for field in fields(each)),
            )
            for each in get_args(Record)
        ),
    )


def _commands() -> str:
    context = click.Context(program)
    parts = []
    for name, (_, about) in COMMANDS.items():
        command = program.get_command(context, name)
        assert command is not None
        rows = [row for each in command.params if (row := _option(each, context))]
        parts.append(f"### {name}\n\n{about}\n\n{_table(('option', 'meaning'), rows)}")
    return "\n".join(parts)


def _option(each: click.Parameter, context: click.Context) -> tuple[str, str] | None:
    if isinstance(each, click.Argument):
        return f"`{each.make_metavar(context)}`", "The work package."
    told = each.get_help_record(context)
    assert told is not None
    return f"`{told[0]}`", told[1]


def _variables() -> str:
    return _table(
        ("variable", "value"), ((f"`{name}`", said) for name, said in meanings.VARIABLES.items())
    )


def _passed() -> str:
    return f"{_code(environment._PASSED)} and those that begin with `LC_`.\n"


def _prompts() -> str:
    return _table(
        ("file", "places"),
        (
            (f"`.kittify/prompts/{name}.md`", _code(f"${place}" for place in places))
            for name, places in PLACES.items()
        ),
    )


TABLES: dict[str, Callable[[], str]] = {
    "run-keys": _run_keys,
    "agent-keys": _agent_keys,
    "known-agents": _known_agents,
    "sign-in": _sign_in,
    "failures": _failures,
    "exit-codes": _exit_codes,
    "records": _records,
    "commands": _commands,
    "variables": _variables,
    "passed": _passed,
    "prompts": _prompts,
}

if __name__ == "__main__":
    for name in PAGES:
        Path(ROOT / name).write_text(filled(name))

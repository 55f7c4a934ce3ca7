"""Checks that the orchestrator's pages say what its code says."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

import meanings
import tables
from documents import ROOT, blocks
from spec_kitty_orchestrator.adapters.agents.known import ADAPTERS, KNOWN
from spec_kitty_orchestrator.adapters.processes.environment import environment
from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.settings.parsing import parse_settings
from spec_kitty_orchestrator.ports import Assignment


@pytest.mark.parametrize("page", tables.PAGES)
def test_the_tables_of_a_page_are_those_of_the_code(page: str) -> None:
    written = (ROOT / page).read_text()

    assert written == tables.filled(page), "Run: .venv/bin/python tests/docs/tables.py"


def test_every_table_stands_in_a_page() -> None:
    found = {name for page in tables.PAGES for name in tables.names_of(page)}

    assert found == set(tables.TABLES)


def test_the_variables_told_are_those_that_an_agent_gets() -> None:
    agent = KNOWN["codex"]
    assignment = Assignment(
        "WP01-1-implement-1", "run-1", "034-cats", "WP01", Role.IMPLEMENT, 1, agent, Path("/w"),
        "Purr", 60, 60,
    )  # fmt: skip

    got = environment({}, assignment, ADAPTERS[agent.kind], Path("/h"), Path("/t"))

    assert set(meanings.VARIABLES) == set(got)


@pytest.mark.parametrize("page", [*tables.PAGES, "docs/how-to/run-unattended.md"])
def test_the_settings_in_a_page_are_valid(page: str) -> None:
    given = [block.text for block in blocks(Path(page)) if block.info == "toml"]

    for text in given:
        parse_settings(tomllib.loads(text), KNOWN)

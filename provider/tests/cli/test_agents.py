"""`agents`, as a person and as a program sees it."""

# ruff: noqa: E501 - what people see is kept as they see it

from __future__ import annotations

import json

from inline_snapshot import snapshot

from cli.offices import FakeOffice, Type
from spec_kitty_orchestrator.ports import Found


def test_what_is_installed_and_how_it_would_be_launched(office: FakeOffice, typed: Type) -> None:
    office.runner.found = {
        "ada": Found("ada", ("/opt/my agents/ada", "run"), "1.2.3", None),
        "ben": Found("ben", ("ben",), problem="The program ben is not there. Install it."),
    }
    assert typed("agents") == snapshot("""\
agent  version  signed in  approval  starts as
ada    1.2.3    unknown    auto      '/opt/my agents/ada' run

Not usable
  ben  The program ben is not there. Install it.
""")


def test_where_none_can_be_used_the_next_step_is_said(office: FakeOffice, typed: Type) -> None:
    office.runner.found = {
        "ada": Found("ada", ("ada",), "1.0\x1b[2J", False),
        "ben": Found("ben", ("ben",), problem="The program ben is not there. Install it."),
    }
    assert typed("agents") == snapshot("""\
agent  version  signed in  approval  starts as
ada    1.0�[2J  no         auto      ada

Not usable
  ben  The program ben is not there. Install it.

None of these is installed and signed in. Install one, or name your own under [agents.NAME] in .kittify/orchestrator.toml.
""")


def test_programs_get_one_object(typed: Type) -> None:
    assert json.loads(typed("agents --json")) == snapshot(
        {
            "agents": [
                {
                    "agent": "ada",
                    "argv": ["ada"],
                    "version": "1.0",
                    "signed_in": True,
                    "problem": None,
                    "kind": "command",
                    "vendor": "ada",
                    "policy": {
                        "orchestrator_id": "spec-kitty-orchestrator",
                        "orchestrator_version": "0",
                        "agent_family": "ada",
                        "approval_mode": "auto",
                        "sandbox_mode": "none",
                        "network_mode": "open",
                        "dangerous_flags": [],
                    },
                },
                {
                    "agent": "ben",
                    "argv": ["ben"],
                    "version": "1.0",
                    "signed_in": True,
                    "problem": None,
                    "kind": "command",
                    "vendor": "ben",
                    "policy": {
                        "orchestrator_id": "spec-kitty-orchestrator",
                        "orchestrator_version": "0",
                        "agent_family": "ben",
                        "approval_mode": "auto",
                        "sandbox_mode": "none",
                        "network_mode": "open",
                        "dangerous_flags": [],
                    },
                },
            ]
        }
    )

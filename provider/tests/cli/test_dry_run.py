"""`orchestrate --dry-run`, as a person sees it."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from inline_snapshot import snapshot
from rich.cells import cell_len

from cli.offices import FakeOffice, Type
from spec_kitty_orchestrator.cli.dry_run import lines, show
from spec_kitty_orchestrator.cli.outlook import Outlook
from spec_kitty_orchestrator.domain.agents import Kind, Policy, Role
from spec_kitty_orchestrator.domain.feature import Feature, Lane, Overlap, Package
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.scheduling.view import Roster
from spec_kitty_orchestrator.loop.preparing import Prepared
from spec_kitty_orchestrator.ports import Forecast, Found, PolicyAnswer
from spec_kitty_orchestrator.testing.scripted_agents import scripted_agent

TYPED = "orchestrate --feature 034-cats --dry-run"
PACKAGES = (
    Package("WP01", "Purr", ready=True, estimate_minutes=30, remaining_minutes=120),
    Package("WP02", "Meow", dependencies=("WP01",), estimate_minutes=30, remaining_minutes=90),
    Package("WP03", "Sleep", dependencies=("WP01",), remaining_minutes=60),
    Package("WP04", "Eat", dependencies=("WP02", "WP03"), estimate_minutes=60),
)
FORETOLD = Forecast(
    (("WP01",), ("WP02", "WP03"), ("WP04",)),
    ("WP01", "WP03", "WP04"),
    150,
    frozenset({Overlap("WP03", "WP02")}),
)


def prepared(*packages: Package, **more: object) -> Prepared:
    agents = {"ada": scripted_agent("ada"), "ben": replace(scripted_agent("ben"), kind=Kind.CODEX)}
    policy = Policy("spec-kitty-orchestrator", "0", "ada", "auto", "none", "open")
    given: dict[str, object] = {
        "feature": Feature("034-cats", packages=packages),
        "forecast": FORETOLD,
        "roster": Roster(agents, ("ada",), ("ben",)),
        "limits": Limits(budget_usd=5.0),
        "merge": True,
        "strategy": "squash",
        "actor": "orchestrator",
        "contract": "1.0.0",
        "found": (
            Found("ada", ("/opt/my agents/ada", "run"), "1.2.3", True),
            Found("ben", ("/opt/ben",), None, False),
            Found("eve", ("eve",), problem="The program eve is not there. Install it."),
        ),
        "policies": {
            ("ada", Role.IMPLEMENT): (policy, PolicyAnswer(True)),
            ("ada", Role.REVIEW): (policy, PolicyAnswer(True)),
            ("ben", Role.REVIEW): (
                replace(policy, network_mode="none", dangerous_flags=("--yolo",)),
                PolicyAnswer(True),
            ),
        },
        "warnings": ("ben does not seem to be signed in: its first attempt will tell.",),
        **more,
    }
    return Prepared(**given)  # type: ignore[arg-type]  # given by name


def shown(outlook: Outlook, columns: int | None = None) -> str:
    return "\n".join(str(line).rstrip() for line in lines(outlook, columns)) + "\n"


def test_the_whole_plan_of_a_run() -> None:
    assert shown(Outlook(prepared(*PACKAGES))) == snapshot("""\
034-cats  dry run: nothing is changed

Terms
  in the end  merged into main by squash
  bounds      2 agents at once, 3 rounds of review, 1 h an attempt, 15 min without activity
  budget      $5.00
  asked by    orchestrator (contract 1.0.0)

Agents
  agent  role        version  state                                      program
  ada    implements  1.2.3    signed in                                  '/opt/my agents/ada' run
  ben    reviews              not signed in                              /opt/ben
  eve    in reserve           The program eve is not there. Install it.  eve

Policy
  agent  to                 approval  sandbox  network  dangerous flags  the project
  ada    implement, review  auto      none     open                      allowed
  ben    review             auto      none     none     --yolo           allowed

Plan
  waves         WP01, then WP02 WP03, then WP04
  longest path  WP01 -> WP03 -> WP04 (2 h 30 min)
  expected      2 h 30 min with 2 agents at once, if nothing comes back
  no estimate   1 h assumed for WP03
  may conflict  WP02 with WP03

Expected course
  WP01  ━━━━━━━━┄┄                                        0 min - 30 min
  WP02            ━━━━━━━┄┄                               30 min - 1 h
  WP03            ━━━━━━━━━━━━━━━┄┄┄┄                     30 min - 1 h 30 min
  WP04                               ━━━━━━━━━━━━━━━┄┄┄┄  1 h 30 min - 2 h 30 min
  ━ work  ┄ review, taken to be 20 % of an estimate

First
  ada starts WP01 (Purr).

Warnings
  ben does not seem to be signed in: its first attempt will tell.
  ben could not work: network none cannot run a hosted model.

It can start: spec-kitty-orchestrator orchestrate --feature 034-cats
""")


def test_on_a_small_terminal_nothing_in_a_table_or_course_is_too_wide() -> None:
    drawn = lines(Outlook(prepared(*PACKAGES)), 80)
    bars = [str(line) for line in drawn if "━" in str(line)]
    assert bars == snapshot(
        [
            "  WP01  ━━━━━━━━┄                                        0 min - 30 min",
            "  WP02           ━━━━━━━━┄┄                              30 min - 1 h",
            "  WP03           ━━━━━━━━━━━━━━━┄┄┄┄                     30 min - 1 h 30 min",
            "  WP04                              ━━━━━━━━━━━━━━━┄┄┄┄  1 h 30 min - 2 h 30 min",
            "  ━ work  ┄ review, taken to be 20 % of an estimate",
        ]
    )
    tables = [
        str(line) for line in drawn if str(line).startswith("  ada") or "program" in str(line)
    ]
    assert all(cell_len(line) <= 80 for line in tables)


def test_a_dry_run_typed_changes_nothing(office: FakeOffice, typed: Type) -> None:
    office.host.state = replace(office.host.state, packages=PACKAGES)
    office.host.foretold = FORETOLD
    assert typed(TYPED) == snapshot("""\
034-cats  dry run: nothing is changed

Terms
  in the end  merged into main
  bounds      2 agents at once, 3 rounds of review, 1 h an attempt, 15 min without activity
  budget      none
  asked by    spec-kitty-orchestrator (contract 1.0.0)

Agents
  agent  role                 version  state      program
  ada    implements, reviews  1.0      signed in  ada

Policy
  agent  to                 approval  sandbox  network  the project
  ada    implement, review  auto      none     open     allowed

Plan
  waves         WP01, then WP02 WP03, then WP04
  longest path  WP01 -> WP03 -> WP04 (2 h 30 min)
  expected      2 h 30 min with 2 agents at once, if nothing comes back
  no estimate   1 h assumed for WP03
  may conflict  WP02 with WP03

Expected course
  WP01  ━━━━━━━━┄┄                                        0 min - 30 min
  WP02            ━━━━━━━┄┄                               30 min - 1 h
  WP03            ━━━━━━━━━━━━━━━┄┄┄┄                     30 min - 1 h 30 min
  WP04                               ━━━━━━━━━━━━━━━┄┄┄┄  1 h 30 min - 2 h 30 min
  ━ work  ┄ review, taken to be 20 % of an estimate

First
  ada starts WP01 (Purr).

It can start: spec-kitty-orchestrator orchestrate --feature 034-cats
""")
    assert (office.host.changes, office.logs, office.claimed) == ([], {}, [])


def test_programs_get_one_object(office: FakeOffice, typed: Type) -> None:
    office.host.state = replace(office.host.state, packages=PACKAGES)
    office.host.foretold = FORETOLD
    assert json.loads(typed(f"{TYPED} --json")) == snapshot(
        {
            "feature_slug": "034-cats",
            "exit_code": 0,
            "contract_version": "1.0.0",
            "actor": "spec-kitty-orchestrator",
            "target_branch": "main",
            "merge": True,
            "strategy": None,
            "limits": {
                "max_concurrent": 2,
                "max_review_rounds": 3,
                "max_failures": 3,
                "timeout_seconds": 3600.0,
                "stall_seconds": 900.0,
                "grace_seconds": 30.0,
                "budget_usd": None,
                "budget_tokens": None,
            },
            "implementers": ["ada"],
            "reviewers": [],
            "independent_review": False,
            "agents": [
                {
                    "agent": "ada",
                    "argv": ["ada"],
                    "version": "1.0",
                    "signed_in": True,
                    "problem": None,
                }
            ],
            "policies": [
                {
                    "agent": "ada",
                    "role": "implement",
                    "policy": {
                        "orchestrator_id": "spec-kitty-orchestrator",
                        "orchestrator_version": "0",
                        "agent_family": "ada",
                        "approval_mode": "auto",
                        "sandbox_mode": "none",
                        "network_mode": "open",
                        "dangerous_flags": [],
                    },
                    "allowed": True,
                    "message": None,
                },
                {
                    "agent": "ada",
                    "role": "review",
                    "policy": {
                        "orchestrator_id": "spec-kitty-orchestrator",
                        "orchestrator_version": "0",
                        "agent_family": "ada",
                        "approval_mode": "auto",
                        "sandbox_mode": "none",
                        "network_mode": "open",
                        "dangerous_flags": [],
                    },
                    "allowed": True,
                    "message": None,
                },
            ],
            "waves": [["WP01"], ["WP02", "WP03"], ["WP04"]],
            "critical_path": ["WP01", "WP03", "WP04"],
            "critical_path_minutes": 150,
            "expected_minutes": 150.0,
            "course": [
                {"package": "WP01", "role": "implement", "begins": 0.0, "ends": 24.0},
                {"package": "WP01", "role": "review", "begins": 24.0, "ends": 30.0},
                {"package": "WP02", "role": "implement", "begins": 30.0, "ends": 54.0},
                {"package": "WP03", "role": "implement", "begins": 30.0, "ends": 78.0},
                {"package": "WP02", "role": "review", "begins": 54.0, "ends": 60.0},
                {"package": "WP03", "role": "review", "begins": 78.0, "ends": 90.0},
                {"package": "WP04", "role": "implement", "begins": 90.0, "ends": 138.0},
                {"package": "WP04", "role": "review", "begins": 138.0, "ends": 150.0},
            ],
            "without_estimate": ["WP03"],
            "cannot_be_done": [],
            "overlaps": [["WP02", "WP03"]],
            "first": [
                {
                    "action": "Start",
                    "package": "WP01",
                    "agent": "ada",
                    "sentence": "ada starts WP01 (Purr).",
                }
            ],
            "in_the_way": [],
            "warnings": [],
        }
    )


def test_what_stands_in_the_way_is_told_with_the_exit_code_of_the_start() -> None:
    denied = {
        ("ada", Role.IMPLEMENT): (
            Policy("spec-kitty-orchestrator", "0", "ada", "full_auto", "none", "open"),
            PolicyAnswer(False, "full_auto is not allowed here."),
        )
    }
    broken = replace(PACKAGES[0], ready=False, problems=("WP01.md:3 has no title.",))
    held = replace(PACKAGES[3], lane=Lane.IN_PROGRESS, claimed_by="alice", dependencies=())
    outlook = Outlook(prepared(broken, held, policies=denied))
    assert outlook.in_the_way == snapshot(
        (
            "ada may not implement here: full_auto is not allowed here.",
            "The plan of WP01 is broken: WP01.md:3 has no title.",
            "WP04 is in_progress and held by alice, not by this run.",
        )
    )
    assert outlook.exit_code == 3


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        (PACKAGES, 0),
        ((replace(PACKAGES[0], lane=Lane.BLOCKED, ready=False, reason="No post."),), 1),
    ],
)
def test_the_exit_code_is_that_of_the_real_start(packages: tuple[Package, ...], code: int) -> None:
    assert show(prepared(*packages), as_json=False) == code


def test_a_run_that_is_there_already_keeps_another_from_starting() -> None:
    outlook = Outlook(prepared(*PACKAGES), "Run run-1 goes on here already.")
    assert (outlook.exit_code, outlook.in_the_way) == (4, ("Run run-1 goes on here already.",))


def test_what_somebody_wrote_cannot_steer_the_terminal() -> None:
    wild = replace(PACKAGES[0], title="Purr\x1b[2J", problems=("A\x1b]0;b\x07",), ready=False)
    assert "\x1b" not in shown(Outlook(prepared(wild, warnings=("\x1b[31m",))), 80)

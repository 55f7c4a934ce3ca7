"""Owns what `--dry-run` shows: who would work, on which terms, in which order, and how long."""

import json
import shlex

import click
from rich.text import Text

from spec_kitty_orchestrator.cli import drawing
from spec_kitty_orchestrator.cli.drawing import Cell
from spec_kitty_orchestrator.cli.outlook import Outlook, data
from spec_kitty_orchestrator.domain.agents import Policy, Role
from spec_kitty_orchestrator.domain.showing.forecasting import (
    DEFAULT_ESTIMATE_MINUTES,
    REVIEW_SHARE,
    Expectation,
    Job,
)
from spec_kitty_orchestrator.domain.showing.telling import count, minutes, one_line
from spec_kitty_orchestrator.loop.preparing import Prepared

SIGNED_IN = {True: "signed in", False: "not signed in", None: "sign-in unknown"}
# How long the bars of the expected course are where no terminal bounds them, and at least.
_BAR_COLUMNS = 48
_LEAST_BAR_COLUMNS = 16


def show(prepared: Prepared, as_json: bool, already: str | None = None) -> int:
    """Shows the run that could start; returns the exit code that the start would have.

    `already` says why a run cannot start beside the one that is there.
    """
    outlook = Outlook(prepared, already)
    if as_json:
        click.echo(json.dumps(data(outlook)))
    else:
        drawing.show(lines(outlook, drawing.room()))
    return outlook.exit_code


def lines(outlook: Outlook, columns: int | None) -> list[Cell]:
    """Returns the whole dry run as lines."""
    prepared = outlook.prepared
    name = one_line(prepared.feature.slug)
    shown: list[Cell] = [Text.assemble((name, "bold"), "  dry run: nothing is changed")]
    sections: tuple[tuple[str, list[Text]], ...] = (
        ("Terms", _terms(prepared)),
        ("Agents", _agents(prepared, columns)),
        ("Policy", _policies(prepared, columns)),
        ("Plan", _plan(outlook)),
        ("Expected course", _course(outlook.expectation, columns)),
        ("First", [Text(each) for each in outlook.begins]),
        ("In the way", [Text(each, "red") for each in outlook.in_the_way]),
        ("Warnings", [Text(each, "yellow") for each in outlook.warnings]),
    )
    for head, body in sections:
        if body:
            shown += ["", Text(head, "bold"), *(Text("  ").append_text(each) for each in body)]
    return [*shown, "", _verdict(outlook)]


def _facts(*facts: tuple[str, str]) -> list[Text]:
    given = [(name, said) for name, said in facts if said]
    width = max((len(name) for name, _ in given), default=0)
    return [Text.assemble((f"{name:{width}}  ", "dim"), said) for name, said in given]


def _terms(prepared: Prepared) -> list[Text]:
    limits = prepared.limits
    into = prepared.feature.target_branch
    merged = f"merged into {into}" if prepared.merge else f"accepted, not merged into {into}"
    strategy = f" by {prepared.strategy}" if prepared.merge and prepared.strategy else ""
    budgets = (
        f"${limits.budget_usd:.2f}" if limits.budget_usd is not None else "",
        count(limits.budget_tokens, "token") if limits.budget_tokens is not None else "",
    )
    bounds = (
        count(limits.max_concurrent, "agent") + " at once",
        count(limits.max_review_rounds, "round") + " of review",
        minutes(limits.timeout_seconds / 60) + " an attempt",
        minutes(limits.stall_seconds / 60) + " without activity",
    )
    return _facts(
        ("in the end", f"{merged}{strategy}"),
        ("bounds", ", ".join(bounds)),
        ("budget", " and ".join(filter(None, budgets)) or "none"),
        ("asked by", f"{prepared.actor} (contract {prepared.contract})"),
    )


def _agents(prepared: Prepared, columns: int | None) -> list[Text]:
    roster = prepared.roster
    body: list[list[Cell]] = []
    for found in prepared.found:
        roles = [
            *(["implements"] if found.agent in roster.implementers else []),
            *(["reviews"] if found.agent in (roster.reviewers or roster.implementers) else []),
        ]
        state = Text(one_line(found.problem or SIGNED_IN[found.signed_in]))
        if found.problem or found.signed_in is False:
            state.stylize("red" if roles else "dim")
        body.append(
            [
                Text(found.agent, "bold" if roles else "dim"),
                ", ".join(roles) or "in reserve",
                one_line(found.version or ""),
                state,
                Text(one_line(shlex.join(found.argv)), "dim"),
            ]
        )
    heads = ("agent", "role", "version", "state", "program")
    return _table(heads, body, columns, ((4, 12), (3, 15), (2, 8)))


def _policies(prepared: Prepared, columns: int | None) -> list[Text]:
    """Returns a row for each different policy of an agent."""
    roles: dict[tuple[str, Policy], list[Role]] = {}
    for (name, role), (policy, _) in prepared.policies.items():
        roles.setdefault((name, policy), []).append(role)
    body: list[list[Cell]] = []
    for (name, policy), names in roles.items():
        _, answer = prepared.policies[name, names[0]]
        allowed = Text("allowed", "green")
        if not answer.allowed:
            allowed = Text(f"not allowed: {one_line(answer.message or '')}", "red")
        body.append(
            [
                Text(name, "bold"),
                ", ".join(names),
                policy.approval_mode,
                policy.sandbox_mode,
                policy.network_mode,
                " ".join(policy.dangerous_flags),
                allowed,
            ]
        )
    heads = ("agent", "to", "approval", "sandbox", "network", "dangerous flags", "the project")
    return _table(heads, body, columns, ((6, 20), (5, 12), (6, 12)))


def _table(
    heads: tuple[str, ...], body: list[list[Cell]], columns: int | None, cuts: drawing.Cuts
) -> list[Text]:
    """Returns the table, as wide as a section is."""
    return drawing.table(heads, body, None if columns is None else columns - 2, cuts)


def _plan(outlook: Outlook) -> list[Text]:
    forecast, expected = outlook.prepared.forecast, outlook.expectation
    agents = count(outlook.prepared.limits.max_concurrent, "agent")
    guessed = f"{minutes(DEFAULT_ESTIMATE_MINUTES)} assumed for {', '.join(expected.guessed)}"
    path = " -> ".join(forecast.critical_path)
    return _facts(
        ("waves", ", then ".join(" ".join(wave) for wave in forecast.waves)),
        ("longest path", f"{path} ({minutes(forecast.critical_minutes)})" if path else ""),
        ("expected", f"{minutes(expected.minutes)} with {agents} at once, if nothing comes back"),
        ("no estimate", guessed if expected.guessed else ""),
        ("not possible", ", ".join(expected.left)),
        (
            "may conflict",
            ", ".join(f"{first} with {second}" for first, second in outlook.overlaps),
        ),
    )


def _course(expected: Expectation, columns: int | None) -> list[Text]:
    """Returns a bar for each work package: when it is worked on, and when reviewed."""
    packages = list(dict.fromkeys(job.package for job in expected.jobs))
    if not packages:
        return []
    names = max(map(len, packages))
    spans = {name: _span([j for j in expected.jobs if j.package == name]) for name in packages}
    room = _BAR_COLUMNS
    if columns is not None:
        room = max(columns - names - max(map(len, spans.values())) - 6, _LEAST_BAR_COLUMNS)
    lines = []
    for name in packages:
        line = Text.assemble((name.ljust(names), "bold"), "  ")
        line.append_text(_bar([j for j in expected.jobs if j.package == name], expected, room))
        lines.append(line.append(f"  {spans[name]}", "dim"))
    share = round(REVIEW_SHARE * 100)
    return [*lines, Text(f"━ work  ┄ review, taken to be {share} % of an estimate", "dim")]


def _span(jobs: list[Job]) -> str:
    return f"{minutes(jobs[0].begins)} - {minutes(jobs[-1].ends)}"


def _bar(jobs: list[Job], expected: Expectation, room: int) -> Text:
    bar, at = Text(), 0
    for job in jobs:
        begins, ends = (round(t / expected.minutes * room) for t in (job.begins, job.ends))
        sign, colour = ("┄", "cyan") if job.role is Role.REVIEW else ("━", "yellow")
        bar.append(" " * (begins - at)).append(sign * max(ends - max(begins, at), 0), colour)
        at = max(ends, at)
    return bar.append(" " * (room - at))


def _verdict(outlook: Outlook) -> Text:
    slug = one_line(outlook.prepared.feature.slug)
    if outlook.exit_code == 0 and not outlook.finish:
        return Text(f"It can start: spec-kitty-orchestrator orchestrate --feature {slug}")
    if outlook.exit_code == 0:
        return Text("There is nothing left to do.")
    return Text(f"It cannot start as things stand (exit code {outlook.exit_code}).")

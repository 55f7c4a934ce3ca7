"""Owns `agents`: which are installed, whether they are signed in, how they would be launched."""

import asyncio
import json
import shlex
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from spec_kitty_orchestrator.cli.office import Office
from spec_kitty_orchestrator.domain.agents import Agent, Policy, Role
from spec_kitty_orchestrator.domain.showing.telling import one_line
from spec_kitty_orchestrator.ports import Agents, Found

if TYPE_CHECKING:
    from spec_kitty_orchestrator.cli.drawing import Cell

SIGNED_IN = {True: "yes", False: "no", None: "unknown"}
_NOTHING = (
    "None of these is installed and signed in. Install one, or name your own under [agents.NAME]"
    " in .kittify/orchestrator.toml."
)
Line = tuple[Agent, Found, Policy]


@click.command()
@click.option("--json", "as_json", is_flag=True, help="One object, as JSON.")
@click.pass_obj
def agents(open_office: Callable[[], Office], /, as_json: bool) -> int:
    """Show which agents are installed and how they would be launched."""
    office = open_office()
    found = asyncio.run(_find(office.agents(), tuple(office.settings.agents.values())))
    if as_json:
        click.echo(json.dumps({"agents": [_data(*line) for line in found]}))
        return 0
    from spec_kitty_orchestrator.cli import drawing

    drawing.show(_lines(found, drawing.room()))
    return 0


async def _find(runner: Agents, known: Sequence[Agent]) -> list[Line]:
    found = await asyncio.gather(*(runner.find(agent) for agent in known))
    return [
        (agent, each, runner.policy(agent, Role.IMPLEMENT))
        for agent, each in zip(known, found, strict=True)
    ]


def _lines(found: Sequence[Line], columns: int | None) -> list["Cell"]:
    """Returns those that can be used in a table, and the others with what is wrong below."""
    from rich.text import Text

    from spec_kitty_orchestrator.cli.drawing import table

    heads = ("agent", "version", "signed in", "approval", "dangerous flags", "starts as")
    usable = [line for line in found if not line[1].problem]
    body: list[list[Cell]] = []
    for agent, each, policy in usable:
        signed_in = Text(SIGNED_IN[each.signed_in], "red" if each.signed_in is False else "")
        body.append(
            [
                Text(agent.name, "bold"),
                one_line(each.version or "unknown"),
                signed_in,
                policy.approval_mode,
                " ".join(policy.dangerous_flags),
                one_line(shlex.join(each.argv)),
            ]
        )
    cuts = ((5, 20), (1, 8), (4, 8), (5, 8))
    shown: list[Cell] = [*table(heads, body, columns, cuts)] if body else []
    broken = [each for _, each, _ in found if each.problem]
    if broken:
        shown += ["", Text("Not usable", "bold")] if shown else [Text("Not usable", "bold")]
        width = max(len(each.agent) for each in broken)
        shown += [f"  {each.agent:{width}}  {one_line(each.problem or '')}" for each in broken]
    if not any(each.signed_in is not False for _, each, _ in usable):
        shown += ["", _NOTHING]
    return shown


def _data(agent: Agent, found: Found, policy: Policy) -> dict[str, object]:
    return {**asdict(found), "kind": agent.kind, "vendor": agent.vendor, "policy": asdict(policy)}

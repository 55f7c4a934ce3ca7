"""Owns what a team configures: its agents, who works and who reviews, the limits of a run.

The given tables are checked whole before anything starts. Where the file lies and how TOML is
read is an adapter's business; which keys there are is `settings_keys.py`'s.
"""

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from spec_kitty_orchestrator import PROGRAM
from spec_kitty_orchestrator.domain.agents import Agent, Kind, PromptBy
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.settings import keys
from spec_kitty_orchestrator.domain.settings.command_template import check_template
from spec_kitty_orchestrator.domain.settings.keys import (
    SETTINGS_PATH,
    Key,
    SettingsProblem,
    Tables,
)
from spec_kitty_orchestrator.domain.settings.shapes import T

# Kinds whose agents tell what they cost.
TELLS_COST = (Kind.CLAUDE_CODE,)
# Kinds that one program speaks: its vendor and its family are the same under any name.
_OF_ONE_VENDOR = (Kind.CLAUDE_CODE, Kind.CODEX)

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Settings:
    """Holds what is configured; without implementers, those that are installed do the work."""

    agents: Mapping[str, Agent]
    implementers: tuple[str, ...] = ()
    reviewers: tuple[str, ...] = ()
    limits: Limits = field(default_factory=Limits)
    strategy: str | None = None
    merge: bool = True
    actor: str = PROGRAM


def parse_settings(given: Mapping[str, object], known: Mapping[str, Agent]) -> Settings:
    """Returns the settings that the tables of the file come to. Raises SettingsProblem."""
    _refuse_unknown("section", given, keys.SECTIONS, SETTINGS_PATH)
    agents = _agents(_table("agents", given.get("agents", {})), known)
    run = _table("run", given.get("run", {}))
    _refuse_unknown("key", run, _names(keys.RUN), f"[run] in {SETTINGS_PATH}")
    settings = _run(run, agents)
    check_agents(settings.implementers, agents, f"implementers in {SETTINGS_PATH}")
    check_agents(settings.reviewers, agents, f"reviewers in {SETTINGS_PATH}")
    for agent in agents.values():
        named = agent.fallbacks if agent.reviewer is None else (agent.reviewer, *agent.fallbacks)
        check_agents(named, agents, f"[agents.{agent.name}] in {SETTINGS_PATH}")
    return settings


def check_agents(names: Iterable[str], agents: Mapping[str, Agent], where: str) -> None:
    """Looks whether all these agents are known; `where` names them. Raises SettingsProblem."""
    for name in names:
        if name not in agents:
            raise SettingsProblem(
                f"There is no agent '{name}', which {where} names.{_nearest(name, agents)}"
                f" The agents are: {', '.join(agents)}."
            )


def unpriced(settings: Settings, names: Iterable[str]) -> tuple[str, ...]:
    """Returns the agents that neither tell their cost nor have a price.

    The reviewers and fall-backs that the named ones bring along count too.
    """
    reached: dict[str, Agent] = {}
    waiting = list(names)
    while waiting:
        agent = settings.agents[waiting.pop(0)]
        if agent.name not in reached:
            reached[agent.name] = agent
            waiting += [agent.reviewer] if agent.reviewer else []
            waiting += agent.fallbacks
    return tuple(
        agent.name
        for agent in reached.values()
        if agent.price is None and agent.kind not in TELLS_COST
    )


def _run(run: Tables, agents: Mapping[str, Agent]) -> Settings:
    merge = keys.MERGE.of("run", run)
    return Settings(
        agents,
        keys.IMPLEMENTERS.of("run", run) or (),
        keys.REVIEWERS.of("run", run) or (),
        _limits(run),
        keys.STRATEGY.of("run", run),
        True if merge is None else merge,
        keys.ACTOR.of("run", run) or PROGRAM,
    )


def _limits(run: Tables) -> Limits:
    usual = Limits()
    timeout = keys.TIMEOUT_MINUTES.of("run", run)
    stall = keys.STALL_MINUTES.of("run", run)
    grace = keys.GRACE_SECONDS.of("run", run)
    return Limits(
        keys.MAX_CONCURRENT.of("run", run) or usual.max_concurrent,
        keys.MAX_REVIEW_ROUNDS.of("run", run) or usual.max_review_rounds,
        keys.MAX_FAILURES.of("run", run) or usual.max_failures,
        usual.timeout_seconds if timeout is None else timeout * 60,
        usual.stall_seconds if stall is None else stall * 60,
        usual.grace_seconds if grace is None else grace,
        keys.BUDGET_USD.of("run", run),
        keys.BUDGET_TOKENS.of("run", run),
    )


def _agents(given: Tables, known: Mapping[str, Agent]) -> dict[str, Agent]:
    agents = dict(known)
    for name, value in given.items():
        section = f"agents.{name}"
        table = _table(section, value)
        _refuse_unknown("key", table, _names(keys.AGENT), f"[{section}] in {SETTINGS_PATH}")
        start = known[name] if name in known else _new(name, table, known)
        agents[name] = _changed(start, section, table)
    return agents


def _new(name: str, table: Tables, known: Mapping[str, Agent]) -> Agent:
    """Returns an agent that the table of known ones does not have, as it starts out."""
    section = f"agents.{name}"
    kind, command = keys.KIND.of(section, table), keys.COMMAND.of(section, table)
    if kind is None or command is None:
        raise SettingsProblem(
            f"In {SETTINGS_PATH}, [{section}] is a new agent, so it needs a kind"
            f" ({', '.join(Kind)}) and a command.{_nearest(name, known)}"
            f" Known without them are: {', '.join(known)}."
        )
    if not _NAME.fullmatch(name):
        raise SettingsProblem(
            f"In {SETTINGS_PATH}, the name of [{section}] has to be letters, digits, dots,"
            " dashes and underscores, at most 64 of them, and no dot or dash in front."
        )
    kin = [agent for agent in known.values() if _are_kin(agent, kind, command)]
    if not kin:
        return Agent(name, kind, command, name, name)
    return replace(kin[0], name=name, command=command)


def _are_kin(agent: Agent, kind: Kind, command: tuple[str, ...]) -> bool:
    """Says whether an agent of this kind and command is signed in as that one is, by its vendor."""
    return agent.kind is kind and (kind in _OF_ONE_VENDOR or agent.command[0] == command[0])


def _changed(agent: Agent, section: str, table: Tables) -> Agent:
    """Returns the agent with everything that its section says."""

    def value(key: Key[T], usual: T) -> T:
        found = key.of(section, table)
        return usual if found is None else found

    changed = replace(
        agent,
        kind=value(keys.KIND, agent.kind),
        command=value(keys.COMMAND, agent.command),
        vendor=value(keys.VENDOR, agent.vendor),
        family=value(keys.FAMILY, agent.family),
        model=keys.MODEL.of(section, table) or agent.model,
        flags=value(keys.FLAGS, agent.flags),
        environment=agent.environment + value(keys.ENVIRONMENT, ()),
        credentials=agent.credentials + value(keys.CREDENTIALS, ()),
        prompt_by=value(keys.PROMPT, agent.prompt_by),
        mode=keys.MODE.of(section, table) or agent.mode,
        price=keys.PRICE.of(section, table) or agent.price,
        reviewer=keys.REVIEWER.of(section, table) or agent.reviewer,
        fallbacks=value(keys.FALLBACKS, agent.fallbacks),
    )
    _refuse_useless(changed, section)
    if changed.kind is Kind.COMMAND:
        try:
            check_template((*changed.command, *changed.flags), changed.prompt_by)
        except ValueError as problem:
            raise SettingsProblem(f"In {SETTINGS_PATH}, [{section}]: {problem}") from None
    return changed


def _refuse_useless(agent: Agent, section: str) -> None:
    """Refuses what the agent's kind would pass over in silence."""
    for key, given, kind in (
        (keys.PROMPT, agent.prompt_by is not PromptBy.STDIN, Kind.COMMAND),
        (keys.MODE, agent.mode is not None, Kind.ACP),
    ):
        if given and agent.kind is not kind:
            raise SettingsProblem(
                f"In {SETTINGS_PATH}, {key.name} in [{section}] is for agents of kind"
                f" '{kind}' alone, and this one is of kind '{agent.kind}'. Take it out."
            )


def _table(section: str, value: object) -> Tables:
    if not isinstance(value, dict):
        raise SettingsProblem(
            f"In {SETTINGS_PATH}, {section} has to be a section with keys of its own: [{section}]."
        )
    return value


def _names(section: tuple[Key[object], ...]) -> tuple[str, ...]:
    return tuple(key.name for key in section)


def _refuse_unknown(what: str, given: Tables, known: Iterable[str], where: str) -> None:
    allowed = tuple(known)
    for name in given:
        if name not in allowed:
            raise SettingsProblem(
                f"{where} has no {what} '{name}'.{_nearest(name, allowed)}"
                f" Allowed are: {', '.join(allowed)}."
            )


def _nearest(name: str, known: Iterable[str]) -> str:
    nearest = difflib.get_close_matches(name, list(known), 1, 0.5)
    return f" Did you mean '{nearest[0]}'?" if nearest else ""

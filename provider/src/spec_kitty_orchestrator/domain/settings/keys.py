"""Owns every key of `.kittify/orchestrator.toml`: its shape and its explanation.

What reads the file and what explains it go by the tables below. An unknown key is an error: a
misspelt limit that is silently ignored limits nothing. What the values lead to is decided in
`settings.py`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic

from spec_kitty_orchestrator.domain.agents import Kind, PromptBy
from spec_kitty_orchestrator.domain.settings import shapes
from spec_kitty_orchestrator.domain.settings.shapes import Shape, T_co

SETTINGS_PATH = ".kittify/orchestrator.toml"

STRATEGIES = ("merge", "squash", "rebase")

Tables = Mapping[str, object]


class SettingsProblem(Exception):
    """The settings cannot be used; the message says why, and what may stand there."""


@dataclass(frozen=True, slots=True)
class Key(Generic[T_co]):
    """Is one key: its name, what it holds, a sentence about it, and an example in TOML."""

    name: str
    shape: Shape[T_co]
    about: str
    example: str

    def of(self, section: str, given: Tables) -> T_co | None:
        """Returns the value, None where the key is not given. Raises SettingsProblem."""
        if self.name not in given:
            return None
        value = self.shape.fit(given[self.name])
        if value is None:
            raise SettingsProblem(
                f"In {SETTINGS_PATH}, {self.name} in [{section}] has to be {self.shape.expected},"
                f" not {_shown(given[self.name])}."
            )
        return value


def _shown(value: object) -> str:
    text = str(value).lower() if isinstance(value, bool) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."


IMPLEMENTERS = Key(
    "implementers",
    shapes.NAMES,
    "The agents that do the work, the preferred first.",
    '["claude-code"]',
)
REVIEWERS = Key(
    "reviewers", shapes.NAMES, "The agents that review it. Left out: the implementers.", '["codex"]'
)
MAX_CONCURRENT = Key(
    "max_concurrent", shapes.count(1, 64), "How many agents may work at once.", "2"
)
MAX_REVIEW_ROUNDS = Key(
    "max_review_rounds",
    shapes.count(1, 100),
    "How often a work package may come back from review before a person is asked.",
    "3",
)
MAX_FAILURES = Key(
    "max_failures",
    shapes.count(1, 100),
    "How many attempts at a work package may fail in a row before a person is asked.",
    "3",
)
TIMEOUT_MINUTES = Key(
    "timeout_minutes", shapes.number(0.01, 10_080), "How long one attempt may take.", "60"
)
STALL_MINUTES = Key(
    "stall_minutes",
    shapes.number(0.01, 10_080),
    "How long an agent may be silent and idle before its attempt is ended.",
    "15",
)
GRACE_SECONDS = Key(
    "grace_seconds",
    shapes.number(0, 3_600),
    "How long running agents may go on after the first Ctrl-C.",
    "30",
)
BUDGET_USD = Key(
    "budget_usd", shapes.number(0.01, 100_000), "How many US dollars one run may cost.", "20.0"
)
BUDGET_TOKENS = Key(
    "budget_tokens", shapes.count(1, 10**12), "How many tokens one run may use.", "5_000_000"
)
STRATEGY = Key(
    "strategy",
    shapes.choice(STRATEGIES),
    "How the feature lands. Left out: as the project's settings say.",
    '"squash"',
)
MERGE = Key("merge", shapes.SWITCH, "Whether a feature that is accepted is merged too.", "true")
ACTOR = Key(
    "actor", shapes.text(200), "The name that the run acts under.", '"spec-kitty-orchestrator"'
)

RUN: tuple[Key[object], ...] = (
    IMPLEMENTERS,
    REVIEWERS,
    MAX_CONCURRENT,
    MAX_REVIEW_ROUNDS,
    MAX_FAILURES,
    TIMEOUT_MINUTES,
    STALL_MINUTES,
    GRACE_SECONDS,
    BUDGET_USD,
    BUDGET_TOKENS,
    STRATEGY,
    MERGE,
    ACTOR,
)

KIND = Key("kind", shapes.choice(Kind), "How the agent is spoken to.", '"command"')
COMMAND = Key("command", shapes.COMMAND, "What is started.", '["my-agent", "--quiet"]')
MODEL = Key("model", shapes.text(200), "The model to ask for.", '"opus"')
FLAGS = Key("flags", shapes.WORDS, "More words for the command.", '["--verbose"]')
ENVIRONMENT = Key(
    "environment",
    shapes.VARIABLES,
    "The variables of your environment that the agent may see besides the usual ones.",
    '["MY_AGENT_TOKEN"]',
)
CREDENTIALS = Key(
    "credentials",
    shapes.HOME_FILES,
    "The files under your home that sign the agent in; it gets links to them in its own.",
    '[".my-agent/auth.json"]',
)
PROMPT = Key("prompt", shapes.choice(PromptBy), "How a command agent gets its prompt.", '"stdin"')
MODE = Key("mode", shapes.text(100), "The session mode to ask for, of an ACP agent.", '"default"')
VENDOR = Key(
    "vendor",
    shapes.text(100),
    "Who limits the agent's rate: agents of one vendor are paused together.",
    '"anthropic"',
)
FAMILY = Key("family", shapes.text(200), "The family that the project's policy knows.", '"claude"')
PRICE = Key(
    "price",
    shapes.PRICE,
    "What a million tokens cost in US dollars, for agents that report no cost.",
    "{ input = 1.25, output = 10.0 }",
)
REVIEWER = Key("reviewer", shapes.text(64), "The agent that reviews this one's work.", '"codex"')
FALLBACKS = Key(
    "fallbacks", shapes.NAMES, "The agents to go on with when this one fails.", '["codex"]'
)

AGENT: tuple[Key[object], ...] = (
    KIND,
    COMMAND,
    MODEL,
    FLAGS,
    ENVIRONMENT,
    CREDENTIALS,
    PROMPT,
    MODE,
    VENDOR,
    FAMILY,
    PRICE,
    REVIEWER,
    FALLBACKS,
)

# The sections, by the name in their header, and what each is about.
SECTIONS: Mapping[str, tuple[tuple[Key[object], ...], str]] = {
    "run": (RUN, "The agents of a run, and its limits."),
    "agents": (AGENT, "One agent: [agents.NAME], a known one or one of your own."),
}

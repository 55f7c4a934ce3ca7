"""Owns what an agent is to a run: its name, its family, how it is started and what it costs.

How an agent's program is spoken to is its adapter's; which agent works on what is decided in
`choosing.py`.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """Says which adapter speaks to the agent."""

    CLAUDE_CODE = "claude-code"
    CODEX = "codex"
    ACP = "acp"
    COMMAND = "command"


class PromptBy(StrEnum):
    """Says how a command agent gets its prompt."""

    STDIN = "stdin"
    FILE = "file"
    ARGUMENT = "argument"


class Role(StrEnum):
    IMPLEMENT = "implement"
    REVIEW = "review"


@dataclass(frozen=True, slots=True)
class Price:
    """Is what a million tokens cost, in US dollars."""

    input: float
    output: float


@dataclass(frozen=True, slots=True)
class Agent:
    """Is an agent as the table of known agents and the configuration describe it.

    `command` is what is started, before the adapter's own arguments. `vendor` is who limits its
    rate: agents of one vendor are paused together. `environment` names the variables that it
    may see besides the usual ones, `credentials` the files under the person's home that sign it
    in. `mode` is the session mode to ask for (ACP).
    """

    name: str
    kind: Kind
    command: tuple[str, ...]
    vendor: str
    family: str
    model: str | None = None
    flags: tuple[str, ...] = ()
    environment: tuple[str, ...] = ()
    credentials: tuple[str, ...] = ()
    prompt_by: PromptBy = PromptBy.STDIN
    mode: str | None = None
    price: Price | None = None
    reviewer: str | None = None
    fallbacks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Usage:
    """Is what one attempt, or a whole run, used so far. `cost_usd` None: nothing is known."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cost_usd: float | None = None

    @property
    def tokens(self) -> int:
        """Returns all tokens that count for a budget: input, cached input and output."""
        return self.input_tokens + self.cached_tokens + self.output_tokens

    def plus(self, other: "Usage") -> "Usage":
        costs = [cost for cost in (self.cost_usd, other.cost_usd) if cost is not None]
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cached_tokens + other.cached_tokens,
            sum(costs) if costs else None,
        )

    def minus(self, other: "Usage") -> "Usage":
        """Returns what was used since `other`, an earlier count of the same session."""
        cost = None if self.cost_usd is None else max(self.cost_usd - (other.cost_usd or 0.0), 0.0)
        return Usage(
            max(self.input_tokens - other.input_tokens, 0),
            max(self.output_tokens - other.output_tokens, 0),
            max(self.cached_tokens - other.cached_tokens, 0),
            cost,
        )

    def priced(self, price: Price | None) -> "Usage":
        """Returns the usage with a cost from the price table where the agent told none."""
        if self.cost_usd is not None or price is None:
            return self
        taken = (self.input_tokens + self.cached_tokens) * price.input
        cost = (taken + self.output_tokens * price.output) / 1_000_000
        return Usage(self.input_tokens, self.output_tokens, self.cached_tokens, cost)


NO_USAGE = Usage()


@dataclass(frozen=True, slots=True)
class Policy:
    """Is the policy metadata of one launch, as the contract asks for it."""

    orchestrator_id: str
    orchestrator_version: str
    agent_family: str
    approval_mode: str
    sandbox_mode: str
    network_mode: str
    dangerous_flags: tuple[str, ...] = ()

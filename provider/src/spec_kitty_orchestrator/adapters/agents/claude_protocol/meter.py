"""Owns how much a Claude Code session has used, counted while it works and settled at its end.

Its own totals of a resumed session begin at the session's start only if that ended in order
before, and at the resumption if it was killed. So what this process used is counted by itself and
added to what is known of the session. One answer of the model comes as several messages with one
id and the same usage. Messages tell no cost: that is asked for in between.
"""

import re
from dataclasses import replace

from spec_kitty_orchestrator.adapters.agents.json_values import Fields, fields, number, text
from spec_kitty_orchestrator.domain.agents import NO_USAGE, Usage

_COST = re.compile(r"cost:\s+\$(\d+(?:\.\d+)?)")


class Meter:
    def __init__(self, before: Usage) -> None:
        self._before = before
        self._messages: dict[str, Usage] = {}
        self._first_cost: float | None = None
        self._cost: float | None = None
        self._settled: Usage | None = None

    def session_usage(self) -> Usage:
        """Returns what the session has used since its start, as far as it is known."""
        used = self._settled or self._live()
        return replace(self._before.plus(used), cost_usd=self._whole_cost(used))

    def count(self, message: Fields) -> None:
        """Counts one message of the model."""
        usage = fields(message.get("usage"))
        written = number(usage.get("cache_creation_input_tokens"))
        self._messages[text(message.get("id"))] = Usage(
            int(number(usage.get("input_tokens")) + written),
            int(number(usage.get("output_tokens"))),
            int(number(usage.get("cache_read_input_tokens"))),
        )

    def note_cost(self, told: str) -> bool:
        """Takes the process's cost so far from the sentence that tells it; says if it is news."""
        found = _COST.search(told)
        if found is None or (cost := float(found[1])) == self._cost:
            return False
        was, self._cost = self._cost, cost
        if was is None:
            self._first_cost = cost
        return was is not None

    def settle(self, result: Fields) -> None:
        """Takes the last figures from a result, which also count what other models did."""
        models = result.get("model_usage_since_last_result")
        if isinstance(models, dict):
            self._settled = Usage(cost_usd=0.0)
            for model in models.values():
                self._settled = self._settled.plus(_of_model(fields(model)))

    def _live(self) -> Usage:
        used = NO_USAGE
        for each in self._messages.values():
            used = used.plus(each)
        if self._cost is None or self._first_cost is None:
            return used
        return replace(used, cost_usd=max(self._cost - self._first_cost, 0.0))

    def _whole_cost(self, used: Usage) -> float | None:
        return None if used.cost_usd is None else used.cost_usd + (self._before.cost_usd or 0.0)


def _of_model(usage: Fields) -> Usage:
    read = number(usage.get("inputTokens")) + number(usage.get("cacheCreationInputTokens"))
    return Usage(
        int(read),
        int(number(usage.get("outputTokens"))),
        int(number(usage.get("cacheReadInputTokens"))),
        number(usage.get("costUSD")),
    )

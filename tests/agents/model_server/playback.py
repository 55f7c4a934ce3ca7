"""Decides how a scenario answers a request. It knows no wire format.

It remembers which part answers which prompt of which session, and how often a turn has failed; all
else follows from the request.
"""

from __future__ import annotations

import re
from collections import Counter
from threading import Lock

from model_server.actions import tool_call
from model_server.dialogue import Dialogue, Reply
from model_server.script import Failure, Part, Scenario, Turn, Usage

# What agents ask for without offering tools: a title of the session, a summary.
SIDE_ANSWER = '{"title": "Scripted"}'


class NoPartError(Exception):
    """No part of the scenario answers the prompt."""


class Playback:
    """Plays one scenario to all who ask; several threads may."""

    def __init__(self, scenario: Scenario) -> None:
        self._parts = scenario.parts
        self._chosen: dict[tuple[str, tuple[str, ...]], int] = {}
        self._prompts: Counter[int] = Counter()
        self._failures: Counter[tuple[int, int]] = Counter()
        self._lock = Lock()

    def answer(self, dialogue: Dialogue) -> Reply | Failure:
        """Returns the answer that is due; raises NoPartError or NoToolError if there is none."""
        if not dialogue.tools:
            return Reply(SIDE_ANSWER, (), Usage(), 0)
        with self._lock:
            number = self._part_number(dialogue)
            turn = _turn(self._parts[number], dialogue.turn)
            if turn.fail is not None and self._fails(number, dialogue.turn, turn.fail):
                return turn.fail
        calls = tuple(tool_call(action, dialogue.tools) for action in turn.do)
        return Reply(turn.say, calls, turn.usage, turn.hang_seconds)

    def _part_number(self, dialogue: Dialogue) -> int:
        key = (dialogue.session, dialogue.prompts)
        if key not in self._chosen:
            self._chosen[key] = self._choose(dialogue.prompt)
            self._prompts[self._chosen[key]] += 1
        return self._chosen[key]

    def _choose(self, prompt: str) -> int:
        for number, part in enumerate(self._parts):
            if self._prompts[number] < part.prompts and re.search(part.when, prompt):
                return number
        raise NoPartError(f"No part of the scenario answers this prompt: {prompt[:200]}")

    def _fails(self, part: int, turn: int, failure: Failure) -> bool:
        self._failures[part, turn] += 1
        return self._failures[part, turn] <= failure.times


def _turn(part: Part, index: int) -> Turn:
    if index < len(part.turns):
        return part.turns[index]
    return Turn(say=part.turns[-1].say or "Done.")

"""Holds the scenarios that are played, by name, and what was asked of each.

Tests say what is played and wait for requests; the door asks for answers. It knows no wire format.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Condition, Event

from model_server.actions import NoToolError
from model_server.dialogue import Dialogue, Reply
from model_server.playback import NoPartError, Playback
from model_server.script import Failure, Scenario
from model_server.values import JsonObject


class Outcome(StrEnum):
    PLAYED = "played"
    FAILED = "failed"  # as the scenario says
    REFUSED = "refused"  # the scenario has no answer: the test is wrong, or the agent


@dataclass(frozen=True, slots=True)
class Request:
    """Is what was asked, header names in lower case; for what was refused, why."""

    path: str
    headers: Mapping[str, str]
    body: JsonObject
    dialogue: Dialogue
    outcome: Outcome
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """Is a request that has no answer yet."""

    name: str
    path: str
    headers: Mapping[str, str]
    body: JsonObject


class Stage:
    def __init__(self) -> None:
        self.closing = Event()
        self._playbacks: dict[str, Playback] = {}
        self._requests: dict[str, list[Request]] = {}
        self._changed = Condition()

    def play(self, name: str, scenario: Scenario) -> None:
        with self._changed:
            self._playbacks[name] = Playback(scenario)
            self._requests[name] = []

    def requests(self, name: str) -> tuple[Request, ...]:
        with self._changed:
            return tuple(self._requests.get(name, ()))

    def wait_until(
        self, name: str, enough: Callable[[tuple[Request, ...]], bool], timeout_seconds: float
    ) -> tuple[Request, ...]:
        deadline = time.monotonic() + timeout_seconds
        with self._changed:
            while not enough(asked := tuple(self._requests.get(name, ()))):
                if not self._changed.wait(deadline - time.monotonic()):
                    raise TimeoutError(f"{name} has {len(asked)} requests, and that is not enough.")
            return asked

    def answer(self, asked: Asked, dialogue: Dialogue) -> tuple[Reply | Failure, str]:
        """Returns the answer, recorded, and for a refusal its reason."""
        answer, outcome, reason = self._answer(asked.name, dialogue)
        request = Request(asked.path, asked.headers, asked.body, dialogue, outcome, reason)
        with self._changed:
            self._requests.setdefault(asked.name, []).append(request)
            self._changed.notify_all()
        return answer, reason

    def _answer(self, name: str, dialogue: Dialogue) -> tuple[Reply | Failure, Outcome, str]:
        playback = self._playbacks.get(name)
        if playback is None:
            return Failure(400), Outcome.REFUSED, f"No scenario is played under the name {name}."
        try:
            answer = playback.answer(dialogue)
        except (NoPartError, NoToolError) as error:
            return Failure(400), Outcome.REFUSED, str(error)
        failed = isinstance(answer, Failure)
        return answer, Outcome.FAILED if failed else Outcome.PLAYED, ""

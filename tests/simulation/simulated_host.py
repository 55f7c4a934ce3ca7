"""Owns the way between both parts: the provider's calls meet the host's door, not always well."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from random import Random

from lives import Life
from memory_host import HostKilled, MemoryPorts
from spec_kitty.application.telling.histories import event_data, events
from spec_kitty.domain.refusals import MEANINGS, Refusal
from spec_kitty.doors.commands import Command, command_named
from spec_kitty.doors.handlers import handle
from spec_kitty.doors.reading import read_arguments
from spec_kitty_orchestrator.adapters.host.calling import Calls
from spec_kitty_orchestrator.adapters.host.command import CommandHost
from spec_kitty_orchestrator.ports import HostRefused

Data = Mapping[str, object]

# What a broken way may answer in place of the host; each is a sentence, as the host's are.
INVENTED = {str(code): meaning for code, (meaning, _) in MEANINGS.items()}
INVENTED["HOST_FAILED"] = "The host gave no answer of the contract. It said nothing."
PASSING = ("BUSY", "WORKSPACE_FAILED", "HOST_FAILED", "INTERNAL_ERROR", "PUSH_FAILED")


@dataclass
class Weather:
    """Says how bad the way is: shares of 0..1 of calls, and the longest wait in seconds."""

    refused: float = 0.0
    lost: float = 0.0
    odd: float = 0.0
    odd_code: str = "INTERNAL_ERROR"
    broken_streams: float = 0.0
    slowest_seconds: float = 0.1


class SimulatedCalls(Calls):
    """Calls the host's own door in this process."""

    def __init__(
        self, ports: MemoryPorts, life: Life, dice: Random, weather: Weather, count: Counter[str]
    ) -> None:
        self._ports, self._life, self._dice = ports, life, dice
        self._weather, self._count = weather, count
        self._happened = asyncio.Event()
        self._under_way: dict[int, Callable[[], object]] = {}
        self.made = 0
        ports.journal.heard.append(lambda *_: self._happened.set())
        life.at_death.append(self._leave_behind)

    async def call(self, *words: str) -> Data:
        self._life.check()
        self.made += 1
        number = self.made
        changes = words[0] in ("start-implementation", "start-review", "transition")
        changes = changes or words[0] in ("accept-feature", "merge-feature")
        if changes:
            self._under_way[number] = lambda: self._answer(words)
        try:
            await asyncio.sleep(self._wait())
            self._life.check()
            self._meet_trouble(changes)
            self._under_way.pop(number, None)
            answered = self._answer(words)
        except asyncio.CancelledError:
            # The call's process is let through, whatever became of who asked.
            self._through(number)
            raise
        finally:
            self._under_way.pop(number, None)
        await asyncio.sleep(self._wait())
        self._life.check()
        if changes and self._dice.random() < self._weather.lost:
            self._count["fault:lost answer"] += 1
            raise HostRefused("HOST_FAILED", INVENTED["HOST_FAILED"])
        if isinstance(answered, HostRefused):
            raise answered
        return answered

    async def stream(self, *words: str) -> AsyncIterator[Data]:
        self._life.check()
        arguments = read_arguments(_command("watch"), words[1:])
        slug, cursor = arguments["feature"], arguments.get("after")
        host = self._ports.host()
        while True:
            self._happened.clear()
            for at, event in list(events(host, slug, cursor)):
                cursor = at
                if self._dice.random() < self._weather.broken_streams:
                    self._count["fault:broken stream"] += 1
                    raise HostRefused("HOST_FAILED", INVENTED["HOST_FAILED"])
                await asyncio.sleep(self._wait())
                yield {"kind": "event", **event_data(at, event)}
            await self._happened.wait()
            self._life.check()

    def _answer(self, words: tuple[str, ...]) -> Data | HostRefused:
        try:
            command = _command(words[0])
            arguments = read_arguments(command, words[1:])
            return handle(command, arguments, self._ports.host)
        except Refusal as refusal:
            self._count[f"refusal:{refusal.code}"] += 1
            facts = {"message": refusal.message, **refusal.facts}
            return HostRefused(str(refusal.code), refusal.message, json.loads(json.dumps(facts)))
        except HostKilled:
            self._count["fault:host killed"] += 1
            return HostRefused("HOST_FAILED", INVENTED["HOST_FAILED"])

    def _meet_trouble(self, changes: bool) -> None:
        if self._dice.random() < self._weather.refused:
            self._refuse(self._dice.choice(PASSING))
        if changes and self._dice.random() < self._weather.odd:
            self._refuse(self._weather.odd_code)

    def _refuse(self, code: str) -> None:
        self._count[f"refusal:{code}"] += 1
        self._count["fault:refused before"] += 1
        raise HostRefused(code, INVENTED[code])

    def _wait(self) -> float:
        return self._dice.random() * self._weather.slowest_seconds

    def _through(self, number: int) -> None:
        late = self._under_way.pop(number, None)
        if late is not None and not self._life.over:
            self._count["fault:cancelled call went through"] += 1
            late()

    def _leave_behind(self) -> None:
        """A killed orchestrator's calls are processes of their own: some still arrive."""
        for late in list(self._under_way.values()):
            if self._dice.random() < 0.5:
                self._count["fault:call outlived its caller"] += 1
                late()
        self._under_way.clear()


def _command(name: str) -> Command:
    command = command_named(name)
    assert command is not None, name
    return command


class SimulatedHost(CommandHost):
    """Is the host as a run in memory sees it: the real adapter over the real door."""

    def __init__(self, calls: SimulatedCalls) -> None:
        super().__init__(calls)
        self.calls = calls

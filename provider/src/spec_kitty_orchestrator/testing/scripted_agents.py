"""Owns agents that follow a script, and the small ports beside them, all in memory."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from spec_kitty_orchestrator.domain.agents import Agent, Kind, Policy, Role
from spec_kitty_orchestrator.domain.prompts import PLACES, Diff
from spec_kitty_orchestrator.domain.run.records import Record
from spec_kitty_orchestrator.ports import (
    Agents,
    Assignment,
    Copies,
    Ending,
    Found,
    Report,
    RunLog,
    Texts,
)

APPROVED = '{"verdict": "approved"}'


@dataclass(frozen=True, slots=True)
class Played:
    """Is how one attempt goes: what is reported, how long it takes, how it ends."""

    ending: Ending
    seconds: float = 60.0
    reports: tuple[Report, ...] = ()


Script = Callable[[Assignment], Played]


def willing(assignment: Assignment) -> Played:
    """Does what it is asked for: the work, or an approval."""
    return Played(Ending(answer=APPROVED if assignment.role is Role.REVIEW else "Done."))


class ScriptedAgents(Agents):
    """Plays a script; `begun` lists the assignments, `at_once` counts who works right now."""

    def __init__(self, script: Script = willing) -> None:
        self.script = script
        self.begun: list[Assignment] = []
        self.at_once: dict[str, Assignment] = {}
        self.most_at_once = 0

    async def work(self, assignment: Assignment, report: Callable[[Report], None]) -> Ending:
        if assignment.package in self.at_once:
            raise AssertionError(f"two attempts at {assignment.package} at once")
        self.begun.append(assignment)
        self.at_once[assignment.package] = assignment
        self.most_at_once = max(self.most_at_once, len(self.at_once))
        try:
            played = self.script(assignment)
            for each in played.reports:
                report(each)
            await asyncio.sleep(played.seconds)
            return played.ending
        finally:
            del self.at_once[assignment.package]

    def policy(self, agent: Agent, role: Role) -> Policy:
        return Policy("spec-kitty-orchestrator", "0", agent.family, "auto", "none", "open")

    async def find(self, agent: Agent) -> Found:
        return Found(agent.name, agent.command, "1.0", True)

    def end_orphans(self, run_id: str) -> int:
        return 0


def scripted_agent(name: str, **more: object) -> Agent:
    """Returns an agent that only a script plays."""
    given: dict[str, object] = {"vendor": name, "family": name, **more}
    return Agent(name=name, kind=Kind.COMMAND, command=(name,), **given)  # type: ignore[arg-type]


class MemoryCopies(Copies):
    """Makes no copies, and counts those that are not given back."""

    def __init__(self) -> None:
        self.kept: list[Path] = []

    async def make(self, workspace: Path, head: str, name: str) -> Path:
        self.kept.append(workspace / name)
        return workspace / name

    async def diff(self, copy: Path, base: str, head: str) -> Diff:
        return Diff(base, head, "1 file changed", f"from {base} to {head}")

    async def discard(self, copy: Path) -> None:
        self.kept.remove(copy)


class MemoryLog(RunLog):
    """Keeps records as long as the test lasts; `room` is how many more it takes."""

    def __init__(self, records: Sequence[Record] = ()) -> None:
        self._records = list(records)
        self.room: int | None = None

    def append(self, record: Record) -> None:
        if self.room is not None:
            if self.room == 0:
                raise OSError(28, "No space left on device")
            self.room -= 1
        self._records.append(record)

    def records(self) -> Sequence[Record]:
        return tuple(self._records)


class PlainTexts(Texts):
    """Has templates that show every fact, and tasks named after their files."""

    def check(self) -> None:
        pass

    def template(self, name: str) -> str:
        return "\n".join(f"{place}: ${place}" for place in PLACES[name])

    def task(self, prompt: Path) -> str:
        return f"the text of {prompt.name}"

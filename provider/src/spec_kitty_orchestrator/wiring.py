"""The composition root: one repository's settings, host, agents and runs, put together."""

import os
import secrets
import time
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path

from spec_kitty_orchestrator import VERSION
from spec_kitty_orchestrator.adapters.agents.known import ADAPTERS, KNOWN
from spec_kitty_orchestrator.adapters.host.calling import Calls, host_command
from spec_kitty_orchestrator.adapters.host.command import CommandHost
from spec_kitty_orchestrator.adapters.repository.copies import GitCopies
from spec_kitty_orchestrator.adapters.repository.places import Places, find_places, read_settings
from spec_kitty_orchestrator.adapters.repository.removal import remove_tree
from spec_kitty_orchestrator.adapters.repository.texts import FileTexts
from spec_kitty_orchestrator.adapters.running import AgentRunner
from spec_kitty_orchestrator.adapters.runs.clock import SystemClock
from spec_kitty_orchestrator.adapters.runs.folders import KnownRun, Runs
from spec_kitty_orchestrator.adapters.runs.lock import RunLocks
from spec_kitty_orchestrator.adapters.runs.log import FileRunLog
from spec_kitty_orchestrator.adapters.runs.stopping import stop
from spec_kitty_orchestrator.cli.office import Office, RunInfo
from spec_kitty_orchestrator.domain.run.records import Record
from spec_kitty_orchestrator.domain.settings.parsing import Settings, parse_settings
from spec_kitty_orchestrator.loop.world import World
from spec_kitty_orchestrator.ports import Agents, Unusable


def open_office() -> Office:
    """Opens the repository around the current folder."""
    return RealOffice(find_places(Path.cwd(), os.environ))


class RealOffice(Office):
    """Is one repository on this machine."""

    def __init__(self, places: Places) -> None:
        self.version = VERSION
        self._places = places
        self._settings: Settings | None = None
        self._command = host_command(os.environ)
        self._runs = Runs(places.runs)
        self._locks = RunLocks(places.locks)
        self.host = self._host("")

    def configured(self) -> Settings:
        if self._settings is None:
            self._settings = parse_settings(read_settings(self._places), KNOWN)
        return self._settings

    def usual_settings(self) -> Settings:
        return parse_settings({}, KNOWN)

    def agents(self, run_id: str | None = None) -> Agents:
        name = run_id or "none"
        run, outside = self._places.runs / name, self._places.outside(name)
        return AgentRunner(run, outside, ADAPTERS, os.environ, self.version)

    def runs(self, feature: str | None = None) -> Sequence[RunInfo]:
        return [self._info(each) for each in self._runs.find_runs(feature)]

    def new_run_id(self) -> str:
        return f"run-{time.strftime('%Y%m%d-%H%M%S')}-{secrets.token_hex(2)}"

    def create(self, run_id: str) -> None:
        try:
            self._places.outside(run_id).mkdir(mode=0o700, parents=True)
            self._runs.create_run(run_id)
        except OSError as problem:
            raise Unusable(
                f"{problem.filename} cannot be made ({problem.strerror}). A run keeps its log under"
                " .git, and copies and homes under XDG_CACHE_HOME or ~/.cache: see that both can be"
                " written."
            ) from None

    def world(self, run_id: str) -> World:
        return World(
            self._host(run_id),
            self.agents(run_id),
            GitCopies(self._places.common_dir, self._places.copies(run_id)),
            FileRunLog(self._places.runs / run_id),
            SystemClock(),
            FileTexts(self._places),
        )

    def records(self, run_id: str) -> Sequence[Record]:
        return FileRunLog(self._places.runs / run_id).records()

    def transcript(self, run_id: str, attempt: str) -> Path:
        return self._places.runs / run_id / "attempts" / f"{attempt}.jsonl"

    def claim(self, feature: str, run_id: str) -> AbstractContextManager[None]:
        return self._locks.take(feature, run_id)

    def stop(self, feature: str) -> bool:
        return stop(self._locks, feature)

    def clean(self, run_id: str) -> None:
        remove_tree(self._places.outside(run_id))

    def _info(self, run: KnownRun) -> RunInfo:
        holder = self._locks.holder(run.started.feature)
        holds = holder is not None and holder.run in (None, run.started.run_id)
        return RunInfo(run.started, run.ended, holder.process if holder and holds else None)

    def _host(self, run_id: str) -> CommandHost:
        folder = self._places.checkout or self._places.common_dir
        return CommandHost(Calls(self._command, folder, os.environ, run_id))

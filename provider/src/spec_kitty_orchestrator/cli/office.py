"""Owns what the commands need: one repository's settings, its host, its agents and its runs.

The commands are written against this; `wiring.py` makes the real one for the folder that the
program was called in.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

import click

from spec_kitty_orchestrator.domain.run.records import Record, RunEnded, RunStarted
from spec_kitty_orchestrator.domain.settings.keys import SettingsProblem
from spec_kitty_orchestrator.domain.settings.parsing import Settings
from spec_kitty_orchestrator.loop.world import World
from spec_kitty_orchestrator.ports import Agents, Host


@dataclass(frozen=True, slots=True)
class RunInfo:
    """Is a run of this repository; `process` is set while one carries it on."""

    started: RunStarted
    ended: RunEnded | None
    process: int | None = None

    @property
    def id(self) -> str:
        return self.started.run_id


class Office(ABC):
    """Is one repository, seen by the commands. Its methods raise OSError, and what they say."""

    version: str
    host: Host

    @abstractmethod
    def configured(self) -> Settings:
        """Returns what is configured. Raises SettingsProblem."""

    @property
    def settings(self) -> Settings:
        return self.configured()

    def settings_to_look(self) -> Settings:
        """Returns what is configured, or what is usual where that cannot be read.

        Whoever looks at a run or ends it is never kept from that by a mistake in the settings.
        """
        try:
            return self.settings
        except SettingsProblem as problem:
            click.echo(f"The usual settings are taken instead: {problem}", err=True)
            return self.usual_settings()

    @abstractmethod
    def usual_settings(self) -> Settings:
        """Returns the settings of a project that configures nothing."""

    @abstractmethod
    def agents(self, run_id: str | None = None) -> Agents:
        """Returns the agents, of a run or of none."""

    @abstractmethod
    def runs(self, feature: str | None = None) -> Sequence[RunInfo]:
        """Returns the runs of a feature or of all, the newest first."""

    @abstractmethod
    def new_run_id(self) -> str: ...

    @abstractmethod
    def create(self, run_id: str) -> None:
        """Makes the folders of a new run."""

    @abstractmethod
    def world(self, run_id: str) -> World:
        """Returns the ports that a run is carried by."""

    @abstractmethod
    def records(self, run_id: str) -> Sequence[Record]: ...

    @abstractmethod
    def transcript(self, run_id: str, attempt: str) -> Path:
        """Returns where what an agent printed in an attempt is kept."""

    @abstractmethod
    def claim(self, feature: str, run_id: str) -> AbstractContextManager[None]:
        """Keeps other processes from running the feature meanwhile. Raises AlreadyRunning."""

    @abstractmethod
    def stop(self, feature: str) -> bool:
        """Asks the process that runs a feature to end at once and waits for that.

        Returns False if there is none. Raises TimeoutError if it does not end.
        """

    @abstractmethod
    def clean(self, run_id: str) -> None:
        """Removes what a run that is over does not need any more; logs and transcripts stay."""

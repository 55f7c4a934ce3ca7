"""Runs agents: each in a private home, under a keeper, within its limits, and ended for sure."""

import contextlib
from collections.abc import Callable, Mapping
from pathlib import Path

from spec_kitty_orchestrator import PROGRAM
from spec_kitty_orchestrator.adapters.agents.adapter import Adapter
from spec_kitty_orchestrator.adapters.processes.conversations import hold
from spec_kitty_orchestrator.adapters.processes.environment import RUN, environment
from spec_kitty_orchestrator.adapters.processes.kept import start_kept
from spec_kitty_orchestrator.adapters.processes.orphans import end_marked
from spec_kitty_orchestrator.adapters.processes.transcripts import Transcript, problem
from spec_kitty_orchestrator.adapters.repository.removal import remove_tree
from spec_kitty_orchestrator.adapters.surroundings import homes
from spec_kitty_orchestrator.adapters.surroundings.finding import executable, find, missing
from spec_kitty_orchestrator.adapters.surroundings.identity import git_settings
from spec_kitty_orchestrator.domain.agents import Agent, Kind, Policy, Role
from spec_kitty_orchestrator.domain.run.failures import Failure
from spec_kitty_orchestrator.ports import Agents, Assignment, Ending, Found, Report


class AgentRunner(Agents):
    """Runs the agents of one run. `person` is the environment of whoever started it.

    Transcripts go into the run's folder, private homes into the one for state.
    """

    def __init__(
        self,
        run_folder: Path,
        state_folder: Path,
        adapters: Mapping[Kind, Adapter],
        person: Mapping[str, str],
        version: str,
    ) -> None:
        self._transcripts = run_folder / "attempts"
        self._homes = state_folder / "homes"
        self._adapters = adapters
        self._person = person
        self._version = version
        self._git_settings: str | None = None

    async def work(self, assignment: Assignment, report: Callable[[Report], None]) -> Ending:
        if executable(assignment.agent, self._person) is None:
            return Ending(Failure.LAUNCH, missing(assignment.agent))
        try:
            home = homes.make_home(self._homes, assignment)
            try:
                return await self._work_at(home, assignment, report)
            finally:
                self._leave(home, assignment.agent)
        except OSError as error:
            return Ending(Failure.CRASH, problem("set up the attempt", error))

    async def _work_at(
        self, home: homes.Home, assignment: Assignment, report: Callable[[Report], None]
    ) -> Ending:
        agent, adapter = assignment.agent, self._adapters[assignment.agent.kind]
        launch = adapter.launch(agent, assignment.role, assignment, home.folder)
        homes.link_credentials(home.folder, self._home_of_person(), agent.credentials)
        settings = await self._settings_of_git(assignment.folder)
        homes.furnish(home.folder, {".gitconfig": settings, **launch.files})
        variables = environment(self._person, assignment, adapter, home.folder, home.tmp)
        argv = launch.argv
        if argv[0] == agent.command[0]:
            argv = (executable(agent, self._person) or argv[0], *argv[1:])
        transcript = Transcript(self._transcripts, assignment.id)
        with contextlib.closing(transcript):
            variables.update(launch.environment)
            process = await start_kept(argv, assignment.folder, variables, transcript)
            return await hold(process, adapter, assignment, report)

    def policy(self, agent: Agent, role: Role) -> Policy:
        launch = self._adapters[agent.kind].launch(agent, role, None, self._homes)
        return Policy(
            orchestrator_id=PROGRAM,
            orchestrator_version=self._version,
            agent_family=agent.family,
            approval_mode=launch.approval_mode,
            sandbox_mode="none",
            network_mode="open",
            dangerous_flags=launch.dangerous_flags,
        )

    async def find(self, agent: Agent) -> Found:
        return await find(agent, self._adapters[agent.kind], self._person)

    def end_orphans(self, run_id: str) -> int:
        return end_marked({RUN: run_id})

    async def _settings_of_git(self, folder: Path) -> str:
        if self._git_settings is None:
            self._git_settings = await git_settings(folder, self._person)
        return self._git_settings

    def _leave(self, home: homes.Home, agent: Agent) -> None:
        with contextlib.suppress(OSError):
            homes.return_credentials(home.folder, self._home_of_person(), agent.credentials)
        with contextlib.suppress(OSError):
            remove_tree(home.tmp)

    def _home_of_person(self) -> Path:
        return Path(self._person.get("HOME") or "/nonexistent")

"""Owns which adapter stands behind which port. Each is imported and made when first used."""

from __future__ import annotations

import os
from functools import cached_property

from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.objects import GitObjects
from spec_kitty.adapters.git.ownership import require_own
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.journal.reader import JournalReader
from spec_kitty.adapters.plans.reader import PlanReader
from spec_kitty.adapters.refs.branches import GitBranches
from spec_kitty.adapters.refs.prune_watch import PruneWatch
from spec_kitty.adapters.system import System, require_git
from spec_kitty.application.host import Host
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.checks.scratch import ProjectChecks
    from spec_kitty.adapters.comparing.diffs import Diffs
    from spec_kitty.adapters.drafts import Drafts
    from spec_kitty.adapters.integration.merges import Integration
    from spec_kitty.adapters.journal.audit import JournalAudit
    from spec_kitty.adapters.journal.writer import GitJournal
    from spec_kitty.adapters.landing.landing import Landing
    from spec_kitty.adapters.prompts import Prompts
    from spec_kitty.adapters.remotes import Remotes
    from spec_kitty.adapters.repository import Repository
    from spec_kitty.adapters.strategies import Strategies
    from spec_kitty.adapters.upkeep.kept_works import KeptWorks
    from spec_kitty.adapters.upkeep.upkeep import Upkeep
    from spec_kitty.adapters.whereabouts import Whereabouts
    from spec_kitty.adapters.workplaces import Workplaces


class Adapters:
    """Gives the adapters of the repository around a folder."""

    def __init__(self, git: Git, start: str) -> None:
        self.git = git
        self._start = start
        self.system = System()

    def close(self) -> None:
        """Ends the git child that reads objects, if one was started."""
        if "objects" in self.__dict__:
            self.objects.close()

    @cached_property
    def objects(self) -> GitObjects:
        return GitObjects(self.git)

    @cached_property
    def reading(self) -> JournalReader:
        return JournalReader(self.git, self.objects)

    @cached_property
    def journal(self) -> GitJournal:
        from spec_kitty.adapters.journal.writer import GitJournal

        return GitJournal(self.git, self.objects)

    @cached_property
    def branches(self) -> GitBranches:
        return GitBranches(self.git, self.objects)

    @cached_property
    def plans(self) -> PlanReader:
        return PlanReader(self.objects, self.git.common_dir)

    @cached_property
    def commits(self) -> Repository:
        from spec_kitty.adapters.repository import Repository

        return Repository(self.git, self.objects)

    @cached_property
    def integration(self) -> Integration:
        from spec_kitty.adapters.integration.merges import Integration

        return Integration(self.git)

    @cached_property
    def workspaces(self) -> Workplaces:
        from spec_kitty.adapters.workplaces import Workplaces

        return Workplaces(self.git)

    @cached_property
    def checks(self) -> ProjectChecks:
        from spec_kitty.adapters.checks.scratch import ProjectChecks

        return ProjectChecks(self.git)

    @cached_property
    def strategies(self) -> Strategies:
        from spec_kitty.adapters.strategies import Strategies

        return Strategies(self.git, self.integration, self.commits.maker())

    @cached_property
    def landing(self) -> Landing:
        from spec_kitty.adapters.landing.landing import Landing

        return Landing(self.git)

    @cached_property
    def remotes(self) -> Remotes:
        from spec_kitty.adapters.remotes import Remotes

        return Remotes(self.git)

    @cached_property
    def prompts(self) -> Prompts:
        from spec_kitty.adapters.prompts import Prompts

        return Prompts(self.git.common_dir)

    @cached_property
    def upkeep(self) -> Upkeep:
        from spec_kitty.adapters.upkeep.upkeep import Upkeep

        return Upkeep(self.git)

    @cached_property
    def salvage(self) -> KeptWorks:
        from spec_kitty.adapters.upkeep.kept_works import KeptWorks

        return KeptWorks(self.git, self.objects)

    @cached_property
    def whereabouts(self) -> Whereabouts:
        from spec_kitty.adapters.whereabouts import Whereabouts

        return Whereabouts(self.git.location, self._start)

    @cached_property
    def diffs(self) -> Diffs:
        from spec_kitty.adapters.comparing.diffs import Diffs

        return Diffs(self.git)

    @cached_property
    def drafts(self) -> Drafts:
        from spec_kitty.adapters.drafts import Drafts

        return Drafts(self.git, self._start)

    @cached_property
    def audit(self) -> JournalAudit:
        from spec_kitty.adapters.journal.audit import JournalAudit

        return JournalAudit(self.git, self.objects)


def open_host(start: str | None = None) -> Host:
    """Returns the host of the repository around a folder (the current one).

    The process leaves the current one: a merge may remove it, and git cannot run in a folder that
    is gone.
    Raises Refusal: NOT_A_PROJECT, ENVIRONMENT_UNSUPPORTED.
    """
    folder = os.path.abspath(start) if start is not None else _current_folder()
    location = locate(folder)
    require_own(location)
    if start is None:
        os.chdir(location.common_dir)
    git = Git(location)
    require_git(git)
    if PruneWatch(location.common_dir).saw_one:
        from spec_kitty.adapters.refs.code_spares import CodeSpares

        CodeSpares(git).heal()
    return Host(Adapters(git, folder))


def _current_folder() -> str:
    try:
        return os.getcwd()
    except FileNotFoundError:
        raise Refusal(
            ErrorCode.NOT_A_PROJECT,
            "The folder that you are in does not exist any more: a merge removes its workspaces. "
            "Change to the folder of your project.",
        ) from None

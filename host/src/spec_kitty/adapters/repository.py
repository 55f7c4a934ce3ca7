"""Owns what the application asks of commits and branches: the port, composed of its parts."""

from __future__ import annotations

import time

from spec_kitty.adapters.comparing.changes import added_lines, changes
from spec_kitty.adapters.comparing.gitlinks import missing_gitlinks
from spec_kitty.adapters.git.branches import GitBranches
from spec_kitty.adapters.git.commits import CommitWriter, person
from spec_kitty.adapters.git.refs import RefsMoved, move_refs
from spec_kitty.adapters.integration.conflicts import entries_at
from spec_kitty.application.ports import Commits as CommitsPort
from spec_kitty.domain.events import RefMove

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from spec_kitty.adapters.git.objects import GitObjects
    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.domain.people import Person
    from spec_kitty.domain.submission.changes import Change


class Repository(GitBranches, CommitsPort):
    """Reads and makes commits of one repository."""

    def __init__(self, git: Git, objects: GitObjects) -> None:
        super().__init__(git, objects)
        self._person: Person | None = None

    def commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Makes a commit by the person whose git identity this is. Moves nothing."""
        return self.maker().commit(tree, parents, message)

    def maker(self) -> CommitWriter:
        """Returns a maker of commits that bear the present time."""
        return CommitWriter(self._git, self.person(), int(time.time()))

    def person(self) -> Person:
        if self._person is None:
            self._person = person(self._git)
        return self._person

    def changes(self, base: str, tip: str) -> tuple[Change, ...]:
        return changes(self._git, base, tip)

    def added_lines(self, base: str, tip: str) -> Iterator[tuple[str, int, str]]:
        return added_lines(self._git, base, tip)

    def sizes(self, oids: Sequence[str]) -> Mapping[str, int]:
        return self._objects.sizes(oids)

    def entries(self, commit: str, paths: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Returns mode and object id of each of the paths that the commit has."""
        return entries_at(self._git, commit, paths)

    def blob(self, oid: str) -> bytes:
        return self._objects.read(oid)

    def missing_gitlinks(self, head: str, changes: Sequence[Change]) -> tuple[str, ...]:
        return missing_gitlinks(self._git, head, changes)

    def delete(self, ref: str, old: str) -> None:
        """Deletes a branch if it is where it was last seen; else leaves it."""
        try:
            move_refs(self._git, [RefMove(ref, old, None)], "spec-kitty: merged", None)
        except RefsMoved:
            return

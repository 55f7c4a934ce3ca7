"""Owns what the application asks of commits and branches: the port, composed of its parts."""

from __future__ import annotations

import time

from spec_kitty.adapters.git.commits import CommitWriter, person
from spec_kitty.adapters.refs.branches import GitBranches
from spec_kitty.application.ports import Commits as CommitsPort

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
        self._makers: list[CommitWriter] = []

    def commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        """Makes a commit by the person whose git identity this is. Moves nothing."""
        return self.maker().commit(tree, parents, message)

    def maker(self) -> CommitWriter:
        """Returns a maker of commits that bear the present time."""
        made = CommitWriter(self._git, self.person(), int(time.time()))
        self._makers.append(made)
        return made

    def unsigned(self) -> str | None:
        """Says why commits made here are not signed although they should be, None if all are."""
        reasons = (maker.unsigned_because for maker in self._makers)
        return next((reason for reason in reasons if reason is not None), None)

    def person(self) -> Person:
        if self._person is None:
            self._person = person(self._git)
        return self._person

    def changes(self, base: str, tip: str) -> tuple[Change, ...]:
        from spec_kitty.adapters.comparing.changes import changes

        return changes(self._git, base, tip)

    def added_lines(self, base: str, tip: str) -> Iterator[tuple[str, int, str]]:
        from spec_kitty.adapters.comparing.changes import added_lines

        return added_lines(self._git, base, tip)

    def sizes(self, oids: Sequence[str]) -> Mapping[str, int]:
        return self._objects.sizes(oids)

    def entries(self, commit: str, paths: Sequence[str]) -> Mapping[str, tuple[str, str]]:
        """Returns mode and object id of each of the paths that the commit has."""
        from spec_kitty.adapters.integration.conflicts import entries_at

        return entries_at(self._git, commit, paths)

    def blob(self, oid: str) -> bytes:
        return self._objects.read(oid)

    def forged(self, tip: str, known: Sequence[str]) -> str | None:
        from spec_kitty.adapters.comparing.forged import forged

        return forged(self._git, tip, known)

    def missing_gitlinks(self, head: str, changes: Sequence[Change]) -> tuple[str, ...]:
        from spec_kitty.adapters.comparing.gitlinks import missing_gitlinks

        return missing_gitlinks(self._git, head, changes)

    def make_durable(self, ref: str, commit: str, base: str) -> None:
        """Makes what somebody else committed on a branch survive a power cut, and a prune."""
        from functools import partial

        from spec_kitty.adapters.refs.code_spares import CodeSpares
        from spec_kitty.adapters.refs.durability import sync_branch

        CodeSpares(self._git).protect(partial(sync_branch, self._git, ref, commit, base))

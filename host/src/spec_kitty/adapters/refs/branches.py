"""Owns where branches stand and how commits relate, as git has it now."""

from __future__ import annotations

import os

from spec_kitty.adapters.git.objects import ObjectMissing
from spec_kitty.application.ports import Branches as BranchesPort

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.objects import GitObjects
    from spec_kitty.adapters.git.runner import Git

_HEADS = "refs/heads/"

# Looking at more than these takes longer than asking another git.
_NEAR_COMMITS = 30


class GitBranches(BranchesPort):
    """Reads the branches of one repository."""

    def __init__(self, git: Git, objects: GitObjects) -> None:
        self._git = git
        self._objects = objects

    def value(self, ref: str) -> str | None:
        """Returns the commit that a ref or an object id names, None if there is none."""
        found = self._objects.find(ref)
        return found[0] if found is not None and found[1] == "commit" else None

    def default_branch(self) -> str | None:
        """Returns what origin/HEAD points to, else the only one of main and master."""
        head = self._git.run(
            "symbolic-ref", "--quiet", "--short", "refs/remotes/origin/HEAD", ok=(0, 1, 128)
        )
        name = os.fsdecode(head.stdout).strip().removeprefix("origin/")
        if name and self.value(_HEADS + name) is not None:
            return name
        present = [each for each in ("main", "master") if self.value(_HEADS + each) is not None]
        return present[0] if len(present) == 1 else None

    def head_branch(self) -> str | None:
        """Returns the branch of the main checkout, also one without a commit."""
        head = self._git.run("symbolic-ref", "--quiet", "HEAD", ok=(0, 1, 128))
        name = os.fsdecode(head.stdout).strip()
        return name.removeprefix(_HEADS) if name.startswith(_HEADS) else None

    def local(self) -> tuple[str, ...]:
        """Returns the branches that there are, the one with the newest commit first."""
        words = ("for-each-ref", "--sort=-committerdate", "--format=%(refname)", _HEADS)
        listed = os.fsdecode(self._git.run(*words).stdout)
        return tuple(ref.removeprefix(_HEADS) for ref in listed.splitlines())

    def tree_of(self, commit: str) -> str:
        found = self._objects.find(f"{commit}^{{tree}}")
        if found is None:
            raise ObjectMissing(f"The repository has no commit {commit}.")
        return found[0]

    def is_ancestor(self, old: str, new: str) -> bool:
        """Says whether one commit holds another; what is not there any more is held by none."""
        if old == new or self._is_near(old, new):
            return True
        if self.value(old) is None:
            return False
        asked = self._git.run("merge-base", "--is-ancestor", old, new, ok=(0, 1))
        return asked.returncode == 0

    def merge_base(self, one: str, other: str) -> str | None:
        """Returns the best common ancestor, None for unrelated histories."""
        if one == other or self._is_near(one, other):
            return one
        found = self._git.run("merge-base", one, other, ok=(0, 1)).stdout.decode().split()
        return found[0] if found else None

    def _is_near(self, old: str, new: str) -> bool:
        """Says whether the newest commits before `new` hold the old one; no says nothing."""
        seen, ahead = {new}, [new]
        while ahead and len(seen) <= _NEAR_COMMITS:
            try:
                commit = self._objects.read(ahead.pop(0))
            except LookupError:  # a shallow clone ends here
                return False
            header = commit.partition(b"\n\n")[0].decode(errors="replace")
            lines = header.split("\n")
            parents = [line[7:] for line in lines if line.startswith("parent ")]
            if old in parents:
                return True
            ahead += [parent for parent in parents if parent not in seen]
            seen.update(parents)
        return False

"""Owns a repository in memory: commits whose trees are sets of paths, and branches.

Two sides conflict where both added something that the seed says does not go together. What a
merge leaves to solve is a path as well, `conflict-…`, which whoever solves it takes away.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from spec_kitty.domain.feature import ConflictedPath
from spec_kitty.domain.names import package_branch
from spec_kitty.domain.people import Person
from spec_kitty.domain.submission.changes import Change, Snapshot
from spec_kitty.domain.submission.conflicts import blocks_of
from spec_kitty.domain.submission.merging import Conflicted, Merged, Outcome

Tree = frozenset[str]
MARKED = b"<<<<<<< ours\none\n=======\nother\n>>>>>>> theirs\n"
SECRET = 'key = "AKIAQ3EGT5M7ZK2NXW4B"'
ABSENT = "0" * 40


def oid(name: str) -> str:
    return hashlib.sha1(name.encode()).hexdigest()


@dataclass(frozen=True)
class Commit:
    number: int
    tree: Tree
    past: frozenset[str]
    first: str | None


@dataclass
class MemoryRepository:
    """Holds commits, refs, and who conflicts with whom (`clash` is a share of 0..100)."""

    seed: int
    clash: int = 0
    refs: dict[str, str] = field(default_factory=dict)
    commits: dict[str, Commit] = field(default_factory=dict)
    trees: dict[str, Tree] = field(default_factory=dict)
    _ids: dict[Tree, str] = field(default_factory=dict)

    def tree_id(self, tree: Tree) -> str:
        if tree not in self._ids:
            self._ids[tree] = oid(f"tree {len(self._ids)}")
            self.trees[self._ids[tree]] = tree
        return self._ids[tree]

    def make(self, tree: Tree, *parents: str) -> str:
        number = len(self.commits) + 1
        made = oid(f"commit {number}")
        past = frozenset({made}).union(*(self.commits[each].past for each in parents))
        self.commits[made] = Commit(number, tree, past, parents[0] if parents else None)
        return made

    def resolve(self, rev: str) -> str | None:
        """Returns the commit that a ref, an id or `id^1` names."""
        name, _, first = rev.partition("^")
        found = self.refs.get(name) or (name if name in self.commits else None)
        return self.commits[found].first if found and first else found

    def of(self, rev: str) -> Commit:
        found = self.resolve(rev)
        assert found is not None, rev
        return self.commits[found]

    def base(self, one: str, other: str) -> str | None:
        shared = self.of(one).past & self.of(other).past
        return max(shared, key=lambda each: self.commits[each].number, default=None)

    def clashes(self, one: str, other: str) -> bool:
        name = f"{self.seed}{min(one, other)}{max(one, other)}".encode()
        return hashlib.sha1(name).digest()[0] * 100 < self.clash * 256

    def merge(self, ours: str, theirs: str) -> Outcome:
        ours, theirs = self.resolve(ours) or "", self.resolve(theirs) or ""
        base = self.base(ours, theirs)
        before = self.commits[base].tree if base else frozenset()
        mine, other = self.commits[ours].tree, self.commits[theirs].tree
        gone = (before - mine) | (before - other)
        both = (mine | other) - gone
        new, others = mine - before - other, other - before - mine
        met = sorted((a, b) for a in new for b in others if self.clashes(a, b))
        if not met:
            return Merged(self.tree_id(both))
        paths = {f"conflict-{a.rpartition('/')[2]}-{b.rpartition('/')[2]}" for a, b in met[:2]}
        laid = tuple(_conflicted(path) for path in sorted(paths))
        return Conflicted(self.tree_id(both | paths), laid, ("They do not agree.",))


def _conflicted(path: str) -> ConflictedPath:
    return ConflictedPath(path, "content", blocks_of(MARKED), "100644", oid("marked"))


class MemoryCommits:
    """Is the host's port to branches and commits."""

    def __init__(self, repository: MemoryRepository) -> None:
        self._in = repository

    def value(self, ref: str) -> str | None:
        return self._in.resolve(ref)

    def default_branch(self) -> str | None:
        return "main"

    def head_branch(self) -> str | None:
        return "main"

    def tree_of(self, commit: str) -> str:
        return self._in.tree_id(self._in.of(commit).tree)

    def is_ancestor(self, old: str, new: str) -> bool:
        return (self._in.resolve(old) or "") in self._in.of(new).past

    def merge_base(self, one: str, other: str) -> str | None:
        return self._in.base(one, other)

    def commit(self, tree: str, parents: tuple[str, ...], message: str) -> str:
        return self._in.make(self._in.trees[tree], *parents)

    def unsigned(self) -> None:
        return None

    def person(self) -> Person:
        return Person("Alice", "alice@example.org")

    def changes(self, base: str, tip: str) -> tuple[Change, ...]:
        old, new = self._in.of(base).tree, self._in.of(tip).tree
        added = [Change(p, "000000", "100644", ABSENT, oid(p), "A") for p in sorted(new - old)]
        gone = [Change(p, "100644", "000000", oid(p), ABSENT, "D") for p in sorted(old - new)]
        return (*added, *gone)

    def added_lines(self, base: str, tip: str) -> list[tuple[str, int, str]]:
        new = sorted(self._in.of(tip).tree - self._in.of(base).tree)
        return [(path, 1, SECRET if "secret" in path else "a line") for path in new]

    def sizes(self, oids: tuple[str, ...]) -> dict[str, int]:
        return dict.fromkeys(oids, 100)

    def entries(self, commit: str, paths: list[str]) -> dict[str, tuple[str, str]]:
        tree = self._in.of(commit).tree
        return {path: ("100644", oid(_content(path))) for path in paths if path in tree}

    def blob(self, name: str) -> bytes:
        return MARKED if name == oid("marked") else b"text\n"

    def forged(self, tip: str, known: object) -> None:
        return None

    def missing_gitlinks(self, head: str, changes: object) -> tuple[str, ...]:
        return ()

    def make_durable(self, ref: str, commit: str, base: str) -> None:
        """Does nothing: what is in memory survives no power cut."""


def _content(path: str) -> str:
    return "marked" if path.startswith("conflict-") else path


class MemoryIntegration:
    def __init__(self, repository: MemoryRepository) -> None:
        self._in = repository

    def merge(self, ours: str, theirs: str, labels: tuple[str, str] | None = None) -> Outcome:
        return self._in.merge(ours, theirs)

    def contained(self, target_tip: str, feature_tip: str) -> bool:
        return self._in.of(feature_tip).tree <= self._in.of(target_tip).tree


class MemoryWorkspaces:
    """Holds the files of each workspace; `making` is called before one is made."""

    def __init__(self, repository: MemoryRepository) -> None:
        self._in = repository
        self.files: dict[str, Tree] = {}
        self.due: set[str] = set()
        self.elsewhere: set[str] = set()
        self.making: Callable[[str], None] = lambda package: None

    def path(self, slug: str, package: str) -> str:
        return "/" if package in self.files else f"/gone/{slug}-{package}"

    def exists(self, slug: str, package: str) -> bool:
        return package in self.files

    def ensure(self, slug: str, package: str) -> bool:
        self.making(package)
        if package not in self.files:
            self.files[package] = self._in.of(package_branch(slug, package)).tree
            self.due.add(package)
        return package in self.due

    def settle(self, slug: str, package: str) -> None:
        self.due.discard(package)

    def copy_files(self, slug: str, package: str, patterns: object) -> tuple[str, ...]:
        return ()

    def unfinished(self, slug: str, package: str) -> str | None:
        return None

    def snapshot(
        self, slug: str, package: str, head: str, unstaged: object, max_file_bytes: int
    ) -> Snapshot:
        files = self.files[package]
        return Snapshot(self._in.tree_id(files), files != self._in.of(head).tree)

    def agree(self, slug: str, package: str, commit: str) -> None:
        pass

    def postpone(self, slug: str, package: str, old: str, new: str) -> None:
        """Does nothing: nothing is in the way of files in memory."""

    def let_go(self, slug: str, package: str) -> None:
        """Does nothing: no move of files is cut short in memory."""

    def lay_out(self, slug: str, package: str, old: str, new: str) -> None:
        self.files[package] = self._in.of(new).tree

    def in_the_way(self, slug: str, package: str, old: str, new: str) -> tuple[str, ...]:
        return ()

    def uncommitted(self, slug: str, package: str) -> tuple[str, ...]:
        return ()

    def remove(self, slug: str, package: str) -> None:
        self.files.pop(package, None)

    def keep(
        self, slug: str, package: str, merged_into: str | None, unstaged: object
    ) -> str | None:
        return None

    def other_checkout(self, ref: str, slug: str, package: str | None) -> str | None:
        return "/home/alice/there" if ref in self.elsewhere else None

"""Owns the repository that the door is fuzzed on: a feature for each state that calls can meet."""

from __future__ import annotations

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from door import POLICY
from fuzz.in_process import Outcome, ask
from repository import Repo, make_repo

NEW, LANES, CONFLICT, ACCEPTED, MERGED, BROKEN = (
    "001-new",
    "002-lanes",
    "003-conflict",
    "004-accepted",
    "005-merged",
    "006-broken",
)
FEATURES = (NEW, LANES, CONFLICT, ACCEPTED, MERGED, BROKEN)
PACKAGES = tuple(f"WP{number:02d}" for number in range(1, 8))
ACTORS = ("bot", "critic", "alice")
# Paths that change without anything having happened: locks, caches, what is made anew.
_OWN_CACHES = frozenset(
    {"lock", "workspace-locks", "index", "plans", "settings", "prompts", "scratch"}
)


@dataclass(frozen=True)
class Scene:
    """A repository as it was played, to start from again at the same place."""

    repo: Repo
    kept: Path

    def restore(self) -> None:
        shutil.rmtree(self.repo.path)
        shutil.copytree(self.kept, self.repo.path, symlinks=True)

    def cursors(self) -> tuple[str, ...]:
        """Returns ids that name something in the repository: events, commits, trees."""
        listed = self.repo.git("for-each-ref", "--format=%(objectname)").split()
        return (*listed, self.repo.git("rev-parse", "main^{tree}"))


def play_scene(folder: Path) -> Scene:
    """Plays every feature to its state, through the door itself."""
    repo = make_repo(folder / "project")
    for slug in FEATURES:
        _plan(repo, slug)
    repo.write(f"kitty-specs/{LANES}/tasks/WP07-broken.md", "---\ndependencies: [\n---\n")
    repo.write(f"kitty-specs/{BROKEN}/tasks/WP02-two.md", _package("WP02", "WP03"))
    repo.write(f"kitty-specs/{BROKEN}/tasks/WP03-three.md", _package("WP03", "WP02"))
    repo.commit("Plan")
    player = _Player(repo)
    player.lanes()
    player.conflict()
    player.delivered(ACCEPTED, ("accept-feature",))
    player.delivered(MERGED, ("accept-feature", "merge-feature"))
    # The other target moved with the merge, so what was accepted before it is accepted anew.
    player.change("accept-feature", ACCEPTED)
    kept = folder / "kept"
    shutil.copytree(repo.path, kept, symlinks=True)
    return Scene(repo, kept)


def fingerprint(place: Path) -> frozenset[object]:
    """Returns what a refused call must leave as it is: refs, intents, workspaces, settings."""
    git_dir = place / ".git"
    found: list[object] = []
    for folder in ("refs", "spec-kitty", "worktrees"):
        _walk(str(git_dir / folder), found)
    _walk(str(place / ".worktrees"), found)
    for name in ("HEAD", "packed-refs", "config", "index", "info/exclude"):
        with suppress(FileNotFoundError):
            found.append((name, _stamp(os.lstat(git_dir / name))))
    return frozenset(found)


def _walk(folder: str, found: list[object]) -> None:
    with suppress(FileNotFoundError), os.scandir(folder) as entries:
        for entry in entries:
            if not entry.is_dir(follow_symlinks=False):
                found.append((entry.path, _stamp(entry.stat(follow_symlinks=False))))
            elif entry.name not in _OWN_CACHES or not folder.endswith("/spec-kitty"):
                _walk(entry.path, found)


def _stamp(info: os.stat_result) -> tuple[int, ...]:
    return (info.st_mode, info.st_ino, info.st_size, info.st_mtime_ns)


def _package(package: str, dependency: str | None = None) -> str:
    listed = dependency or ""
    return f"---\nwork_package_id: {package}\ntitle: T\ndependencies: [{listed}]\n---\nDo it.\n"


def _plan(repo: Repo, slug: str) -> None:
    for package in PACKAGES[: 2 if slug in (ACCEPTED, MERGED) else 6]:
        waits = {"WP03": "WP01", "WP06": "WP03"}.get(package)
        repo.write(f"kitty-specs/{slug}/tasks/{package}-x.md", _package(package, waits))


class _Player:
    """Makes the calls that lead to the states."""

    def __init__(self, repo: Repo) -> None:
        self._repo = repo

    def change(self, command: str, slug: str, *words: str, actor: str = "bot") -> Outcome:
        outcome = self.try_to(command, slug, *words, actor=actor)
        assert outcome.status == 0, outcome
        return outcome

    def try_to(self, command: str, slug: str, *words: str, actor: str = "bot") -> Outcome:
        about = ("--feature", slug, "--actor", actor, "--policy", POLICY)
        return ask(self._repo.path, (command, *about, *words))

    def _move(self, slug: str, package: str, lane: str, *words: str, actor: str = "bot") -> None:
        self.change("transition", slug, "--wp", package, "--to", lane, *words, actor=actor)

    def _submit(self, slug: str, package: str, file: str, text: str) -> None:
        self.change("start-implementation", slug, "--wp", package, "--run-id", "run-1")
        self._repo.write(f".worktrees/{slug}-{package}/{file}", text)
        self._move(slug, package, "for_review")

    def _finish(self, slug: str, package: str, file: str, text: str) -> None:
        self._submit(slug, package, file, text)
        self._move(slug, package, "done", "--review-ref", "r/1", actor="critic")

    def lanes(self) -> None:
        self._finish(LANES, "WP01", "one.py", "one = 1\n")
        self._submit(LANES, "WP02", "two.py", "two = 2\n")
        self.change("start-review", LANES, "--wp", "WP02", actor="critic")
        self.change("start-implementation", LANES, "--wp", "WP03", "--idempotency-key", "K1")
        self._repo.write(f".worktrees/{LANES}-WP03/three.py", "three = 3\n")
        self.change("start-implementation", LANES, "--wp", "WP04")
        self._move(LANES, "WP04", "blocked", "--note", "No post.")
        self.change("start-implementation", LANES, "--wp", "WP05")
        self._move(LANES, "WP05", "canceled", "--note", "Not needed.")

    def conflict(self) -> None:
        self._submit(CONFLICT, "WP01", "same.py", "one\n")
        self._submit(CONFLICT, "WP02", "same.py", "two\n")
        self._move(CONFLICT, "WP01", "done", "--review-ref", "r/1", actor="critic")
        words = ("--wp", "WP02", "--to", "done", "--review-ref", "r/2")
        assert self.try_to("transition", CONFLICT, *words, actor="critic").code == (
            "INTEGRATION_CONFLICT"
        )

    def delivered(self, slug: str, commands: tuple[str, ...]) -> None:
        self._finish(slug, "WP01", f"{slug}.py", "x = 1\n")
        self.change("start-implementation", slug, "--wp", "WP02")
        self._move(slug, "WP02", "canceled", "--note", "Not needed.")
        for command in commands:
            self.change(command, slug)

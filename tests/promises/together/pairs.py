"""Plans two features and lets somebody take each to its end, each from a folder of their own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

from door import POLICY, Answer, Word, call
from project import SLUG, Project
from repository import Repo

OTHER = "035-dogs"
PACKAGES = ("WP01", "WP02")
# A merge may be overtaken by the other's; that can happen once for each.
_TRIES = 5


def plan_two(project: Project) -> None:
    """Plans two features of two independent work packages each."""
    for file in (project.repo.path / "kitty-specs").rglob("WP*.md"):
        file.unlink()
    for package in PACKAGES:
        project.plan(package, f"Work{package.lower()}")
    specs = project.repo.path / "kitty-specs"
    for file in (specs / SLUG / "tasks").iterdir():
        project.repo.write(f"kitty-specs/{OTHER}/tasks/{file.name}", file.read_bytes())
    project.repo.commit("Plan cats and dogs")


@dataclass
class Worker:
    """Takes one feature to its end; `folder` is where the commands are called."""

    folder: Path
    top: Path
    slug: str
    told: list[Answer] = field(default_factory=list)

    def deliver(self) -> list[Answer]:
        """Finishes every work package, accepts and merges; returns all answers."""
        for package in PACKAGES:
            self.finish(package)
        self.land()
        return self.told

    def finish(self, package: str) -> None:
        about = ("--wp", package, "--actor", f"bot-{self.slug}")
        self._call("start-implementation", *about)
        workspace = Repo(self.top / ".worktrees" / f"{self.slug}-{package}")
        workspace.write(f"src/{self.slug}/{package}.txt", f"{self.slug} {package}\n")
        self._call("transition", *about, "--to", "for_review")
        words = ("--wp", package, "--actor", "critic", "--to", "done", "--review-ref", "r/1")
        self._call("transition", *words)

    def land(self, *words: Word) -> Answer:
        """Accepts and merges, as often as it takes until nobody is faster."""
        for _ in range(_TRIES):
            self._call("accept-feature", "--actor", "bot")
            landed = self._call("merge-feature", "--actor", "bot", *words)
            if landed.envelope["success"]:
                return landed
        return landed

    def _call(self, command: str, *words: Word) -> Answer:
        about = ("--feature", self.slug, "--policy", POLICY)
        self.told.append(call(self.folder, command, *about, *words))
        return self.told[-1]


def at_once(workers: Sequence[Worker]) -> list[list[Answer]]:
    """Lets all workers deliver at the same time."""
    with ThreadPoolExecutor(len(workers)) as pool:
        return list(pool.map(Worker.deliver, workers))


def refusals(told: Sequence[Answer]) -> Iterator[tuple[str, str]]:
    """Yields code and message of every no."""
    for answer in told:
        if not answer.envelope["success"]:
            yield answer.error, answer.message


def content(repo: Repo, commit: str) -> dict[str, str]:
    """Returns what both features put there."""
    listed = repo.git("ls-tree", "-r", "--name-only", commit, "src/").splitlines()
    return {path: repo.git("show", f"{commit}:{path}") for path in listed}


BOTH = {
    f"src/{slug}/{package}.txt": f"{slug} {package}"
    for slug in (SLUG, OTHER)
    for package in PACKAGES
}

"""Gives tests a planned feature, and what people and programs do to move it along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from door import POLICY, Answer, Word, call
from placeholders import Placeholders
from repository import Repo, make_repo

SLUG = "034-cats"


@dataclass
class Project:
    """A repository with one planned feature, called through the contract's door."""

    repo: Repo
    placeholders: Placeholders = field(init=False)

    def __post_init__(self) -> None:
        self.placeholders = Placeholders(self.repo.path)

    def plan(
        self, package: str, title: str, dependencies: Iterable[str] = (), more: str = ""
    ) -> None:
        """Writes the file of one work package."""
        listed = ", ".join(dependencies)
        head = f"work_package_id: {package}\ntitle: {title}\ndependencies: [{listed}]\n{more}"
        text = f"---\n{head}---\nMake it so.\n"
        self.repo.write(f"kitty-specs/{SLUG}/tasks/{package}-{title.lower()}.md", text)

    def api(self, command: str, *words: Word) -> Answer:
        """Calls a command about the feature."""
        return call(self.repo, command, "--feature", SLUG, *words)

    def ask(self, command: str, *words: Word) -> dict[str, Any]:
        """Returns the data of a success, with placeholders."""
        settled: dict[str, Any] = self.placeholders.settle(self.api(command, *words).data)
        return settled

    def refused(self, command: str, *words: Word) -> tuple[str, dict[str, Any]]:
        """Returns code and facts of a refusal, with placeholders."""
        code, facts = self.api(command, *words).refusal
        return code, self.placeholders.settle(facts)

    def packages(self) -> list[dict[str, Any]]:
        """Returns what the state says of each work package, less what is empty."""
        state = self.ask("feature-state")
        return [
            {name: held for name, held in package.items() if held}
            for package in state["work_packages"]
        ]

    def lanes(self) -> dict[str, str]:
        state = self.api("feature-state").data
        return {package["wp_id"]: package["lane"] for package in state["work_packages"]}

    def start(self, package: str, actor: str = "bot", *words: Word) -> Answer:
        about = ("--wp", package, "--actor", actor, "--policy", POLICY)
        return self.api("start-implementation", *about, *words)

    def review(self, package: str, actor: str = "critic", *words: Word) -> Answer:
        about = ("--wp", package, "--actor", actor, "--policy", POLICY)
        return self.api("start-review", *about, *words)

    def move(self, package: str, to: str, actor: str = "bot", *words: Word) -> Answer:
        about = ("--wp", package, "--to", to, "--actor", actor, "--policy", POLICY)
        return self.api("transition", *about, *words)

    def workspace(self, package: str) -> Path:
        return self.repo.path / ".worktrees" / f"{SLUG}-{package}"

    def work(self, package: str, file: str, text: str) -> None:
        """Writes a file in a workspace, as its agent does."""
        path = self.workspace(package) / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def submit(self, package: str, file: str = "cat.py", text: str = "meow = 1\n") -> None:
        """Starts a work package, does some work and submits it."""
        assert self.start(package).data
        self.work(package, file, text)
        assert self.move(package, "for_review").data

    def approve(self, package: str) -> Answer:
        return self.move(package, "done", "critic", "--review-ref", "review/1")

    def finish(self, package: str, file: str = "cat.py", text: str = "meow = 1\n") -> None:
        """Takes a work package from planned to done."""
        self.submit(package, file, text)
        assert self.approve(package).data

    def events(self) -> list[str]:
        """Returns the journal as people read it, oldest first."""
        listed = self.repo.git("log", "--reverse", "--format=%s", f"refs/spec-kitty/{SLUG}")
        settled: list[str] = self.placeholders.settle(listed.splitlines())
        return settled


def make_project(path: Path) -> Project:
    """Makes a feature of three work packages; the third waits for the first."""
    made = Project(make_repo(path))
    made.repo.write("README.md", "# Cats\n")
    made.plan("WP01", "Purr", more="owned_files: [src/purr/**]\n")
    made.plan("WP02", "Meow", more="owned_files: [src/meow/**]\n")
    made.plan("WP03", "Sleep", ["WP01"])
    made.repo.commit("Plan the cats")
    return made


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path / "project")

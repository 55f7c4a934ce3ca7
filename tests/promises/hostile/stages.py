"""Gives attacks a feature on which every command of ours has work to do in a hostile workspace.

WP01 is claimed and its workspace made; WP02, done meanwhile, changed the same file, so that WP01
is approved into a conflict, which is laid out in the workspace, and then integrated. WP03 is
canceled with work in it.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from extent import STRIDE

from door import POLICY, PROGRAM, Answer
from hostile.canaries import Canary, Outside
from project import SLUG, Project, make_project
from repository import Repo

SHARED = "src/shared.txt"
READS = ("feature-state", "list-ready", "explain", "history", "resolve-workspace") if STRIDE else ()
PEOPLE = ("status", "why", "verify", "doctor") if STRIDE else ("status", "doctor")
CONFIGURATION = '[verify]\ncommand = "test -f src/shared.txt"\n[worktree]\ncopy = [".env"]\n'


@dataclass(frozen=True)
class Scene:
    """Is the feature, and what an agent, a person and a program do with it."""

    project: Project

    @property
    def main(self) -> Repo:
        return self.project.repo

    @property
    def folder(self) -> Path:
        """The workspace that the agent has in its hands."""
        return self.project.workspace("WP01")

    @property
    def workspace(self) -> Repo:
        return Repo(self.folder)

    @property
    def branch(self) -> str:
        return f"refs/heads/{SLUG}-WP01"

    @property
    def git_dir(self) -> Path:
        return self.main.path / ".git"

    @property
    def registration(self) -> Path:
        return self.git_dir / "worktrees" / self.folder.name

    def configure(self, *settings: tuple[str, str | Path]) -> None:
        """Writes the repository's own configuration, as an agent without a sandbox can."""
        for key, value in settings:
            self.main.git("config", "--add", key, value)

    def say(self, *words: str, within: Path | None = None) -> str:
        """Runs a command for people; returns its exit status and all that it printed."""
        ended = subprocess.run(
            [PROGRAM, *words],
            cwd=within or self.main.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=120,
            check=False,
        )
        return f"{ended.returncode}\n{ended.stdout.decode(errors='surrogateescape')}"


def play(path: Path) -> Project:
    """Plays the feature up to the point at which the agent of WP01 turns hostile."""
    project = make_project(path)
    repo = project.repo
    repo.write(".kittify/config.toml", CONFIGURATION)
    repo.write(SHARED, "one\ntwo\nthree\n")
    repo.write(".gitignore", ".env\n")
    repo.write(".env", "SECRET=1\n")
    project.plan("WP03", "Sleep")
    repo.commit("Have a file that all work on")
    assert project.start("WP01").data
    assert project.start("WP03").data
    project.finish("WP02", SHARED, "one\nWP02\nthree\n")
    return project


# Where this process keeps the played feature.
_PLAYED: list[Path] = []


def copied(path: Path) -> Scene:
    """Returns a copy of the played feature at a path; its workspaces are told where they are."""
    shutil.copytree(_PLAYED[0], path, symlinks=True)
    made = Scene(Project(Repo(path)))
    folders = sorted((path / ".worktrees").iterdir())
    made.main.git("worktree", "repair", *folders)
    return made


@pytest.fixture
def scene(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Scene:
    if not _PLAYED:
        place = tmp_path_factory.mktemp("stage") / "project"
        play(place)
        # Moved, so that its copies cannot find the way back to it.
        _PLAYED.append(place.rename(place.parent / "played"))
    return copied(tmp_path / "project")


@pytest.fixture
def canary(tmp_path: Path) -> Canary:
    folder = tmp_path / "canary"
    folder.mkdir()
    return Canary(folder)


@pytest.fixture
def outside(tmp_path: Path) -> Outside:
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.txt").write_text("nobody's business\n")
    return Outside(folder)


def outcome(answer: Answer) -> str:
    return "done" if answer.envelope["success"] else str(answer.envelope["error_code"])


def tour(scene: Scene, trap_again: Callable[[], None] = lambda: None) -> dict[str, str]:
    """Has the commands of ours work on the hostile workspace; returns what each came to.

    With SPEC_KITTY_PROMISES those too that never look at a workspace's files. The trap
    may be laid anew before each command, as some put right what they find.
    """
    told = {}
    for name, command in _commands(scene):
        trap_again()
        told[name] = command()
    return told


def _commands(scene: Scene) -> Iterator[tuple[str, Callable[[], str]]]:
    project, about = scene.project, ("--feature", SLUG)
    yield "start", lambda: outcome(project.start("WP01"))
    written = write_work(scene, "one\nWP01\nthree\n")
    yield "submit", lambda: outcome(project.move("WP01", "for_review"))
    yield "review", lambda: scene.say("review", "WP01", *about)[0]
    yield "conflict", lambda: outcome(project.approve("WP01"))
    if written:
        write_work(scene, "one\nWP01 and WP02\nthree\n")
    yield "submit again", lambda: outcome(project.move("WP01", "for_review"))
    yield "start-review", lambda: outcome(project.review("WP01"))
    yield "done", lambda: outcome(project.approve("WP01"))
    cancel = ("agent", "tasks", "move-task", "WP03", "--to", "canceled", "--note", "No.", *about)
    yield "cancel", lambda: scene.say(*cancel)[0]
    for command in PEOPLE:
        yield command, partial(_status_of, scene, command)
    for command in READS:
        words = ("--wp", "WP01") if command == "resolve-workspace" else ()
        yield command, partial(_outcome_of, project, command, *words)
    by = ("--actor", "bot", "--policy", POLICY)
    yield "accept", lambda: outcome(project.api("accept-feature", *by))
    yield "merge", lambda: outcome(project.api("merge-feature", *by))


def _status_of(scene: Scene, command: str) -> str:
    return scene.say(command, "--feature", SLUG)[0]


def _outcome_of(project: Project, command: str, *words: str) -> str:
    return outcome(project.api(command, *words))


def write_work(scene: Scene, text: str) -> bool:
    """Writes the shared file as the agent does, if its workspace is still one."""
    file = scene.folder / SHARED
    if not file.parent.is_dir() or file.parent.resolve() != file.parent:
        return False
    file.unlink(missing_ok=True)
    file.write_text(text)
    return True


# What a whole tour comes to where a trap changes nothing at all.
FINE = {
    **dict.fromkeys(("start", "submit", "start-review", "submit again", "done", *READS), "done"),
    **dict.fromkeys(("review", "cancel", *PEOPLE), "0"),
    **dict.fromkeys(("accept", "merge"), "done"),
    "conflict": "INTEGRATION_CONFLICT",
}

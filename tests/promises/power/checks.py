"""Owns what must hold of a repository after a power cut, looked at with the real git and host."""

from __future__ import annotations

import json
import os
import subprocess
from dataclasses import dataclass
from typing import Any

from needed_tools import need

from door import PROGRAM, call, check_contract
from power.cuts import Image
from power.disk import read_disk, write_disk
from power.recording import Recording, record
from power.scenes import Scene
from project import SLUG, Project
from repository import Repo
from soundness import left_behind, require_replayable

_JOURNALS = "refs/spec-kitty/"
# Nobody but the host comes there, and it makes room for itself.
_OWN_WORK = ("spec-kitty/scratch/", "spec-kitty/index/")
_LONG_AGO_SECONDS = 1_000_000_000
# An agent commits with its own git, which syncs nothing, and asks at once.
_COMMIT = 'git -C "$0" add --all && git -C "$0" commit --quiet --message Work && exec "$@"'


@dataclass(frozen=True)
class Outcome:
    """What a repository holds once a command is through."""

    refs: dict[str, str]
    trees: dict[str, str]
    files: dict[str, tuple[str, bytes]]
    lanes: dict[str, str]
    status: str


@dataclass(frozen=True)
class Played:
    """A command that was recorded: what it did, told, and left."""

    project: Project
    scene: Scene
    recording: Recording
    told: dict[str, Any]
    journal: frozenset[str]
    outcome: Outcome


def play(project: Project, scene: Scene) -> Played:
    """Plays a scene and records its command."""
    need("strace")
    scene.before(project)
    for sample in (project.repo.path / ".git" / "hooks").iterdir():
        sample.unlink()
    words = [PROGRAM, "orchestrator-api", *map(os.fsdecode, scene.words)]
    if scene.by_an_agent:
        words = ["sh", "-c", _COMMIT, str(project.workspace("WP01")), *words]
    recording = record(words, project.repo.path)
    told = json.loads(recording.told)
    check_contract(told)
    assert told["error_code"] in (None, "INTEGRATION_CONFLICT"), told
    commits = frozenset(project.repo.git("rev-list", f"{_JOURNALS}{SLUG}").split())
    return Played(project, scene, recording, told, commits, outcome(project))


def outcome(project: Project) -> Outcome:
    shape = "--format=%(refname) %(objectname) %(tree)"
    rows = [line.split(" ") for line in project.repo.git("for-each-ref", shape).splitlines()]
    return Outcome(
        {ref: commit for ref, commit, _ in rows},
        {ref: tree for ref, _, tree in rows if not ref.startswith(_JOURNALS)},
        read_disk(project.repo.path).outside_git(),
        project.lanes(),
        project.repo.status(),
    )


def loss(played: Played, image: Image) -> str | None:
    """Returns what is lost in an image, None when nothing is."""
    place(image, played.project.repo)
    try:
        require_whole(played.project.repo)
        require_known_journal(played, image)
        require_going_on(played, image)
    except AssertionError as error:
        return f"{played.scene.name}, {image.name}: {error}"
    return None


def place(image: Image, repo: Repo) -> None:
    """Makes the repository what the image holds, as somebody finds it after the restart."""
    write_disk(image.disk, repo.path)
    for lock in (repo.path / ".git").rglob("*.lock"):
        os.utime(lock, (_LONG_AGO_SECONDS, _LONG_AGO_SECONDS))


def require_whole(repo: Repo) -> None:
    """Asserts that no ref leads to an object that is missing or damaged."""
    words = ("fsck", "--strict", "--no-dangling", "--no-progress")
    checked = subprocess.run(["git", *words], cwd=repo.path, capture_output=True, check=False)
    said = [line for line in checked.stderr.splitlines() if not line.startswith(b"notice: ")]
    assert (checked.returncode, checked.stdout, said) == (0, b"", []), checked


def require_known_journal(played: Played, image: Image) -> None:
    """Asserts that the journal ends at an event of its own; at the last, if it was answered."""
    ref = f"{_JOURNALS}{SLUG}"
    found = played.project.repo.git("for-each-ref", "--format=%(objectname)", ref)
    if image.acknowledged:
        assert found == played.outcome.refs[ref], "an acknowledged event is lost"
    assert found in played.journal | {""}, found


def require_going_on(played: Played, image: Image) -> None:
    """Asserts that asking again gives the answer, and leaves what it would have left."""
    project = played.project
    answer = call(project.repo, *played.scene.words)
    again = answer.envelope
    assert again["error_code"] == played.told["error_code"], answer
    if image.acknowledged:
        assert again["data"] == played.told["data"], again
    left = outcome(project)
    assert left.files == played.outcome.files, _difference(played.outcome.files, left.files)
    assert left.lanes == played.outcome.lanes, left.lanes
    assert left.trees == played.outcome.trees, _difference(played.outcome.trees, left.trees)
    assert left.status == played.outcome.status, left.status
    if image.acknowledged:
        assert left.refs == played.outcome.refs, _difference(played.outcome.refs, left.refs)
    require_tidy(project.repo, played.scene)


def require_tidy(repo: Repo, scene: Scene) -> None:
    """Asserts that the journal replays and no lock or intent is left; what is scratch may be."""
    require_whole(repo)
    require_replayable(repo, SLUG)
    passed = (*_OWN_WORK, "worktrees/") if scene.by_an_agent else _OWN_WORK
    left = [path for path in left_behind(repo.path / ".git") if not path.startswith(passed)]
    assert not left, left


def _difference(expected: dict[str, Any], found: dict[str, Any]) -> dict[str, Any]:
    paths = expected.keys() | found.keys()
    return {
        path: (expected.get(path), found.get(path))
        for path in sorted(paths)
        if expected.get(path) != found.get(path)
    }

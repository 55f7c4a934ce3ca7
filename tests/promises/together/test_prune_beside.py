"""A plain `git prune --expire=now` at any moment of a command leaves no note, and takes nothing.

Every moment of every command: SPEC_KITTY_PROMISES=all.
"""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from extent import STRIDE, some

from door import Answer, call
from project import make_project
from soundness import require_sound
from together.prune_scenes import PRUNE_SCENES, PruneScene
from together.pruning import Prune

EVERY = STRIDE or 7
RETRIES = 3


class Stage:
    """Is a prepared repository that is put back as it was before each moment."""

    def __init__(self, folder: Path, scene: PruneScene) -> None:
        self.project = make_project(folder / "project")
        self.prune = Prune(self.project.repo.path)
        self._kept = folder / "kept"
        scene.prepare(self.project)
        _copy(self.project.repo.path, self._kept)

    def put_back(self) -> None:
        subprocess.run(["rm", "-rf", self.project.repo.path], check=True)
        _copy(self._kept, self.project.repo.path)


def _copy(source: Path, target: Path) -> None:
    subprocess.run(["cp", "-a", source, target], check=True)


SAMPLE = ("submit", "approve", "cancel", "merge by squash")


# What this process has prepared; by itself, because a test's own surroundings come first.
_PREPARED: dict[PruneScene, Stage] = {}


@pytest.fixture(params=some(PRUNE_SCENES, *SAMPLE))
def scene(request: pytest.FixtureRequest) -> PruneScene:
    return PRUNE_SCENES[request.param]


@pytest.fixture
def stage(tmp_path_factory: pytest.TempPathFactory, scene: PruneScene) -> Stage:
    if scene not in _PREPARED:
        _PREPARED[scene] = Stage(tmp_path_factory.mktemp("prune"), scene)
    return _PREPARED[scene]


def moments(stage: Stage, scene: PruneScene) -> Iterator[int]:
    """Yields the numbers of gits that the command starts, less those that are not sampled."""
    stage.put_back()
    stage.prune.at_once(0, scene.words)
    yield from range(1, stage.prune.gits() + 1, EVERY)


def require_ended(stage: Stage, scene: PruneScene, first: Answer) -> None:
    """Asserts that the command ends as it does alone, at the latest when it is made again."""
    told = first
    for _ in range(RETRIES):
        if told.envelope["error_code"] not in ("BUSY", "MERGE_FAILED"):
            break
        assert told.envelope["data"]["retryable"], told
        told = call(stage.project.repo, *scene.words)
    assert told.envelope["error_code"] == scene.ends, told
    # What was taken after the last look of the command comes back with the next one.
    assert stage.project.api("feature-state").data
    require_whole(stage, scene)


def require_whole(stage: Stage, scene: PruneScene) -> None:
    where, what = scene.shown
    assert stage.project.repo.git("show", where) == what
    require_sound(stage.project.repo)


def test_a_prune_that_looked_before_the_command_and_deletes_in_it_takes_nothing(
    stage: Stage, scene: PruneScene
) -> None:
    for moment in moments(stage, scene):
        stage.put_back()
        require_ended(stage, scene, stage.prune.during(moment, scene.words))


def test_a_prune_that_runs_in_the_middle_of_the_command_takes_nothing(
    stage: Stage, scene: PruneScene
) -> None:
    for moment in moments(stage, scene):
        stage.put_back()
        require_ended(stage, scene, stage.prune.at_once(moment, scene.words))


def test_what_a_prune_takes_after_the_command_has_ended_the_next_one_brings_back(
    stage: Stage, scene: PruneScene
) -> None:
    stage.put_back()
    stage.prune.look()
    told = call(stage.project.repo, *scene.words)
    stage.prune.delete()

    next_one = stage.project.api("feature-state")

    assert (told.envelope["error_code"], next_one.exit_status) == (scene.ends, 0)
    require_whole(stage, scene)

"""Pipes in the place of files that git reads before it does anything: it would wait for ever."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from extent import some

from hostile.canaries import IMPATIENCE_SECONDS, ordinary
from hostile.stages import FINE, Scene, tour

Trap = Callable[[Scene], Path]


def pipe_at(path: Path) -> Path:
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    os.mkfifo(path)
    return path


def included(scene: Scene) -> Path:
    made = pipe_at(scene.folder / "pipe")
    scene.configure(("include.path", made))
    return made


def included_on_a_condition(scene: Scene) -> Path:
    made = pipe_at(scene.folder / "pipe")
    scene.configure(("includeIf.gitdir:**.path", made))
    return made


def in_place_of_the_settings(scene: Scene) -> Path:
    return pipe_at(scene.git_dir / "config")


def in_place_of_packed_refs(scene: Scene) -> Path:
    return pipe_at(scene.git_dir / "packed-refs")


def in_place_of_the_head(scene: Scene) -> Path:
    return pipe_at(scene.git_dir / "HEAD")


def in_place_of_the_ignore_list(scene: Scene) -> Path:
    return pipe_at(scene.git_dir / "info/exclude")


def in_place_of_alternates(scene: Scene) -> Path:
    return pipe_at(scene.git_dir / "objects/info/alternates")


TRAPS: tuple[Trap, ...] = (
    *(included, included_on_a_condition, in_place_of_the_ignore_list),
    *(in_place_of_the_settings, in_place_of_packed_refs, in_place_of_the_head),
    in_place_of_alternates,
)


@pytest.mark.parametrize("trap", TRAPS)
def test_a_pipe_in_the_repository_is_named_and_nothing_waits_for_it(
    scene: Scene, trap: Trap
) -> None:
    made = trap(scene)
    assert not ordinary(scene.main.path, "git", "status", limit_seconds=IMPATIENCE_SECONDS)

    refused = scene.project.start("WP01")

    assert refused.refusal == ("ENVIRONMENT_UNSUPPORTED", {"found": str(made)})
    assert f"{made} is no ordinary file but a pipe" in refused.message
    said = scene.say("doctor")
    assert (said[0], str(made) in said) == ("1", True)
    made.unlink()
    assert "Traceback" not in scene.say("status")


# What every git reads that goes through all worktrees, `git worktree add` for one; and the rest.
NEEDED = ("HEAD", "commondir", "gitdir", "index", "locked")
OTHERS = (
    *("index.lock", "rebase-merge/head-name", "rebase-apply/head-name", "BISECT_START"),
    *("ORIG_HEAD", "logs/HEAD"),
)


@pytest.mark.parametrize("names", some([(each,) for each in OTHERS], OTHERS))
def test_pipes_in_the_git_dirs_of_worktrees_are_not_opened(
    scene: Scene, tmp_path: Path, names: tuple[str, ...]
) -> None:
    """That of a workspace, and of a worktree that stays until the feature lands."""
    made = pipes_in_worktrees(scene, tmp_path, names)
    assert not ordinary(scene.main.path, "cat", made[0], limit_seconds=IMPATIENCE_SECONDS)
    assert {**tour(scene), "doctor": FINE["doctor"]} == FINE


@pytest.mark.parametrize("names", some([(each,) for each in NEEDED], NEEDED))
def test_pipes_that_checks_would_wait_for_are_named(
    scene: Scene, tmp_path: Path, names: tuple[str, ...]
) -> None:
    made = pipes_in_worktrees(scene, tmp_path, names)
    listing = ("git", "worktree", "add", tmp_path / "more")
    if names != ("index",):  # which git reads when it collects garbage
        assert not ordinary(scene.main.path, *listing, limit_seconds=IMPATIENCE_SECONDS)

    told = tour(scene)

    stopped = {"accept": "ENVIRONMENT_UNSUPPORTED", "merge": "FEATURE_NOT_READY"}
    assert {**told, "doctor": FINE["doctor"]} == FINE | stopped
    for each in made:
        each.unlink(missing_ok=True)


def pipes_in_worktrees(scene: Scene, tmp_path: Path, names: tuple[str, ...]) -> list[Path]:
    """Puts pipes in the git dir of a workspace, and of a worktree that stays to the end."""
    scene.main.git("worktree", "add", "--quiet", "--detach", tmp_path / "linked")
    folders = [scene.git_dir / "worktrees" / name for name in ("034-cats-WP03", "linked")]
    return [pipe_at(folder / name) for folder in folders for name in names]

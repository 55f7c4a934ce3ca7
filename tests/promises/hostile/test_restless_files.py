"""What a process of the agent does to a file while the host is at it, and files of rules."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from extent import some

from door import Answer
from hostile.canaries import IMPATIENCE_SECONDS, Outside, ordinary
from hostile.stages import SHARED, Scene
from project import SLUG
from soundness import require_sound
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.work_trees.restless import Steadiness
from spec_kitty.adapters.work_trees.work_tree import WorkTree
from spec_kitty.adapters.workspaces.held import Held
from spec_kitty.adapters.workspaces.place import workspace_place

_PROGRAM = Path(__file__).with_name("restless.py")
# The file has been looked at so often in the end; each look may meet another state of it.
ROUNDS = 6
LIMIT_BYTES = 50 << 20


@contextmanager
def restless(kind: str, file: Path, *more: Path) -> Iterator[None]:
    """Lets a process not leave the file alone while the block runs."""
    words: list[str | Path] = [sys.executable, _PROGRAM, kind, file, *more]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            yield
        finally:
            process.kill()


def submissions(scene: Scene) -> list[Answer]:
    """Submits again and again; each is answered."""
    told = []
    for number in range(ROUNDS):
        scene.workspace.write("other.txt", f"{number}\n")
        told.append(scene.project.move("WP01", "for_review"))
    return told


def committed(scene: Scene, answer: Answer, path: str) -> bytes:
    shown = ["git", "cat-file", "blob", f"{answer.data['head_commit']}:{path}"]
    return subprocess.run(shown, cwd=scene.main.path, capture_output=True, check=True).stdout


def require_answered(told: list[Answer]) -> None:
    allowed = {None, "WORKSPACE_FAILED", "TRANSITION_REJECTED", "ENVIRONMENT_UNSUPPORTED"}
    assert {answer.envelope["error_code"] for answer in told} <= allowed


@pytest.mark.parametrize("kind", ["rewrite", "grow"])
def test_a_file_that_is_written_all_the_time_does_not_keep_the_host(
    scene: Scene, kind: str
) -> None:
    file = scene.workspace.write(SHARED, "start\n")
    with restless(kind, file):
        if kind == "grow":
            command = ("tail", "--follow", "--bytes=+0", file)
            assert not ordinary(scene.folder, *command, limit_seconds=IMPATIENCE_SECONDS)
        told = submissions(scene)
    require_answered(told)
    for answer in told:
        if answer.exit_status == 0:
            assert len(committed(scene, answer, SHARED)) <= LIMIT_BYTES
    file.write_text("end\n")
    assert committed(scene, scene.project.move("WP01", "for_review"), SHARED) == b"end\n"
    require_sound(scene.main)


def test_a_file_and_a_pipe_that_take_turns_do_not_keep_the_host(scene: Scene) -> None:
    file = scene.workspace.write("swapped.txt", "plain\n")
    with restless("swap_with_a_pipe", file):
        words = ("git", "hash-object", f"{file}.pipe")
        assert not ordinary(scene.folder, *words, limit_seconds=IMPATIENCE_SECONDS)
        told = submissions(scene)
    require_answered(told)
    for each in scene.folder.glob("swapped.txt*"):
        each.unlink()
    assert scene.project.move("WP01", "for_review").data


RULES = (".gitignore", ".gitattributes", "src/.gitignore", "src/.gitattributes", "new/.gitignore")


@pytest.mark.parametrize("name", some(RULES, "new/.gitignore"))
def test_rules_for_git_that_are_a_pipe_are_named(scene: Scene, name: str) -> None:
    made = scene.workspace.write(name, "")
    made.unlink()
    os.mkfifo(made)
    scene.workspace.write(SHARED, "one\nWP01\nthree\n")
    words = ("git", "add", "--all")
    assert not ordinary(scene.folder, *words, limit_seconds=IMPATIENCE_SECONDS)
    (scene.registration / "index.lock").unlink(missing_ok=True)

    refused = scene.project.move("WP01", "for_review")

    assert refused.refusal == ("WORKSPACE_FAILED", {"reason": "not storable"})
    assert f"{made}: no file but a pipe" in refused.message
    made.unlink()
    assert scene.project.move("WP01", "for_review").data


def test_what_a_link_leads_to_is_not_taken_for_the_file_whose_place_it_takes(
    scene: Scene, outside: Outside
) -> None:
    secret = outside.folder / "secret.txt"
    file = scene.workspace.write("swapped.txt", "x" * 30)
    with restless("swap_with_a_link", file, secret):
        told = submissions(scene)
    require_answered(told)
    stored = {committed(scene, answer, "swapped.txt") for answer in told if answer.exit_status == 0}
    assert stored <= {b"x" * 30, os.fsencode(secret)}


def test_what_git_read_through_a_link_at_the_last_moment_is_not_kept(
    scene: Scene, outside: Outside
) -> None:
    file, away = scene.folder / SHARED, scene.folder / "away"
    file.write_text("mine\n")
    git = Git(locate(str(scene.main.path)))
    with Held(workspace_place(git.location, SLUG, "WP01")) as held:
        work_tree = WorkTree(git, held)
        work_tree.start_from(scene.branch)
        steadiness = Steadiness(work_tree, held, [SHARED], LIMIT_BYTES)
        file.rename(away)
        os.link(outside.folder / "secret.txt", file)
        work_tree.run("update-index", "--add", SHARED)
        swallowed = work_tree.run("cat-file", "blob", f":{SHARED}").stdout
        away.rename(file)
        steadiness.store_again()
        kept = work_tree.run("cat-file", "blob", f":{SHARED}").stdout
    assert (swallowed, kept) == (b"nobody's business\n", b"mine\n")

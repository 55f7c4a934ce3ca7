"""People at work beside the host: what they do succeeds, and stays."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from project import Project
from soundness import require_sound
from together.strangers import STRANGERS, strangers_at_work
from together.streams import codes, finish_at_once, plan_independent

PATIENCE_SECONDS = 120
_PERSON = Path(__file__).with_name("person_at_work.py")


class Work:
    """Is what a person did, known when the block has ended."""

    lines = 0


@contextmanager
def person_at_work(folder: Path, file: str, going: Path) -> Iterator[Work]:
    """Lets a person work in a folder until the block ends; none of their gits may fail."""
    going.write_text("")
    work = Work()
    pipe = subprocess.PIPE
    words = [sys.executable, str(_PERSON), str(folder), file, str(going)]
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True) as process:
        try:
            yield work
        finally:
            going.unlink()
            printed, complaints = process.communicate(timeout=PATIENCE_SECONDS)
        assert process.returncode == 0, complaints
        work.lines = int(printed)


def lines(count: int) -> str:
    return "".join(f"line {number}\n" for number in range(1, count + 1))


def test_a_person_in_the_main_checkout_is_not_disturbed(project: Project, tmp_path: Path) -> None:
    names = plan_independent(project, 2)

    with person_at_work(project.repo.path, "mine.txt", tmp_path / "person") as work:
        told = finish_at_once(project, [names])

    assert set(codes(told)) == {None}
    assert set(project.lanes().values()) == {"done"}
    assert (project.repo.path / "mine.txt").read_text() == lines(work.lines)
    subjects = project.repo.git("log", "--format=%s", "--", "mine.txt").splitlines()
    assert subjects == [f"Line {number}" for number in range(work.lines, 0, -1)]
    assert project.repo.git("stash", "list") == ""
    assert project.repo.status() == ""
    require_sound(project.repo)


def test_a_person_in_a_workspace_is_not_disturbed(project: Project, tmp_path: Path) -> None:
    names = plan_independent(project, 2)
    assert project.start(names[0]).data
    workspace = project.workspace(names[0])

    with (
        person_at_work(workspace, "mine.txt", tmp_path / "person") as work,
        # No gc: git's own commands fail now and then when it removes folders of objects.
        strangers_at_work(project.repo.path, [STRANGERS["worktree prune"]]),
    ):
        told = finish_at_once(project, [names[1:]])
    submitted = project.move(names[0], "for_review").data

    assert set(codes(told)) == {None}
    head = submitted["head_commit"]
    assert project.repo.git("show", f"{head}:mine.txt") + "\n" == lines(work.lines)
    assert project.approve(names[0]).data
    require_sound(project.repo)


@pytest.mark.parametrize("part", ["index", "branch"])
def test_a_submission_beside_a_persons_commands_is_whole_or_refused(
    project: Project, tmp_path: Path, part: str
) -> None:
    """The workspace of the very package: each answer is about one state of it."""
    names = plan_independent(project, 1)
    assert project.start(names[0]).data
    workspace = project.workspace(names[0])
    command = {
        "index": "date +%N > noise.txt; git add noise.txt; git reset --quiet",
        "branch": "date +%N > noise.txt; git add noise.txt; git commit --quiet -m Noise",
    }[part]

    told = []
    with strangers_at_work(workspace, [command]):
        for number in range(4):
            project.work(names[0], "mine.txt", f"{number}\n")
            told.append(project.move(names[0], "for_review"))

    allowed = {None, "BUSY", "TRANSITION_REJECTED", "REF_DIVERGED"}
    assert {answer.envelope["error_code"] for answer in told} <= allowed
    last = project.move(names[0], "for_review")
    head = last.data["head_commit"]
    assert project.repo.git("show", f"{head}:mine.txt") == "3"
    require_sound(project.repo)

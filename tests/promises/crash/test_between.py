"""What a person does between a kill and the next command is never overwritten."""

import json
import re

import pytest

from crash.bench import Bench
from crash.matrix import Matrix
from crash.people_between import ACTS, do, losses, move_away
from crash.points import KILL, Point
from crash.portrait import damage, left_behind
from crash.scenes import SCENES, note
from crash.strides import STRIDE
from project import SLUG

# By scene: where the person is at work, on which branch, and a file that the command writes there.
_WORKSPACE, _BRANCH = f".worktrees/{SLUG}-WP01", f"refs/heads/{SLUG}-WP01"
PLACES = {
    "submit": (_WORKSPACE, _BRANCH, "src/cat.py"),
    "conflict": (_WORKSPACE, _BRANCH, "src/cat.py"),
    "reopen": (_WORKSPACE, _BRANCH, "src/dog.py"),
    "cancel": (_WORKSPACE, _BRANCH, "src/cat.py"),
    "merge": (".", "refs/heads/main", "cat.py"),
    "squash": (".", "refs/heads/main", "cat.py"),
}
# Locks that are in a person's way, and intents; what only the host's own folders hold is removed by
# the next command that works there.
HINDERING = re.compile(r"\.git/(\w+\.lock|refs/heads/|worktrees/|spec-kitty/intent/.*json$)")
SAMPLE = 2


def promised(points: list[Point]) -> list[Point]:
    """Returns the kills from the moment on in which the command has said what it will do."""
    kills = [point for point in points if point.how == KILL]
    said = [number for number, point in enumerate(kills) if "intent/" in point.place.about]
    children = [point for point in kills if point.place.process.startswith(("update", "read-tr"))]
    return [*(kills[said[0] :] if said else ()), *children]


@pytest.mark.parametrize("name", PLACES)
def test_what_a_person_does_after_a_kill_stays(name: str, bench: Bench) -> None:
    matrix = Matrix(bench, SCENES[name])
    points = promised(matrix.points)
    assert points
    done, lost = 0, []
    for turn, act in enumerate(ACTS):
        chosen = points[turn :: STRIDE or len(points) // SAMPLE]
        for point in chosen:
            told = _lost(matrix, point, act, PLACES[name])
            done += told is not None
            lost += [f"{act} after {point}: {each}" for each in told or ()]
    assert not lost, "\n".join(lost)
    assert done, "nothing was done in between"


def _lost(matrix: Matrix, point: Point, act: str, where: tuple[str, str, str]) -> list[str] | None:
    """Returns what the next command lost, None where nothing could be done before it."""
    if matrix.stop(point) is None:
        return None
    folder, branch, changed = matrix.bench.place / where[0], where[1], where[2]
    left = do(act, folder, branch, changed)
    if left is None:
        return None
    told = []
    for key in ("k2", "k3"):
        answer = json.loads(matrix.bench.run(note(key)).stdout)
        lost = losses(matrix.bench.place, left)
        told += lost
        if answer["error_code"] == "WORKSPACE_FAILED" and left.files:
            left = move_away(left, answer["data"]["paths"])
        elif answer["error_code"] not in (None, "REF_DIVERGED"):
            told.append(f"the next command says {answer['error_code']}: {answer['data']}")
    if answer["error_code"] is not None:
        told.append(f"nothing goes on: {answer['data']}")
    hindering = [each for each in left_behind(matrix.bench.place) if HINDERING.match(each)]
    told += [f"left behind: {each}" for each in hindering]
    damaged = damage(matrix.bench.place)
    return [*told, damaged] if damaged else told

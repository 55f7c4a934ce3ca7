"""The lock of a landing says whose it is, from its first moment to its last."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from landing_scene import Scene, scene
from spec_kitty.adapters.landing.lock import find_left, give_up_look, is_left_by_look, take
from spec_kitty.domain.refusals import ErrorCode, Refusal

__all__ = ["scene"]

_KILLED_BEFORE_IT_HANDS_OVER = """
import os, signal, sys
from pathlib import Path
from landing_scene import Scene
from repository import Repo

path, old, new, intent = sys.argv[1:]
scene = Scene(Repo(Path(path)), old, new, Path(intent))

def intend(landing):
    scene.write_intent(landing)
    os.kill(os.getpid(), signal.SIGKILL)

scene.landing.land("refs/heads/main", old, new, intend)
"""


def test_a_lock_that_is_being_looked_under_can_be_taken_again(tmp_path: Path) -> None:
    take(str(tmp_path))

    assert is_left_by_look(str(tmp_path))
    take(str(tmp_path)).release()
    assert os.listdir(tmp_path) == []


def test_a_lock_that_was_handed_over_belongs_to_the_intent(tmp_path: Path) -> None:
    lock = take(str(tmp_path))
    lock.hand_over()

    assert not is_left_by_look(str(tmp_path))
    with pytest.raises(Refusal) as refused:
        find_left(str(tmp_path), "0123456789abcdef")
    assert refused.value.code is ErrorCode.BUSY
    left = find_left(str(tmp_path), lock.mark)
    assert left is not None
    left.release()
    assert os.listdir(tmp_path) == []


def test_a_lock_that_was_cut_off_while_it_was_handed_over_is_still_ours(tmp_path: Path) -> None:
    lock = take(str(tmp_path))
    lock.hand_over()
    path = tmp_path / "index.lock"
    whole = path.read_bytes()

    for left in (whole[:-5], whole[:-5] + b"\0" * 5):
        path.write_bytes(left)
        assert find_left(str(tmp_path), lock.mark) is not None


def test_two_landings_never_mark_their_locks_alike(tmp_path: Path) -> None:
    first = take(str(tmp_path))
    first.release()

    assert take(str(tmp_path)).mark != first.mark


def test_a_landing_that_is_killed_before_it_hands_its_lock_over_is_undone(scene: Scene) -> None:
    before = scene.state()["files"]
    words = (str(scene.repo.path), scene.old, scene.new, str(scene.intent_file))
    ended = subprocess.run(
        [sys.executable, "-c", _KILLED_BEFORE_IT_HANDS_OVER, *words],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        check=False,
    )
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()

    assert scene.recover() == ()

    assert (scene.state()["files"], scene.repo.status()) == (before, "")
    assert not (scene.repo.path / ".git" / "index.lock").exists()


def test_a_lock_that_never_got_its_name_goes_when_the_look_is_given_up(tmp_path: Path) -> None:
    for name in ("index.lock.spec-kitty", "index.lock.spec-kitty.spec-kitty-new"):
        (tmp_path / name).write_text("half")

    give_up_look(str(tmp_path))

    assert list(tmp_path.iterdir()) == []

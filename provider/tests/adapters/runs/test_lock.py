from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from spec_kitty_orchestrator.adapters.runs.lock import Holder, LockHeld, RunLocks

_HOLDING = """
import sys, time
from pathlib import Path
from spec_kitty_orchestrator.adapters.runs.lock import LockHeld, RunLocks
try:
    with RunLocks(Path(sys.argv[1])).take("034-cats", sys.argv[2]):
        print("held", flush=True)
        sys.stdin.read()
except LockHeld as problem:
    print(problem.holder.run, flush=True)
"""


def holding(folder: Path, run: str) -> subprocess.Popen[str]:
    """Starts a process that holds the lock until its standard input ends."""
    return subprocess.Popen(
        [sys.executable, "-c", _HOLDING, folder, run],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def said(child: subprocess.Popen[str]) -> str:
    assert child.stdout is not None
    return child.stdout.readline().strip()


@contextmanager
def held(folder: Path, run: str) -> Iterator[subprocess.Popen[str]]:
    child = holding(folder, run)
    try:
        assert said(child) == "held"
        yield child
    finally:
        child.kill()
        child.communicate()


def test_a_lock_that_is_held_is_refused_and_says_by_whom(tmp_path: Path) -> None:
    locks = RunLocks(tmp_path / "own")

    with held(tmp_path / "own", "r1") as child:
        with pytest.raises(LockHeld) as raised, locks.take("034-cats", "r2"):
            pass
        seen = locks.holder("034-cats")

    assert seen is not None
    assert (seen.process, seen.run) == (child.pid, "r1")
    assert raised.value.holder == seen
    assert str(raised.value) == (
        f"Run r1 of 034-cats is going on here already (process {child.pid}). Follow it with"
        " 'spec-kitty-orchestrator status --feature 034-cats --watch', or end it with"
        " 'spec-kitty-orchestrator abort --feature 034-cats'."
    )


def test_features_do_not_hinder_each_other(tmp_path: Path) -> None:
    locks = RunLocks(tmp_path)

    with locks.take("034-cats", "r1"), locks.take("035-dogs", "r2"):
        runs = [getattr(locks.holder(each), "run", None) for each in ("034-cats", "035-dogs", "x")]

    assert runs == ["r1", "r2", None]


def test_a_lock_is_free_again_after_the_run(tmp_path: Path) -> None:
    locks = RunLocks(tmp_path)

    with locks.take("034-cats", "r1"):
        pass
    after_run = locks.holder("034-cats")
    with locks.take("034-cats", "r2"):
        assert locks.holder("034-cats") is not None

    assert after_run is None


def test_a_lock_is_free_again_after_a_run_that_broke(tmp_path: Path) -> None:
    locks = RunLocks(tmp_path)

    with pytest.raises(RuntimeError), locks.take("034-cats", "r1"):
        raise RuntimeError

    assert locks.holder("034-cats") is None


def test_a_kill_frees_the_lock_at_once_and_what_it_left_does_not_matter(tmp_path: Path) -> None:
    locks = RunLocks(tmp_path)
    with held(tmp_path, "r1") as child:
        child.send_signal(signal.SIGKILL)
        child.wait()
        left = (tmp_path / "034-cats.lock").read_bytes()

        assert b'"r1"' in left
        assert locks.holder("034-cats") is None
        with locks.take("034-cats", "r2"):
            seen = locks.holder("034-cats")

    assert seen is not None
    assert (seen.process, seen.run) == (os.getpid(), "r2")


def test_of_two_that_take_it_at_once_exactly_one_gets_it(tmp_path: Path) -> None:
    for round_number in range(5):
        folder = tmp_path / str(round_number)
        children = [holding(folder, "r1"), holding(folder, "r2")]
        # The loser ends; the winner holds on until both have answered.
        answers = [said(child) for child in children]
        for child in children:
            child.communicate()

        assert sorted(answers) in (["held", "r1"], ["held", "r2"])


def test_children_of_the_holder_do_not_hold_it_on(tmp_path: Path) -> None:
    locks = RunLocks(tmp_path)
    with locks.take("034-cats", "r1"):
        child = subprocess.Popen(["sleep", "60"], close_fds=False)
    try:
        assert locks.holder("034-cats") is None
    finally:
        child.kill()
        child.wait()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b'{"process":1}', b'{"process":1,"run":"r0","began":0}', b"\xff"],
)
def test_what_the_file_says_counts_only_where_it_names_a_process_that_lives(
    tmp_path: Path, content: bytes
) -> None:
    locks = RunLocks(tmp_path)

    with locks.take("034-cats", "r1"):
        (tmp_path / "034-cats.lock").write_bytes(content)
        seen = locks.holder("034-cats")
        with pytest.raises(LockHeld) as raised, locks.take("034-cats", "r2"):
            pass

    assert seen == Holder()
    assert str(raised.value).startswith("A run of 034-cats is going on here already. Follow it")


def test_looking_does_not_hinder_taking(tmp_path: Path) -> None:
    looking = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\nfrom pathlib import Path\n"
            "from spec_kitty_orchestrator.adapters.runs.lock import RunLocks\n"
            "locks = RunLocks(Path(sys.argv[1]))\nprint('ready', flush=True)\n"
            "while True: locks.holder('034-cats')\n",
            tmp_path,
        ],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert said(looking) == "ready"
        locks = RunLocks(tmp_path)
        deadline = time.monotonic() + 0.5
        while time.monotonic() < deadline:
            with locks.take("034-cats", "r1"):
                pass
    finally:
        looking.kill()
        looking.communicate()

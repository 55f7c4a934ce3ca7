import subprocess
import sys
import threading
from pathlib import Path

import pytest

from spec_kitty.adapters.locks import WriterLock
from spec_kitty.domain.refusals import ErrorCode, Refusal

HOLDER = """\
import sys
from spec_kitty.adapters.locks import WriterLock
with WriterLock(sys.argv[1], "034-cats", 30.0):
    print("held", flush=True)
    sys.stdin.read()
"""


def holder(folder: Path) -> subprocess.Popen[str]:
    """Returns a process that holds the lock until its input ends."""
    argv = [sys.executable, "-c", HOLDER, str(folder)]
    pipe = subprocess.PIPE
    started = subprocess.Popen(argv, stdin=pipe, stdout=pipe, text=True)
    assert started.stdout is not None
    assert started.stdout.readline() == "held\n"
    return started


def test_a_held_lock_is_refused_to_the_impatient(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        with pytest.raises(Refusal) as refused, WriterLock(str(tmp_path), "034-cats", 0.0):
            pass
        other.communicate()

    assert refused.value.code is ErrorCode.BUSY
    assert refused.value.facts == {"retryable": True}


def test_patience_has_an_end(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        with pytest.raises(Refusal) as refused, WriterLock(str(tmp_path), "034-cats", 0.05):
            pass
        other.communicate()

    assert refused.value.code is ErrorCode.BUSY


def test_the_patient_get_it_when_its_holder_lets_go(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        assert other.stdin is not None
        threading.Timer(0.1, other.stdin.close).start()
        with WriterLock(str(tmp_path), "034-cats", 30.0) as lock:
            assert lock.descriptor >= 0
            assert other.wait() == 0


def test_a_thread_waits_too(tmp_path: Path) -> None:
    got: list[str] = []

    def take() -> None:
        with WriterLock(str(tmp_path), "034-cats", 30.0):
            got.append("thread")

    with WriterLock(str(tmp_path), "034-cats", 0.0):
        waiting = threading.Thread(target=take)
        waiting.start()
        got.append("main")
    waiting.join()

    assert got == ["main", "thread"]


def test_a_killed_holder_leaves_nothing(tmp_path: Path) -> None:
    with holder(tmp_path) as other:
        other.kill()
        other.wait()
        with WriterLock(str(tmp_path), "034-cats", 0.0) as lock:
            assert lock.descriptor >= 0


def test_locks_of_other_names_are_free(tmp_path: Path) -> None:
    one = WriterLock(str(tmp_path), "034-cats", 0.0)
    other = WriterLock(str(tmp_path), "034-cats.delivery", 0.0)
    with one, other:
        assert one.descriptor != other.descriptor

from __future__ import annotations

import contextlib
import errno
import os
import select
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from living import end_living, living, wait_until
from spec_kitty_orchestrator.adapters.processes import keeper

WILD = Path(__file__).with_name("wild_agent.py")
SECONDS = 30.0

# Each generation leaves its parent's session and outlives it, as fast as it can.
FLEEING = """
import os, sys, time
until = time.monotonic() + 20
if os.fork(): sys.exit()
while time.monotonic() < until:
    os.setsid()
    if os.fork(): os._exit(0)
"""

# Doubles until there are too many, and goes on with that as long as it is let.
BOMB = """
import os, sys, time
for _ in range(7):
    os.fork()
while True:
    if os.fork() == 0:
        time.sleep(0.01)
        os._exit(0)
    os.waitpid(-1, 0)
"""


class Kept:
    """Is a keeper that a test started, with the orchestrator's end of its socket."""

    def __init__(self, argv: tuple[str, ...], grace_seconds: float) -> None:
        self.socket, theirs = socket.socketpair()
        with theirs:
            words = [str(theirs.fileno()), str(grace_seconds), *argv]
            self.process = subprocess.Popen(
                [sys.executable, "-I", "-S", keeper.__file__, *words],
                pass_fds=[theirs.fileno()],
                start_new_session=True,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
            )
        self.socket.settimeout(SECONDS)

    def line(self) -> bytes:
        """Returns the next line that the agent prints."""
        assert self.process.stdout
        ready, _, _ = select.select([self.process.stdout], [], [], SECONDS)
        assert ready
        return self.process.stdout.readline()

    def told(self) -> list[str]:
        """Returns all that the keeper tells until its end, but for the agent's process id."""
        told = b""
        while data := self.socket.recv(4096):
            told += data
        return [line for line in told.decode().splitlines() if not line.startswith("started")]

    def agent(self) -> int:
        return int(self.socket.recv(4096).split()[1])


@pytest.fixture
def word() -> Iterator[str]:
    word = f"kept-{uuid.uuid4().hex}"
    yield word
    end_living(word)


@contextlib.contextmanager
def kept(*argv: str, grace_seconds: float = 0.3) -> Iterator[Kept]:
    started = Kept(argv, grace_seconds)
    try:
        yield started
    finally:
        started.socket.close()
        started.process.communicate(timeout=SECONDS)


def wild(tmp_path: Path, word: str, then: str) -> tuple[str, ...]:
    return (sys.executable, str(WILD), str(tmp_path / "away"), word, then)


@pytest.mark.parametrize(
    ("script", "told", "status"),
    [("exit 0", "ended 0", 0), ("exit 3", "ended 3", 3), ("kill -9 $$", "ended -9", 137)],
)
def test_an_agents_status_is_told_and_is_the_keepers_own(
    script: str, told: str, status: int
) -> None:
    with kept("sh", "-c", script) as started:
        assert (started.told(), started.process.wait(SECONDS)) == ([told], status)


def test_the_agent_speaks_through_the_streams_that_it_was_given() -> None:
    with kept("sh", "-c", "cat; echo wrong >&2") as started:
        assert started.process.communicate(b"right", timeout=SECONDS) == (b"right", b"wrong\n")


@pytest.mark.parametrize(
    ("name", "number"), [("absent", errno.ENOENT), ("unfit", errno.ENOEXEC), ("no", errno.EACCES)]
)
def test_a_program_that_cannot_be_started_is_told_with_its_reason(
    tmp_path: Path, name: str, number: int
) -> None:
    for file, mode in (("unfit", 0o700), ("no", 0o600)):
        (tmp_path / file).write_text("nothing that can be run")
        (tmp_path / file).chmod(mode)
    with kept(str(tmp_path / name)) as started:
        assert started.told() == [f"failed {number}", "ended 127"]


@pytest.mark.usefixtures("hangup")
def test_an_agent_gets_no_signal_settings_of_its_keeper() -> None:
    with kept("grep", "-E", "SigIgn|SigBlk", "/proc/self/status") as started:
        output, _ = started.process.communicate(timeout=SECONDS)
    # The two signals above 31 are the C library's own: nobody can set them, only inherit them.
    masks = {
        name: int(mask, 16) & 0x7FFFFFFF for name, mask in map(bytes.split, output.splitlines())
    }
    assert masks == {b"SigBlk:": 0, b"SigIgn:": 0}


def test_an_agent_gets_its_three_streams_and_nothing_else_that_is_open() -> None:
    with kept("ls", "/proc/self/fd") as started:
        output, _ = started.process.communicate(timeout=SECONDS)
    listed = 3  # What `ls` itself has opened.
    assert output.split() == [b"0", b"1", b"2", str(listed).encode()]


def test_an_agent_that_closes_its_streams_is_seen_to(word: str) -> None:
    with kept("sh", "-c", f": {word}; exec 2>&- >&-; read line") as started:
        assert started.line() == b""
        assert living(word)


def test_what_an_agent_leaves_running_is_ended_with_it(tmp_path: Path, word: str) -> None:
    with kept(*wild(tmp_path, word, "leave")) as started:
        assert started.told() == ["ended 0"]
        assert living(word) == []


def test_when_the_orchestrator_is_gone_all_is_ended(tmp_path: Path, word: str) -> None:
    with kept(*wild(tmp_path, word, "stay")) as started:
        assert started.line() == b"away\n"
        assert len(living(word)) >= 3
        started.socket.close()
        assert started.process.wait(SECONDS) == 128 + signal.SIGKILL
        assert living(word) == []


def test_an_agent_that_obeys_ends_in_order_when_its_end_is_asked_for(
    tmp_path: Path, word: str
) -> None:
    with kept(*wild(tmp_path, word, "obey")) as started:
        assert started.line() == b"away\n"
        started.socket.send(b"1\n")
        assert started.told() == ["ended 7"]
        assert living(word) == []


def test_an_end_that_was_asked_for_can_be_hastened(tmp_path: Path, word: str) -> None:
    with kept(*wild(tmp_path, word, "stay")) as started:
        assert started.line() == b"away\n"
        started.socket.send(b"1000\n")
        assert started.line() == b"deaf\n"
        started.socket.send(b"0\n")
        assert started.told() == ["ended -9"]
        assert living(word) == []


def test_a_stopped_agent_is_ended_too(word: str) -> None:
    with kept("sh", "-c", f": {word}; kill -STOP $$; exit 5") as started:
        agent = started.agent()
        wait_until(lambda: keeper.stat_fields(str(agent))[0] == b"T")
        started.socket.send(b"10\n")
        assert started.told() == [f"ended -{signal.SIGTERM.value}"]


def test_a_keeper_that_is_told_to_end_ends_all_at_once(tmp_path: Path, word: str) -> None:
    with kept(*wild(tmp_path, word, "stay"), grace_seconds=1000) as started:
        assert started.line() == b"away\n"
        started.process.terminate()
        assert started.told() == ["ended -9"]
        assert living(word) == []


def test_an_agent_dies_with_a_keeper_that_is_killed(word: str) -> None:
    with kept("sh", "-c", f": {word}; echo here; read line") as started:
        assert started.line() == b"here\n"
        agent = started.agent()
        started.process.kill()
        wait_until(lambda: keeper.stat_fields(str(agent))[:1] in ([], [b"Z"]))


@pytest.mark.parametrize(("script", "size"), [(FLEEING, 1), (BOMB, 100)], ids=["flees", "grows"])
def test_what_multiplies_is_not_faster_than_its_end(script: str, size: int, word: str) -> None:
    with kept(sys.executable, "-S", "-c", script, word) as started:
        wait_until(lambda: len(living(word)) >= size)
        began = time.monotonic()
        started.socket.send(b"0\n")
        assert "left" not in " ".join(started.told())
        assert living(word) == []
        assert time.monotonic() - began < SECONDS


def test_daemons_that_end_are_reaped_while_the_agent_works(word: str) -> None:
    script = f": {word}; for i in 1 2 3 4 5; do (setsid true &); done; echo made; sleep 600; true"
    with kept("sh", "-c", script) as started:
        assert started.line() == b"made\n"
        wait_until(lambda: _children_of(started.process.pid) == 1)


def _children_of(pid: int) -> int:
    fields = [keeper.stat_fields(name) for name in os.listdir("/proc") if name.isdecimal()]
    return sum(each[1:2] == [str(pid).encode()] for each in fields)

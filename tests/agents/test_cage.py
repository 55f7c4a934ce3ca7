"""Checks that an agent in a cage reaches the model server only, and is otherwise as it is."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from cage import Cage
from launches import Launch
from model_server import ModelServer

_CONNECT = """
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout=5).close()
except OSError as error:
    sys.exit(error.strerror)
"""


@pytest.fixture
def closed_cage(cage: Cage) -> Cage:
    if not cage.is_closed:
        pytest.skip("No cage can be made here. Install bubblewrap and nsenter.")
    return cage


@pytest.fixture
def python(closed_cage: Cage, tmp_path: Path) -> Callable[..., list[str]]:
    """Returns the words that run Python code in the cage."""
    launch = Launch(Path(sys.executable), ("-I", "-c"), {"ADDED": "by the wrapper"})
    wrapper = closed_cage.wrap(launch, tmp_path / "python with spaces")
    return lambda code, *words: [str(wrapper), code, *words]


def _connect(words: Callable[..., list[str]], address: str, port: int) -> str:
    return _ended(words(_CONNECT, address, str(port))).stderr.strip()


def _ended(words: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        words, capture_output=True, text=True, timeout=60, stdin=subprocess.DEVNULL
    )


def test_the_model_server_is_reached_from_the_cage(
    python: Callable[..., list[str]], models: ModelServer
) -> None:
    assert _connect(python, "127.0.0.1", models.port) == ""


def test_another_server_of_this_machine_is_not_reached(python: Callable[..., list[str]]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        socket.create_connection(("127.0.0.1", port)).close()

        assert _connect(python, "127.0.0.1", port) == "Connection refused"


@pytest.mark.parametrize("address", ["192.0.2.1", "198.51.100.1"])
def test_no_other_machine_is_reached(python: Callable[..., list[str]], address: str) -> None:
    assert _connect(python, address, 443) == "Network is unreachable"


def test_only_a_loopback_interface_is_there(python: Callable[..., list[str]]) -> None:
    seen = _ended(python("import socket; print([n for _, n in socket.if_nameindex()])"))

    assert seen.stdout == "['lo']\n"


def test_the_agent_is_the_process_that_was_started(python: Callable[..., list[str]]) -> None:
    code = "import os, sys; print(os.getpid(), os.getppid(), os.getuid(), sys.argv[1:])"
    started = subprocess.Popen(python(code, "two words", "*"), stdout=subprocess.PIPE, text=True)

    told, _ = started.communicate(timeout=60)

    assert told == f"{started.pid} {os.getpid()} {os.getuid()} ['two words', '*']\n"


def test_streams_variables_and_the_exit_status_pass(python: Callable[..., list[str]]) -> None:
    code = "import os, sys; print(sys.stdin.read(), os.environ['ADDED']); sys.exit(37)"

    ended = subprocess.run(python(code), input="told", capture_output=True, text=True, timeout=60)

    assert (ended.stdout, ended.stderr, ended.returncode) == ("told by the wrapper\n", "", 37)


def test_a_signal_reaches_the_agent_itself(python: Callable[..., list[str]]) -> None:
    code = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: sys.exit(5))
print("ready", flush=True)
signal.pause()
"""
    with subprocess.Popen(python(code), stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None
        assert started.stdout.readline() == "ready\n"

        started.send_signal(signal.SIGTERM)

        assert started.wait(timeout=60) == 5


_LEAVE = """
import subprocess, sys
quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
print(subprocess.Popen(sys.argv[2:], start_new_session=True, **quiet, **eval(sys.argv[1])).pid)
"""


def test_what_an_agent_leaves_without_its_variables_is_found_and_ended(
    python: Callable[..., list[str]], closed_cage: Cage
) -> None:
    left = int(_ended(python(_LEAVE, "{'env': {}}", "sleep", "1000")).stdout)

    assert closed_cage.leftovers(within_seconds=0) == {left: "sleep 1000"}
    closed_cage.kill_all()
    assert closed_cage.processes() == {}


def test_what_an_agent_leaves_in_a_sandbox_of_its_own_is_found_and_ended(
    python: Callable[..., list[str]], closed_cage: Cage
) -> None:
    sandbox = ["bwrap", "--bind", "/", "/", "--unshare-net", "--", "sh", "-c", "echo; sleep 1000"]
    code = _LEAVE.replace('"stdout": subprocess.DEVNULL', '"stdout": subprocess.PIPE')
    _ended(python(code.replace(".pid", ".stdout.readline()"), "{}", *sandbox))

    assert "sleep 1000" in closed_cage.leftovers(within_seconds=0).values()
    closed_cage.kill_all()
    assert closed_cage.processes() == {}


_KILLED = """
import os, subprocess, sys
from pathlib import Path
from cage import caged
from launches import Launch
from model_server import ModelServer
with ModelServer() as models, caged(models) as cage:
    wrapper = cage.wrap(Launch(Path("/bin/sleep")), Path(sys.argv[1]))
    print(subprocess.Popen([wrapper, "1000"], stdout=subprocess.DEVNULL).pid, flush=True)
    while "/bin/sleep 1000" not in cage.processes().values():
        pass
    os.kill(os.getpid(), 9)
"""


def test_tests_that_are_killed_leave_nothing(closed_cage: Cage, tmp_path: Path) -> None:
    variables = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    killed = subprocess.run(
        [sys.executable, "-B", "-c", _KILLED, tmp_path / "sleep"],
        env=variables,
        stdout=subprocess.PIPE,
        text=True,
        timeout=60,
    )

    assert killed.returncode == -signal.SIGKILL
    _wait_until_ended(int(killed.stdout))


def _wait_until_ended(pid: int) -> None:
    deadline = time.monotonic() + 10
    while Path(f"/proc/{pid}").exists():
        assert time.monotonic() < deadline
        time.sleep(0.02)

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spec_kitty.adapters.checks.running import MAX_LOG_BYTES, Checks, plain_tail
from spec_kitty.domain.checks import CheckOutcome


def run(
    folder: Path, command: str, timeout_seconds: float = 30, log: Path | None = None
) -> CheckOutcome:
    outcome = Checks().run(command, str(folder), timeout_seconds, str(log) if log else None)
    return outcome.replace(seconds=0)


def is_running(pid_file: Path) -> bool:
    pid = pid_file.read_text().strip()
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def ends(pid_file: Path) -> bool:
    """Waits for a process that was killed: a signal takes its time on a busy machine."""
    deadline = time.monotonic() + 20
    while is_running(pid_file) and time.monotonic() < deadline:
        os.sched_yield()
    return not is_running(pid_file)


def test_a_passing_check_answers_its_output_of_both_kinds(tmp_path: Path) -> None:
    assert run(tmp_path, "echo out; echo err >&2; pwd") == CheckOutcome(
        0, False, 0, f"out\nerr\n{tmp_path}\n", "none"
    )


@pytest.mark.parametrize(("command", "code"), [("exit 3", 3), ("kill -9 $$", 137), ("nope", 127)])
def test_a_failing_check_answers_its_status(tmp_path: Path, command: str, code: int) -> None:
    assert run(tmp_path, command).exit_code == code


def test_a_folder_that_is_not_there_is_a_failure(tmp_path: Path) -> None:
    outcome = run(tmp_path / "missing", "true")
    assert outcome.exit_code == 127
    assert "could not be started" in outcome.output_tail


def test_the_environment_is_scrubbed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "secret")
    monkeypatch.setenv("SSH_AUTH_SOCK", "/secret")
    monkeypatch.setenv("LC_TIME", "C")
    monkeypatch.setenv("LANG", "C.UTF-8")
    command = "env; ls -A $HOME $TMPDIR | wc -w; cat"
    *lines, listed = run(tmp_path, command).output_tail.splitlines()
    variables = dict(line.split("=", 1) for line in lines)
    for shells_own in ("PWD", "OLDPWD", "SHLVL", "_"):
        variables.pop(shells_own, None)
    home = variables.pop("HOME")
    assert variables.pop("TMPDIR") == f"{os.path.dirname(home)}/tmp"
    variables.pop("LC_CTYPE", None)
    assert variables == {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "LC_TIME": "C",
        "TERM": "dumb",
        **{name: os.environ[name] for name in ("LC_ALL",) if name in os.environ},
    }
    assert listed == "2"  # the two names, nothing in them
    assert not os.path.exists(home)


DAEMON = """
import os, sys, time
if os.fork(): os._exit(0)
os.setsid()
if os.fork(): os._exit(0)
for number in range(3): os.close(number)
with open(sys.argv[1], "w") as file: file.write(str(os.getpid()))
os.rename(sys.argv[1], sys.argv[2])
os.execve("/bin/sleep", ["sleep", "1000"], {})
"""


@pytest.mark.parametrize("ending", ["true", "sleep 1000"])
def test_daemons_that_left_the_session_are_ended_too(tmp_path: Path, ending: str) -> None:
    (tmp_path / "daemon.py").write_text(DAEMON)
    command = (
        f"{sys.executable} daemon.py new pid; sleep 1000 & echo $! > child; "
        f"while ! [ -e pid ]; do sleep 0.01; done; {ending}"
    )
    outcome = run(tmp_path, command, 30 if ending == "true" else 2)
    assert outcome.timed_out is (ending != "true")
    assert (is_running(tmp_path / "pid"), is_running(tmp_path / "child")) == (False, False)


def test_a_check_over_its_time_is_ended_though_it_ignores_signals(tmp_path: Path) -> None:
    outcome = run(tmp_path, "trap '' TERM HUP INT; echo begun; sleep 1000; sleep 1000", 0.5)
    assert outcome == CheckOutcome(None, True, 0, "begun\n", "none")


def test_output_is_plain_text(tmp_path: Path) -> None:
    shown = b"\x1b[31mred\x1b[0m \x1b]8;;http://x\x07link\x1b]8;;\x07\r\nbad \xff\x00\x08end"
    assert plain_tail(shown) == "red link\nbad \N{REPLACEMENT CHARACTER}end"


def test_only_the_end_of_long_output_is_answered(tmp_path: Path) -> None:
    outcome = run(tmp_path, "seq 1 100000")
    assert outcome.output_tail == "".join(f"{n}\n" for n in range(1, 100_001))[-4000:]


def test_the_log_is_bounded(tmp_path: Path) -> None:
    log = tmp_path / "logs" / "verify.log"
    run(tmp_path, "head -c 12000000 /dev/zero; echo end", 60, log)
    assert MAX_LOG_BYTES < log.stat().st_size < MAX_LOG_BYTES + 100


def test_a_short_log_is_whole(tmp_path: Path) -> None:
    log = tmp_path / "verify.log"
    run(tmp_path, "echo all", 60, log)
    assert log.read_text() == "all\n"


def test_a_check_that_kills_its_supervisor_does_not_pass(tmp_path: Path) -> None:
    outcome = run(tmp_path, "echo $$ > pid; kill -9 $PPID; exec sleep 1000")
    assert outcome.exit_code is None
    assert ends(tmp_path / "pid")


def test_a_check_ends_with_the_host(tmp_path: Path) -> None:
    host = (
        "from spec_kitty.adapters.checks.running import Checks\n"
        f"Checks().run('echo $$ > new; mv new pid; exec sleep 1000', {str(tmp_path)!r}, 60, None)"
    )
    process = subprocess.Popen([sys.executable, "-c", host])
    deadline = time.monotonic() + 20
    while not (tmp_path / "pid").exists() and time.monotonic() < deadline:
        os.sched_yield()
    process.kill()
    process.wait()
    while is_running(tmp_path / "pid") and time.monotonic() < deadline:
        os.sched_yield()
    assert not is_running(tmp_path / "pid")

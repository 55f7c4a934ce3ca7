import os
import select
import sys
from pathlib import Path

from spec_kitty.adapters.git.processes import Completed
from spec_kitty.adapters.git.unattended import run_unattended


def python(program: str, *words: str, limit_seconds: float = 30.0, stdin: bytes = b"") -> Completed:
    argv = [sys.executable, "-I", "-c", program, *words]
    return run_unattended(argv, os.environ, stdin, limit_seconds)


def test_what_a_child_reads_and_prints_goes_through() -> None:
    program = "import sys; print(sys.stdin.read(), end=''); sys.stderr.write('e'); sys.exit(3)"

    assert python(program, stdin=b"hello\n") == Completed(3, b"hello\n", b"e")


def test_a_child_has_no_terminal_to_ask_on() -> None:
    program = "import os; os.open('/dev/tty', os.O_RDWR)"

    assert b"/dev/tty" in python(program).stderr


def test_a_child_that_takes_too_long_ends_with_all_that_it_started(tmp_path: Path) -> None:
    # The grandchild holds the fifo open for writing as long as it lives.
    fifo = tmp_path / "alive"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    program = (
        "import subprocess, sys\n"
        "subprocess.Popen(['sh', '-c', 'exec sleep 20 >\"$0\"', sys.argv[1]]).wait()\n"
    )

    ended = python(program, str(fifo), limit_seconds=0.7)

    assert ended == Completed(124, b"", b"It took longer than 0.7 s and was ended.")
    assert select.select([reader], [], [], 5.0)[0] == [reader]
    assert os.read(reader, 1) == b""
    os.close(reader)

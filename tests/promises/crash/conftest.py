from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from needed_tools import need

from crash.bench import Bench, bench_in
from crash.tallies import show


@pytest.fixture(scope="session")
def bench() -> Iterator[Bench]:
    """A place for scenes, in memory where the machine has such a disk: a matrix syncs a lot."""
    need("strace")
    memory = Path("/dev/shm")
    disk = memory if memory.is_dir() else None
    with TemporaryDirectory(dir=disk) as folder, bench_in(Path(folder), Bench) as made:
        yield made


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    show(terminalreporter)

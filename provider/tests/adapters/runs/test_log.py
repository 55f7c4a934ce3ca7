from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from spec_kitty_orchestrator.adapters.runs.log import DamagedLog, FileRunLog
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.records import (
    Ended,
    Record,
    RunEnded,
    RunStarted,
    StepIntended,
)
from spec_kitty_orchestrator.domain.run.records import Step as S

FIRST = RunStarted(1.0, "r1", "034-cats", "me", ("ada",), (), Limits())
SECOND = StepIntended(2.0, "WP01", S.START, "key")
LAST = RunEnded(3.0, Ended.DONE)


def filled(folder: Path, *records: Record) -> FileRunLog:
    log = FileRunLog(folder)
    for record in records:
        log.append(record)
    return log


def test_what_is_appended_is_there_for_others_at_once(tmp_path: Path) -> None:
    log = filled(tmp_path, FIRST, SECOND)

    assert FileRunLog(tmp_path).records() == log.records() == (FIRST, SECOND)


def test_a_reader_follows_a_log_that_grows(tmp_path: Path) -> None:
    log, reader = filled(tmp_path, FIRST), FileRunLog(tmp_path)
    before = reader.records()

    log.append(SECOND)

    assert (before, reader.records()) == ((FIRST,), (FIRST, SECOND))


def test_an_empty_log_has_no_records(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").touch()

    assert FileRunLog(tmp_path).records() == ()


@pytest.mark.parametrize("torn", [b'{"type":"Run', b'{"type":"RunEnded","at":3.0}', b"\0" * 5000])
def test_a_torn_last_line_is_passed_over_and_cut_before_the_next(
    tmp_path: Path, torn: bytes
) -> None:
    path = filled(tmp_path, FIRST).path
    whole = path.read_bytes()
    path.write_bytes(whole + torn)

    torn_read = FileRunLog(tmp_path).records()
    unchanged = path.read_bytes() == whole + torn
    log = filled(tmp_path, LAST)

    assert (torn_read, unchanged, log.records()) == ((FIRST,), True, (FIRST, LAST))


def test_a_log_of_nothing_but_a_torn_line_begins_anew(tmp_path: Path) -> None:
    (tmp_path / "records.jsonl").write_bytes(b'{"ty')

    assert filled(tmp_path, FIRST).records() == (FIRST,)


def test_a_damaged_line_is_an_error_that_names_file_and_line(tmp_path: Path) -> None:
    path = filled(tmp_path, FIRST, SECOND, LAST).path
    lines = path.read_bytes().split(b"\n")
    path.write_bytes(b"\n".join([lines[0], lines[1][:20] + b"\r" + lines[1][20:40], *lines[2:]]))

    with pytest.raises(DamagedLog) as raised:
        FileRunLog(tmp_path).records()

    assert str(raised.value) == (
        f"Line 2 of {path} is no JSON. What the run did is safe with the host: move the run's"
        " folder away to start a new run."
    )


def test_a_full_disk_passes_on_and_leaves_the_log_readable(tmp_path: Path) -> None:
    log = filled(tmp_path, FIRST)
    size = log.path.stat().st_size
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, hard))
    try:
        with pytest.raises(OSError, match="File too large") as raised:
            log.append(SECOND)
        during = (log.records(), log.path.stat().st_size)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
        signal.signal(signal.SIGXFSZ, ignored)
    log.append(LAST)

    assert raised.value.errno == errno.EFBIG
    assert during == ((FIRST,), size)
    assert FileRunLog(tmp_path).records() == (FIRST, LAST)


def test_children_do_not_inherit_the_file(tmp_path: Path) -> None:
    log = filled(tmp_path, FIRST)
    mine = os.readlink(f"/proc/self/fd/{_descriptor_of(log.path)}")

    listed = subprocess.run(
        ["ls", "-l", "/proc/self/fd"], close_fds=False, capture_output=True, text=True, check=True
    )

    assert mine == str(log.path)
    assert str(log.path) not in listed.stdout


def test_a_closed_log_can_be_appended_to_again(tmp_path: Path) -> None:
    log = filled(tmp_path, FIRST)

    log.close()
    log.close()
    closed = _descriptor_of(log.path)
    log.append(LAST)

    assert (closed, log.records()) == (None, (FIRST, LAST))


def _descriptor_of(path: Path) -> int | None:
    for name in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{name}") == str(path):
                return int(name)
        except FileNotFoundError:
            continue
    return None


_APPENDING = """
import sys
from pathlib import Path
from spec_kitty_orchestrator.adapters.runs.log import FileRunLog
from spec_kitty_orchestrator.domain.run.records import RunEnded, Ended

log = FileRunLog(Path(sys.argv[1]))
for number in range(int(sys.argv[2]), 1_000_000):
    log.append(RunEnded(float(number), Ended.DONE, ("x" * 20_000,)))
    print(number, flush=True)
"""


def test_what_was_appended_survives_kills_at_any_moment(tmp_path: Path) -> None:
    promised = -1
    for round_number in range(12):
        child = subprocess.Popen(
            [sys.executable, "-c", _APPENDING, tmp_path, str(promised + 1)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert child.stdout is not None
        for _ in range(3 + 2 * round_number):
            promised = int(child.stdout.readline())
        child.kill()
        promised = max([promised, *(int(line) for line in child.stdout.read().split())])
        child.stdout.close()
        child.wait()
        found = [int(each.at) for each in FileRunLog(tmp_path).records()]
        # The very last may be whole without having been promised.
        assert found[: promised + 1] == list(range(promised + 1))
        assert len(found) <= promised + 2
        promised = len(found) - 1

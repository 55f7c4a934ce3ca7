from __future__ import annotations

import os
from pathlib import Path

import pytest

from spec_kitty_orchestrator.adapters.runs.folders import KnownRun, Runs
from spec_kitty_orchestrator.adapters.runs.log import DamagedLog
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.records import (
    Ended,
    RunEnded,
    RunStarted,
    Step,
    StepIntended,
)


def started(run_id: str, at: float, feature: str = "034-cats") -> RunStarted:
    return RunStarted(at, run_id, feature, "me", ("ada",), (), Limits())


def play(runs: Runs, run_id: str, at: float, *ends: Ended, feature: str = "034-cats") -> KnownRun:
    first = started(run_id, at, feature)
    log = runs.create_run(run_id)
    log.append(first)
    log.append(StepIntended(at, "WP01", Step.START, "key"))
    ended = [RunEnded(at + 5, end) for end in ends]
    for each in ended:
        log.append(each)
    log.close()
    return KnownRun(log.path.parent, first, ended[-1] if ended else None)


def test_the_runs_of_a_feature_are_found_the_newest_first(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs")
    old = play(runs, "zz", 1.0, Ended.NEEDS_PERSON)
    other = play(runs, "other", 2.0, feature="035-dogs")
    new = play(runs, "aa", 3.0)

    assert runs.find_runs("034-cats") == (new, old)
    assert runs.find_runs() == (new, other, old)
    assert runs.find_runs("036-birds") == ()


def test_where_nothing_ever_ran_there_are_no_runs(tmp_path: Path) -> None:
    assert Runs(tmp_path / "runs").find_runs() == ()


def test_a_found_run_gives_its_log(tmp_path: Path) -> None:
    run = play(Runs(tmp_path), "r1", 1.0, Ended.DONE)

    assert run.log().records()[0] == run.started


def test_a_name_is_given_to_one_run_only(tmp_path: Path) -> None:
    runs = Runs(tmp_path / "runs")
    runs.create_run("r1")

    with pytest.raises(FileExistsError):
        runs.create_run("r1")


def test_others_on_the_machine_cannot_look_into_a_run(tmp_path: Path) -> None:
    log = Runs(tmp_path / "runs").create_run("r1")

    assert log.path.parent.stat().st_mode & 0o777 == 0o700
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_a_run_killed_before_its_first_record_is_none(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    torn = runs.create_run("torn")
    torn.path.write_bytes(b'{"type":"RunStarted","feature":"034-c')
    runs.create_run("empty")
    os.mkdir(tmp_path / "no-log")
    (tmp_path / "a-file").touch()

    assert runs.find_runs() == ()


def test_a_torn_last_record_does_not_hide_a_run(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    run = play(runs, "r1", 1.0)
    with run.log().path.open("ab") as file:
        file.write(b'{"type":"RunEnd')

    assert runs.find_runs("034-cats") == (run,)


def test_damage_in_the_run_of_another_feature_is_nobody_elses(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    run = play(runs, "r1", 1.0)
    broken = play(runs, "r2", 2.0, feature="035-dogs").log().path
    broken.write_bytes(broken.read_bytes() + b"?\n")

    assert runs.find_runs("034-cats") == (run,)
    with pytest.raises(DamagedLog, match=r"Line 3 of .*/r2/records\.jsonl is no JSON"):
        runs.find_runs("035-dogs")


def test_a_run_of_a_newer_version_is_not_passed_over(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    path = play(runs, "r1", 1.0).log().path
    path.write_bytes(path.read_bytes().replace(b'"type":', b'"mood":"good","type":', 1))

    with pytest.raises(DamagedLog, match="go on with the version that wrote it"):
        runs.find_runs("034-cats")


def test_a_log_that_does_not_begin_a_run_is_damaged(tmp_path: Path) -> None:
    runs = Runs(tmp_path)
    path = play(runs, "r1", 1.0).log().path
    path.write_bytes(path.read_bytes().split(b"\n", 1)[1])

    with pytest.raises(DamagedLog, match="does not begin a run"):
        runs.find_runs()

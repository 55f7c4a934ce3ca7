"""`orchestrate` and `resume`: what a run begins with, what ends it, and what the shell is told."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from cli.offices import RUN, RUN_ID, FakeOffice, Type
from domain.moments import planned
from spec_kitty_orchestrator.cli.program import main
from spec_kitty_orchestrator.domain.limits import Limits
from spec_kitty_orchestrator.domain.run.records import AttemptEnded, Ended, RunEnded, RunStarted
from spec_kitty_orchestrator.ports import Assignment, Ending
from spec_kitty_orchestrator.testing.scripted_agents import MemoryLog, Played, willing

ORCHESTRATE, RESUME = "orchestrate --feature 034-cats", "resume --feature 034-cats"


def quick(assignment: Assignment) -> Played:
    return replace(willing(assignment), seconds=0.0)


@pytest.fixture
def ready(office: FakeOffice) -> FakeOffice:
    """An office with one work package that can begin, and agents that are done at once."""
    office.host.state = replace(office.host.state, packages=(planned("WP01"),))
    office.runner.script = quick
    return office


def starts(office: FakeOffice) -> list[RunStarted]:
    return [each for each in office.records(RUN_ID) if isinstance(each, RunStarted)]


def test_a_run_that_ends_with_the_merge_gives_0(ready: FakeOffice, typed: Type) -> None:
    said = typed(ORCHESTRATE)

    assert said.endswith("The feature is done and merged into main at merged.\n2 attempts.\n")
    assert (ready.host.state.merged, ready.cleaned) == (True, [RUN_ID])


def test_what_cannot_be_removed_does_not_undo_a_run_that_is_done(
    ready: FakeOffice, typed: Type
) -> None:
    def refuse(run_id: str) -> None:
        raise PermissionError(errno.EACCES, "Permission denied", f"/cache/{run_id}")

    ready.clean = refuse  # type: ignore[method-assign]
    said = typed(ORCHESTRATE)

    assert "remove it by hand" in said
    assert "[1]" not in said


def test_a_resume_goes_on_with_what_the_resume_before_it_had_changed(
    ready: FakeOffice, typed: Type
) -> None:
    larger = replace(RUN, limits=Limits(budget_tokens=900), merge=False, resumed=True)
    ready.keep(larger, RunEnded(larger.at, Ended.INTERRUPTED))
    typed(RESUME)

    assert [(each.limits.budget_tokens, each.merge) for each in starts(ready)] == [
        (None, True),
        (900, False),
        (900, False),
    ]


def test_a_resume_under_another_name_is_refused(ready: FakeOffice, typed: Type) -> None:
    ready.keep()
    said = typed(f"{RESUME} --actor alice")

    assert said.startswith("spec-kitty-orchestrator: Run run-1 holds its work packages in the name")
    assert said.endswith("[2]\n")
    assert len(starts(ready)) == 1


def test_a_resume_without_an_agent_that_is_gone_says_how_to_name_another(
    ready: FakeOffice, typed: Type
) -> None:
    ready.keep(run=replace(RUN, implementers=("zoe",)))

    assert "--impl-agent NAME" in typed(RESUME)
    assert "merged" in typed(f"{RESUME} --impl-agent ada")


class LateOffice(FakeOffice):
    """In it, something happens at the very moment when a run is to be claimed."""

    before_claim: tuple[RunEnded | RunStarted, ...] = ()

    def claim(self, feature: str, run_id: str) -> AbstractContextManager[None]:
        return self._late(feature, run_id)

    @contextmanager
    def _late(self, feature: str, run_id: str) -> Iterator[None]:
        for record in self.before_claim:
            self.logs.setdefault(RUN_ID, MemoryLog()).append(record)
        with super().claim(feature, run_id):
            yield


@pytest.fixture
def office(tmp_path: Path) -> LateOffice:
    return LateOffice(tmp_path)


def test_a_run_that_began_a_moment_ago_keeps_a_second_one_from_beginning(
    ready: LateOffice, typed: Type
) -> None:
    ready.logs["run-0"] = MemoryLog((replace(RUN, run_id="run-0", feature="035-dogs"),))
    ready.before_claim = (RUN,)
    said = typed(ORCHESTRATE)

    assert said.startswith("spec-kitty-orchestrator: Run run-1 of 034-cats was not finished.")
    assert said.endswith("[4]\n")
    assert ready.runner.begun == []


def test_a_run_that_was_given_up_a_moment_ago_is_not_gone_on_with(
    ready: LateOffice, typed: Type
) -> None:
    ready.keep()
    ready.before_claim = (RunEnded(RUN.at, Ended.ABORTED),)

    assert "No run of 034-cats is left to resume." in typed(RESUME)
    assert ready.runner.begun == []


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGINT])
def test_a_signal_that_was_ignored_from_the_start_does_not_end_a_run(
    number: signal.Signals, ready: FakeOffice, typed: Type
) -> None:
    def script(assignment: Assignment) -> Played:
        os.kill(os.getpid(), number)
        return replace(willing(assignment), seconds=0.05)

    ready.runner.script = script
    before = signal.signal(number, signal.SIG_IGN)
    try:
        said = typed(ORCHESTRATE)
    finally:
        signal.signal(number, before)

    assert "merged into main" in said


@pytest.mark.usefixtures("hangup")
@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGTERM])
def test_a_signal_to_end_ends_the_run_and_its_agents(
    number: signal.Signals, ready: FakeOffice, typed: Type
) -> None:
    def script(assignment: Assignment) -> Played:
        os.kill(os.getpid(), number)
        return replace(willing(assignment), seconds=60.0)

    ready.runner.script = script

    assert typed(ORCHESTRATE).endswith("[130]\n")
    assert ready.runner.at_once == {}


def test_a_full_disk_is_told_with_a_next_step(ready: FakeOffice, typed: Type) -> None:
    ready.keep()
    ready.logs[RUN_ID].room = 3

    assert typed(RESUME).splitlines()[-2:] == [
        "spec-kitty-orchestrator: The disk is full (No space left on device). Free some space,"
        " then give the command again; a run that this broke off goes on with:"
        " spec-kitty-orchestrator resume --feature SLUG",
        "[1]",
    ]
    assert ready.runner.at_once == {}


def test_a_terminal_that_knows_fewer_characters_does_not_end_a_run(
    ready: FakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def script(assignment: Assignment) -> Played:
        return Played(Ending(answer='{"verdict": "approved", "summary": "cats \u2192 purr"}'), 0.0)

    shown = io.BytesIO()
    monkeypatch.setattr(sys, "argv", ["spec-kitty-orchestrator", *ORCHESTRATE.split()])
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(shown, encoding="latin-1"))
    ready.runner.script = script

    assert main(lambda: ready) == 0
    sys.stdout.flush()
    assert b"cats ? purr" in shown.getvalue()


@pytest.mark.parametrize("shown_as", ["", "--json"])
def test_a_reader_of_the_output_that_goes_away_ends_the_run_and_its_agents(
    shown_as: str, ready: FakeOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    reading, writing = os.pipe()

    def script(assignment: Assignment) -> Played:
        if assignment.package == "WP02":
            os.close(reading)
            return replace(willing(assignment), seconds=0.0)
        return replace(willing(assignment), seconds=60.0)

    ready.host.state = replace(ready.host.state, packages=(planned("WP01"), planned("WP02")))
    ready.runner.script = script
    monkeypatch.setattr(
        sys, "argv", ["spec-kitty-orchestrator", *f"{ORCHESTRATE} {shown_as}".split()]
    )
    pipe = os.fdopen(writing, "w", encoding="utf-8")
    monkeypatch.setattr(sys, "stdout", pipe)
    with pytest.raises(SystemExit) as left:
        main(lambda: ready)
    # What is still to be flushed has to go somewhere.
    with open(os.devnull, "w") as nothing:
        os.dup2(nothing.fileno(), pipe.fileno())
    pipe.close()

    ended = [each.id for each in ready.records(RUN_ID) if isinstance(each, AttemptEnded)]
    assert (left.value.code, ready.runner.at_once, sorted(ended)) == (
        1,
        {},
        ["WP01-1-implement-1", "WP02-1-implement-1"],
    )

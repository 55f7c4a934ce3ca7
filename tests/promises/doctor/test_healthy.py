"""Where nothing is wrong the doctor finds nothing, whatever other commands are doing."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from doctor.mended_scenes import MENDED, command_killed, merge_killed
from doctor.patients import LIVES, Patient
from doctor.told_scenes import start_killed
from door import PATIENCE_SECONDS, PROGRAM
from journals import journal_of
from project import SLUG
from soundness import require_sound
from spec_kitty.application.doctor.diagnosis import Diagnosis, diagnose
from spec_kitty.application.workflow import Call
from spec_kitty.domain.feature import Caller

PatientIn = Callable[[str], Patient]
DOCTORS = 16


@pytest.mark.parametrize("life", LIVES)
def test_a_feature_as_it_should_be_has_no_findings(patient: PatientIn, life: str) -> None:
    here = patient(life)
    before = here.portrait()
    assert here.found() == []
    assert here.portrait() == before


def test_a_command_that_ends_before_the_second_look_is_no_finding(patient: PatientIn) -> None:
    here = patient("running")
    command_killed(here)

    def ends() -> None:
        # The lock is one that its git still holds, and lets go of.
        (here.git_dir / f"refs/heads/{SLUG}-WP02.lock").unlink(missing_ok=True)
        with here.host() as other:
            other.workflow.mend(SLUG, Call(Caller("bot", person=True)))

    with here.host(before_its_turn=ends) as host:
        assert diagnose(host) == Diagnosis(1, ())


def test_a_start_that_is_at_work_is_no_finding(patient: PatientIn) -> None:
    here = patient("planned")
    start_killed(here)
    with journal_of(here.repo) as journal, journal.writer.side_lock(SLUG, "WP01.workspace", True):
        assert here.found() == []
    assert here.found() == [("workspace-unfinished", "WP01", None)]


def test_a_start_that_gets_further_between_the_looks_is_no_finding(patient: PatientIn) -> None:
    here = patient("planned")
    start_killed(here)
    with here.host(meanwhile=lambda: here.start("WP01").data) as host:
        assert diagnose(host) == Diagnosis(1, ())


def test_a_merge_that_is_at_work_is_no_finding(patient: PatientIn) -> None:
    here = patient("accepted")
    merge_killed(here)
    with journal_of(here.repo) as journal, journal.writer.side_lock(SLUG, "delivery", True):
        assert here.found() == []
    assert here.found() == [("interrupted-merge", None, None)]


def test_a_lock_that_its_git_lets_go_of_is_no_finding(patient: PatientIn) -> None:
    here = patient("running")
    lock = here.leave("packed-refs.lock")
    with here.host(meanwhile=lock.unlink) as host:
        assert diagnose(host) == Diagnosis(1, ())


def test_a_lock_that_a_live_process_holds_is_no_finding(patient: PatientIn) -> None:
    here = patient("running")
    lock = here.leave("packed-refs.lock")
    with lock.open():
        holder = subprocess.Popen(
            [sys.executable, "-c", "import sys; f = open(sys.argv[1]); print(); input()", lock],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
    with holder:
        assert holder.stdout is not None
        holder.stdout.readline()
        assert here.found() == []
        holder.communicate(b"\n")
    assert here.found() == [("stale-lock", None, ".git/packed-refs.lock")]


_BUSY = """\
import sys, threading
sys.path[:0] = [sys.argv[1]]
from pathlib import Path
from people import Person
from spec_kitty.wiring import open_host

ended = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
host = open_host(sys.argv[2])
alice = Person(host, "bot")
steps = [
    lambda: alice.move("WP03", "planned", "later"),
    lambda: alice.start("WP03"),
    lambda: alice.move("WP03", "for_review"),
    lambda: alice.move("WP03", "in_progress", "again", reference="r"),
    lambda: alice.move("WP03", "blocked", "wait"),
    lambda: alice.move("WP03", "planned", "go on"),
    lambda: alice.start("WP03"),
]
print(flush=True)
taken = 0
while not ended.is_set():
    steps[taken % len(steps)]()
    taken += 1
host.close()
print(taken)
"""


@contextmanager
def _others_at_work(patient: Patient) -> Iterator[None]:
    """Keeps claiming, submitting and releasing WP03 in another process, for as long as it lasts."""
    tests = Path(__file__).resolve().parents[3] / "host" / "tests"
    words = (sys.executable, "-c", _BUSY, str(tests), str(patient.repo.path))
    other = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    with other:
        assert other.stdout is not None
        other.stdout.readline()
        yield
        steps, errors = other.communicate(timeout=PATIENCE_SECONDS)
    assert (other.returncode, errors) == (0, "")
    assert int(steps) > 5


def _doctors(patient: Patient, *words: str) -> list[tuple[int, dict[str, object]]]:
    """Runs so many doctors at once, and returns how each ended and what it said."""
    running = [
        subprocess.Popen(
            [PROGRAM, "doctor", "--json", *words],
            cwd=patient.repo.path,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(DOCTORS)
    ]
    ended = []
    for each in running:
        shown, errors = each.communicate(timeout=PATIENCE_SECONDS)
        assert errors == b"", errors
        ended.append((each.returncode, json.loads(shown)))
    return ended


def test_sixteen_doctors_beside_commands_at_work_find_nothing(patient: PatientIn) -> None:
    here = patient("running")
    with _others_at_work(here):
        ended = _doctors(here)
    healthy = {"features": 1, "healthy": True, "findings": [], "mended": []}
    assert ended == [(0, healthy)] * DOCTORS
    require_sound(here.repo)


def test_sixteen_doctors_that_mend_at_once_mend_once(patient: PatientIn) -> None:
    here = patient("running")
    command_killed(here)
    for name in ("a workspace was deleted", "git shows the workspaces", "things were left behind"):
        MENDED[name].happen(here)
    ended = _doctors(here, "--fix")
    assert [(status, said["findings"]) for status, said in ended] == [(0, [])] * DOCTORS
    assert here.found() == []
    require_sound(here.repo)


def test_the_folder_of_a_check_at_work_is_no_finding(patient: PatientIn) -> None:
    here = patient("accepted")
    here.leave_folder(here.git_dir / "spec-kitty" / "scratch" / f"verify-{SLUG}")
    with journal_of(here.repo) as journal, journal.writer.side_lock(SLUG, "delivery", True):
        assert here.found() == []
    assert here.found() == [("leftover", None, f".git/spec-kitty/scratch/verify-{SLUG}")]

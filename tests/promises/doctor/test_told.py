"""What `doctor` explains and leaves to a person: found exactly, never touched, and no dead end."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable

import pytest

from doctor.mended_scenes import workspace_deleted
from doctor.patients import Patient
from doctor.told_scenes import TOLD
from door import PROGRAM
from spec_kitty.application.doctor.diagnosis import diagnose
from spec_kitty.application.doctor.findings import Kind

PatientIn = Callable[[str], Patient]


@pytest.mark.parametrize("name", TOLD)
def test_it_is_found_explained_and_left(patient: PatientIn, name: str) -> None:
    scene = TOLD[name]
    here = patient(scene.life)
    scene.happen(here)
    before = here.portrait()

    findings = here.findings()

    assert here.found() == sorted(scene.found)
    assert [each.act for each in findings] == [None] * len(findings)
    assert all(
        each.remedy or "git config" in each.message or "delete" in each.message for each in findings
    )
    assert (here.fix(), here.portrait()) == ([], before)
    scene.by_hand(here)
    for finding in findings if scene.advice else ():
        for command in finding.commands:
            _type(here, command)
    assert here.found() == []


def test_whoever_may_not_write_is_told_what_to_do_and_offered_nothing(patient: PatientIn) -> None:
    here = patient("running")
    workspace_deleted(here)
    with here.host(writable=False) as host:
        diagnosis = diagnose(host)
    found = [each.kind for each in diagnosis.findings]
    assert (found, diagnosis.mendable) == ([Kind.READ_ONLY, Kind.WORKSPACE_MISSING], ())


def _type(patient: Patient, command: str) -> None:
    programs = f"{os.path.dirname(PROGRAM)}{os.pathsep}{os.environ['PATH']}"
    ended = subprocess.run(
        ["sh", "-c", command],
        cwd=patient.repo.path,
        env={**os.environ, "PATH": programs},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, (command, ended.stdout, ended.stderr)

"""The lines that doctor prints, typed as they stand: they lose nothing, however often."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

from doctor.mended_scenes import merge_killed
from doctor.patients import Patient
from doctor.told_scenes import workspace_on_another_branch
from project import SLUG
from repository import Repo
from screencast import Screencast
from soundness import require_sound

PatientIn = Callable[[str], Patient]
FEATURE = f"refs/heads/{SLUG}"


def type_what_is_said(patient: Patient) -> None:
    """Goes through the lines one by one, whatever becomes of the one before."""
    for finding in patient.findings():
        for line in finding.commands:
            subprocess.run(["sh", "-c", line], cwd=patient.repo.path, check=False)


def move_by_hand(patient: Patient, message: str) -> str:
    words = ("commit-tree", "-p", "main", "-m", message, "main^{tree}")
    commit = patient.repo.git(*words)
    patient.repo.git("update-ref", FEATURE, commit)
    return commit


def branches(repo: Repo) -> set[str]:
    return set(repo.git("for-each-ref", "--format=%(objectname)", "refs/heads/").split())


def test_a_branch_that_was_moved_twice_keeps_both_commits(patient: PatientIn) -> None:
    here = patient("running")
    recorded = here.repo.tip(SLUG)
    made = set()
    for message in ("By hand", "By hand again"):
        made.add(move_by_hand(here, message))
        type_what_is_said(here)
        assert (here.repo.tip(SLUG), here.findings()) == (recorded, ())

    assert made <= branches(here.repo)


def test_a_branch_that_cannot_be_kept_is_not_moved(patient: PatientIn) -> None:
    here = patient("running")
    moved = move_by_hand(here, "By hand")
    here.repo.git("branch", f"{SLUG}-as-found-{moved[:7]}", "main")

    type_what_is_said(here)

    assert here.repo.tip(SLUG) == moved


def test_a_workspace_goes_back_from_another_branch(patient: PatientIn) -> None:
    here = patient("running")
    for aside in ("once", "twice"):
        workspace_on_another_branch(here)
        type_what_is_said(here)
        assert here.findings() == ()
        here.repo.git("branch", "--move", "other", aside)


def test_a_workspace_goes_back_from_a_commit_beside_its_branch(patient: PatientIn) -> None:
    here = patient("running")
    birds = Repo(here.workspace("WP03"))
    birds.git("commit", "--allow-empty", "--quiet", "--message", "On the branch")
    for message in ("Aside", "Aside again"):
        birds.git("switch", "--quiet", "--detach", "HEAD^")
        birds.git("commit", "--allow-empty", "--quiet", "--message", message)
        aside = birds.tip("HEAD")
        type_what_is_said(here)
        assert (here.findings(), birds.git("branch", "--show-current")) == ((), f"{SLUG}-WP03")
        assert aside in branches(here.repo)


@pytest.mark.parametrize("lock", [b"", b"spec-kitty looks whether a feature can land here\nand is"])
def test_what_a_lock_keeps_from_being_finished_is_not_called_done(
    patient: PatientIn, lock: bytes
) -> None:
    here = patient("accepted")
    merge_killed(here)
    target = here.repo.tip("main")
    landing = {
        "kind": "landing",
        "target": "refs/heads/main",
        "old": target,
        "new": target,
        "git_dir": ".",
        "lock_mark": "0123456789abcdef",
        "locks": [],
    }
    intent: dict[str, object] = {
        "journal_old": None,
        "journal_new": "",
        "refs": [],
        "locks": [],
        "lay_out": None,
    }
    text = json.dumps({**intent, "landing": landing})
    here.leave(f"spec-kitty/intent/{SLUG}.json", text.encode())
    here.leave("index.lock", lock + b" somebody else's" * bool(lock))

    shown = Screencast(here).type("spec-kitty doctor --fix")

    assert f"not done: {'A feature is landing' if lock else 'A git lock is in the way'}" in shown
    assert ".git/index.lock" in shown
    assert "\n  done" not in shown
    assert shown.endswith("[1]\n")
    assert (here.git_dir / "index.lock").exists()

    (here.git_dir / "index.lock").unlink()
    assert "  done" in Screencast(here).type("spec-kitty doctor --fix")
    require_sound(here.repo)

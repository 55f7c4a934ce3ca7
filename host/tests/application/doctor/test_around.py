"""The audit of what lies around a journal: branches, commits, locks, unfinished commands."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from forgery import Forgery
from journals import REF, SLUG, journal_of
from people import Person
from project import Project
from spec_kitty.adapters.journal.intents import Intents
from spec_kitty.application.audit import audit
from spec_kitty.application.ports import Intent
from spec_kitty.domain.events import MergeIntended
from spec_kitty.domain.feature import Merge, MergePhase
from spec_kitty.wiring import open_host

Look = Callable[[], list[str]]


@pytest.fixture(autouse=True)
def sound() -> None:
    """These repositories are damaged on purpose."""


@pytest.fixture
def look(project: Project, alice: Person) -> Look:
    """WP01 is done, WP02 is submitted; returns what an audit finds."""
    project.finish("WP01")
    project.submit("WP02", "other.py")

    def messages() -> list[str]:
        host = open_host(str(project.repo.path))
        try:
            return [each.said for each in audit(host.ports, SLUG, lambda _a, _b: None).findings]
        finally:
            host.ports.close()

    return messages


def finish(project: Project, alice: Person) -> None:
    project.approve("WP02")
    alice.move("WP03", "canceled", "Not needed.")


def test_all_is_well(look: Look) -> None:
    assert look() == []


def test_a_feature_branch_that_somebody_moved_is_found(project: Project, look: Look) -> None:
    recorded = project.repo.tip(SLUG)
    project.repo.git("branch", "--force", SLUG, "main")
    moved = project.repo.tip("main")
    assert look() == [
        f"The branch {SLUG} is at {moved[:12]}, but the journal left it at {recorded[:12]}. "
        "Somebody moved it. Keep what you need of it, then put it back: "
        f"git branch {SLUG}-as-found-{moved[:7]} {moved} && "
        f"git update-ref refs/heads/{SLUG} {recorded} {moved}"
    ]


def test_branches_that_are_gone_are_found_and_can_be_brought_back(
    project: Project, look: Look
) -> None:
    tip, head = project.repo.tip(SLUG), project.repo.tip(f"{SLUG}-WP02")
    project.repo.git("update-ref", "-d", f"refs/heads/{SLUG}")
    project.repo.git("update-ref", "-d", f"refs/heads/{SLUG}-WP02")
    findings = look()
    assert findings == [
        f"The branch {SLUG} is gone. Bring it back: git branch {SLUG} {tip}",
        f"WP02: its branch is gone. Bring it back: git branch {SLUG}-WP02 {head}",
    ]
    for finding in findings:
        project.repo.git(*finding.partition(": git ")[2].split())
    assert look() == []


def test_submitted_work_that_is_missing_is_found(project: Project, look: Look) -> None:
    head = Forgery(project.repo).delete(f"{SLUG}-WP02")
    said = (
        f"WP02: the commit {head}, that was submitted, is missing. "
        "Fetch it from a clone that has it, or from a backup."
    )
    assert said in look()


def test_an_accepted_tree_that_is_missing_is_found(
    project: Project, alice: Person, look: Look
) -> None:
    finish(project, alice)
    project.repo.write("moved.md", "so that the trees of target and feature differ")
    project.repo.commit("Move the target")
    alice.accept()
    feature = alice.host.ports.reading.read(SLUG).feature
    assert feature is not None
    assert feature.acceptance is not None
    gone = Forgery(project.repo).delete(feature.acceptance.tree)
    assert look() == [
        f"What was accepted is not there any more ({gone}). Accept it again: "
        f"spec-kitty accept --feature {SLUG}"
    ]


def test_a_merge_that_was_taken_back_is_found(project: Project, alice: Person, look: Look) -> None:
    finish(project, alice)
    alice.accept()
    landed = alice.merge()["merge_commit"]
    assert look() == []
    project.repo.git("reset", "--quiet", "--hard", "HEAD^")
    assert look() == [
        f"The feature landed as {landed[:12]}, but main does not hold that any more. "
        f"If that was not meant, bring it back on main: git merge {landed}"
    ]


def test_an_interrupted_command_is_found(project: Project, look: Look) -> None:
    tip = project.repo.tip(REF)
    Intents(str(project.repo.path / ".git")).write(SLUG, Intent(tip, tip))
    assert look() == [
        "A command was interrupted half-way. The next change of the feature mends it."
    ]


def intend_merge(project: Project, alice: Person) -> None:
    finish(project, alice)
    alice.accept()
    tip = project.repo.tip("main")
    merge = Merge(MergePhase.INTENDED, "alice", "2026-01-01T12:00:00", "merge", tip, tip)
    with journal_of(project.repo) as journal:
        journal.add(MergeIntended(merge))


def test_an_interrupted_merge_is_found(project: Project, alice: Person, look: Look) -> None:
    intend_merge(project, alice)
    assert look() == [f"The merge was interrupted. Finish it: spec-kitty merge --feature {SLUG}"]


def test_a_merge_that_is_at_work_is_no_finding(project: Project, alice: Person, look: Look) -> None:
    intend_merge(project, alice)
    with journal_of(project.repo) as journal, journal.writer.side_lock(SLUG, "delivery", True):
        assert look() == []


@pytest.mark.parametrize(
    "name",
    [f"refs/heads/{SLUG}.lock", f"refs/heads/{SLUG}-WP02.lock", "packed-refs.lock"],
)
def test_a_lock_that_was_left_is_found(project: Project, look: Look, name: str) -> None:
    lock = Path(project.repo.path, ".git", name)
    lock.touch()
    os.utime(lock, (1, 1))
    assert look() == [
        f"A git command was interrupted and left {lock}. If no git is running, delete it: rm {lock}"
    ]


def test_a_lock_on_a_journal_that_was_left_is_found(project: Project, look: Look) -> None:
    lock = Path(project.repo.path, ".git", f"{REF}.lock")
    lock.touch()
    os.utime(lock, (1, 1))
    assert look() == [
        f"A git command was interrupted and left {lock}. The next change of the feature removes it."
    ]


def test_a_lock_that_somebody_just_took_is_no_finding(project: Project, look: Look) -> None:
    lock = Path(project.repo.path, ".git", "packed-refs.lock")
    lock.touch()
    an_hour_from_now = time.time() + 3600
    os.utime(lock, (an_hour_from_now, an_hour_from_now))
    assert look() == []

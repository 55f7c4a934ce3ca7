"""A feature without a journal: new, or begun all the same, here or in another clone."""

from __future__ import annotations

from pathlib import Path

import pytest

from people import Person
from project import SLUG, Project
from repository import Repo
from spec_kitty.application.audit import audit
from spec_kitty.application.beginnings import told_begun
from spec_kitty.application.doctor.diagnosis import diagnose
from spec_kitty.domain.names import journal_ref
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.wiring import open_host

JOURNAL = journal_ref(SLUG)
FETCHED = f"refs/spec-kitty-remote/origin/{SLUG}"


@pytest.fixture(autouse=True)
def sound() -> None:
    """These repositories lose their journals on purpose."""


def lose_journal(project: Project) -> str:
    """Deletes the journal of a feature with one started work package; returns its tip."""
    project.start("WP01")
    tip = project.repo.tip(JOURNAL)
    project.repo.git("update-ref", "-d", JOURNAL)
    return tip


def remove_workspace(project: Project) -> None:
    project.repo.git("worktree", "remove", "--force", "--force", project.workspace("WP01"))


def refs(project: Project) -> str:
    return project.repo.git("for-each-ref")


def refused_start(project: Project) -> Refusal:
    host = open_host(str(project.repo.path))
    try:
        with pytest.raises(Refusal) as refused:
            Person(host).start("WP02")
    finally:
        host.close()
    return refused.value


def test_a_new_feature_has_not_begun(alice: Person) -> None:
    assert told_begun(alice.host.ports, SLUG) is None


def test_a_branch_of_somebody_elses_is_no_beginning(project: Project, alice: Person) -> None:
    project.repo.git("branch", SLUG)
    project.repo.git("branch", f"{SLUG}-WP01")
    assert told_begun(alice.host.ports, SLUG) is None


def test_no_second_journal_begins_beside_a_workspace_of_a_lost_one(project: Project) -> None:
    lose_journal(project)
    before = refs(project)
    refusal = refused_start(project)
    assert (refusal.code, refusal.message) == (
        ErrorCode.JOURNAL_DAMAGED,
        f"There is no journal of {SLUG}, but the host made the workspace "
        f"{project.workspace('WP01')} for it. A new one would begin everything anew, so nothing "
        "was changed. 'spec-kitty doctor' says what to do to bring it back.",
    )
    assert refs(project) == before


def test_no_second_journal_begins_beside_a_branch_of_a_lost_one(project: Project) -> None:
    lose_journal(project)
    remove_workspace(project)
    before = refs(project)
    refusal = refused_start(project)
    assert refusal.code is ErrorCode.JOURNAL_DAMAGED
    assert refusal.message.startswith(
        f"There is no journal of {SLUG}, but the host made the branch {SLUG} for it. "
    )
    assert refs(project) == before


def test_nothing_is_accepted_without_the_journal_that_there_was(
    project: Project, alice: Person
) -> None:
    lose_journal(project)
    with pytest.raises(Refusal) as refused:
        alice.accept()
    assert refused.value.code is ErrorCode.JOURNAL_DAMAGED


def test_the_doctor_finds_what_is_left_of_a_lost_journal(project: Project) -> None:
    tip = lose_journal(project)
    remove_workspace(project)
    host = open_host(str(project.repo.path))
    found = [(each.message, each.commands) for each in diagnose(host).findings]
    host.close()
    commands = (f"git update-ref {JOURNAL} {tip}", f"spec-kitty verify --feature {SLUG}")
    said = f"There is no journal of {SLUG}, but the host made the branch {SLUG} for it."
    assert found == [(said, commands)]


def test_an_audit_finds_that_there_was_a_journal(project: Project, alice: Person) -> None:
    lose_journal(project)
    audited = audit(alice.host.ports, SLUG, lambda _a, _b: None)
    assert [each.kind.value for each in audited.findings] == ["journal-gone"]


def test_a_clone_does_not_fork_a_journal_that_it_fetched(project: Project, tmp_path: Path) -> None:
    project.start("WP01")
    project.repo.git("clone", "--quiet", project.repo.path, tmp_path / "clone")
    clone = Project(Repo(tmp_path / "clone"))
    wanted = "+refs/spec-kitty/*:refs/spec-kitty-remote/origin/*"
    clone.repo.git("config", "--add", "remote.origin.fetch", wanted)
    clone.repo.git("fetch", "--quiet")
    said = f"There is no journal of {SLUG} in this clone, but origin has one, fetched as {FETCHED}."

    assert refused_start(clone).message.startswith(said)
    host = open_host(str(clone.repo.path))
    findings = diagnose(host).findings
    host.close()
    assert [(each.message, each.commands) for each in findings] == [
        (said, (f"git update-ref {JOURNAL} {FETCHED}",))
    ]

    clone.repo.git("update-ref", JOURNAL, FETCHED)
    assert clone.lanes() == {"WP01": "in_progress", "WP02": "planned", "WP03": "planned"}

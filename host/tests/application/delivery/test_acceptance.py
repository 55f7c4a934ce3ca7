"""Accepting a feature: what withdraws it, and the project's own checks on what would land."""

import pytest

from people import Person
from project import SLUG, Project
from repository import Repo
from soundness import left_behind
from spec_kitty.adapters.integration.merges import Integration
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.merging import Outcome
from spec_kitty.wiring import Adapters
from states import kinds, lane


@pytest.fixture
def ready(project: Project, alice: Person) -> Project:
    """A feature whose only work package that is not canceled is done."""
    project.finish("WP01")
    alice.move("WP02", "canceled", "Not needed.")
    alice.move("WP03", "canceled", "Not needed.")
    return project


def accepted(project: Project) -> bool:
    return bool(project.api("feature-state").data["accepted"])


def accept(project: Project, *words: str) -> tuple[str | None, dict[str, object]]:
    answer = project.api("accept-feature", "--actor", "bot", *words)
    return answer.envelope["error_code"], answer.envelope["data"]


def verify_with(project: Project, command: str, seconds: int = 60) -> None:
    project.repo.write(
        ".kittify/config.toml",
        f"[verify]\ncommand = {command!r}\ntimeout_seconds = {seconds}\n",
    )
    project.repo.commit("Configure the checks")


def test_what_is_not_done_is_not_accepted(project: Project) -> None:
    project.finish("WP01")

    code, data = accept(project)

    assert (code, data["incomplete_wps"]) == ("FEATURE_NOT_READY", ["WP02", "WP03"])


class OvertakenIntegration(Integration):
    """Lets somebody move the target in the moment in which the tree that would land is made."""

    overtaken_by: Repo
    is_before: bool

    def merge(self, ours: str, theirs: str, labels: tuple[str, str] | None = None) -> Outcome:
        if self.is_before:
            self._move_target()
        outcome = super().merge(ours, theirs, labels)
        if not self.is_before:
            self._move_target()
        return outcome

    def _move_target(self) -> None:
        self.overtaken_by.write("theirs.txt", "theirs\n")
        self.overtaken_by.commit("Be faster")


@pytest.mark.parametrize("is_before", [True, False])
def test_a_target_that_moves_meanwhile_is_not_accepted_with_a_tree_that_lacks_it(
    ready: Project, alice: Person, is_before: bool
) -> None:
    ports = alice.host.ports
    assert isinstance(ports, Adapters)
    integration = OvertakenIntegration(ports.git)
    integration.overtaken_by, integration.is_before = ready.repo, is_before
    ports.__dict__["integration"] = integration

    with pytest.raises(Refusal) as refused:
        alice.accept()

    assert (refused.value.code, accepted(ready)) == (ErrorCode.BUSY, False)


def test_a_feature_of_canceled_packages_is_not_accepted(project: Project, alice: Person) -> None:
    assert project.start("WP01").data
    for wp in ("WP01", "WP02", "WP03"):
        alice.move(wp, "canceled", "Not needed.")

    assert accept(project)[0] == "FEATURE_NOT_READY"


def test_the_tree_that_would_land_is_promised(ready: Project) -> None:
    ready.repo.write("other.txt", "meanwhile\n")
    target = ready.repo.commit("Meanwhile")

    code, data = accept(ready)

    tree = ready.repo.git("merge-tree", "--write-tree", "main", SLUG)
    assert (code, data["tree"], data["target_commit"], data["verified"]) == (
        None,
        tree,
        target,
        False,
    )
    assert data["accepted_wps"] == ["WP01"]
    assert accept(ready)[1]["no_op"] is True


def test_a_note_does_not_withdraw_the_acceptance(ready: Project) -> None:
    accept(ready)

    ready.api("append-history", "--wp", "WP01", "--actor", "eve", "--note", "Nice.")

    assert accepted(ready)


def test_a_new_work_package_withdraws_the_acceptance(ready: Project, alice: Person) -> None:
    accept(ready)
    ready.plan("WP04", "Hiss")
    ready.repo.commit("Plan more")

    with pytest.raises(Refusal) as refused:
        alice.merge()

    assert refused.value.code is ErrorCode.FEATURE_NOT_READY
    assert accept(ready)[1]["incomplete_wps"] == ["WP04"]


def test_a_target_that_moved_withdraws_the_acceptance(ready: Project, alice: Person) -> None:
    accept(ready)
    ready.repo.write("other.txt", "meanwhile\n")
    ready.repo.commit("Meanwhile")

    with pytest.raises(Refusal) as refused:
        alice.merge()

    assert (refused.value.code, refused.value.facts["reason"]) == (
        ErrorCode.FEATURE_NOT_READY,
        "target_moved",
    )
    assert accept(ready)[0] is None
    alice.merge()
    assert ready.repo.git("show", "main:cat.py") == "meow = 1"


def test_a_restored_work_package_withdraws_the_acceptance(ready: Project, alice: Person) -> None:
    accept(ready)

    alice.move("WP02", "planned", "Needed after all.", force=True)

    assert not accepted(ready)


def test_checks_see_exactly_the_tree_that_lands(ready: Project, alice: Person) -> None:
    ready.repo.write("other.txt", "meanwhile\n")
    ready.repo.write("checked", "")
    ready.repo.commit("Meanwhile")
    out = ready.repo.path.parent / "seen"
    verify_with(ready, f"git write-tree > {out} && git rev-parse HEAD^{{tree}} >> {out}")

    code, data = accept(ready)

    assert (code, data["verified"]) == (None, True)
    alice.merge()
    landed = ready.repo.git("rev-parse", "main^{tree}")
    assert out.read_text().split() == [landed, landed]
    assert data["tree"] == landed


@pytest.mark.parametrize(
    ("command", "seconds", "exit_code", "timed_out"),
    [("echo a cat barked; exit 3", 60, 3, False), ("sleep 60", 1, None, True)],
)
def test_failed_checks_are_an_event_and_move_no_lane(
    ready: Project, command: str, seconds: int, exit_code: int | None, timed_out: bool
) -> None:
    verify_with(ready, command, seconds)

    code, data = accept(ready)

    assert (code, data["timed_out"]) == ("VERIFICATION_FAILED", timed_out)
    if not timed_out:
        assert (data["exit_code"], data["output_tail"]) == (exit_code, "a cat barked\n")
    assert kinds(ready)[-1] == "VerificationFailed"
    assert (lane(ready), accepted(ready)) == ("done", False)
    assert left_behind(ready.repo.path / ".git") == []


def test_failed_checks_name_what_was_integrated_last(project: Project, alice: Person) -> None:
    project.finish("WP01", "cat.py")
    project.finish("WP02", "dog.py")
    alice.move("WP03", "canceled", "Not needed.")
    verify_with(project, "false")
    assert accept(project)[1]["reopen"] == "WP02"

    words = ("--note", "It fails.", "--review-ref", "verify")
    assert project.move("WP01", "in_progress", "eve", *words).data
    project.work("WP01", "cat.py", "meow = 2\n")
    assert project.move("WP01", "for_review").data
    assert project.approve("WP01").data

    code, data = accept(project)
    assert (code, data["reopen"]) == ("VERIFICATION_FAILED", "WP01")
    assert "(WP01 was integrated last)" in str(data["message"])


def test_checks_get_no_credentials_and_leave_nothing(
    ready: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CATS_TOKEN", "purr")
    verify_with(ready, 'test -z "$CATS_TOKEN" && touch left-behind && mkdir -p a/b')

    assert accept(ready)[0] is None
    assert left_behind(ready.repo.path / ".git") == []
    assert ready.repo.git("worktree", "list").count("\n") == 1


def test_checks_without_a_sandbox_can_be_forbidden(ready: Project) -> None:
    ready.repo.write(
        ".kittify/config.toml",
        "[verify]\ncommand = 'true'\n[policy]\nunsandboxed_checks = false\n",
    )
    ready.repo.commit("Configure the checks")

    code, data = accept(ready)

    assert (code, data["rule"]) == ("POLICY_DENIED", "policy.unsandboxed_checks")


def test_what_a_killed_check_left_is_not_in_the_way(ready: Project) -> None:
    verify_with(ready, "test ! -e stale")
    scratch = ready.repo.path / ".git/spec-kitty/scratch" / f"verify-{SLUG}"
    ready.repo.git("worktree", "add", "--quiet", "--detach", scratch)
    (scratch / "stale").write_text("")

    assert accept(ready)[0] is None


def test_reopening_after_failed_checks_leads_to_a_verified_acceptance(ready: Project) -> None:
    verify_with(ready, "grep -q fixed cat.py")
    assert accept(ready)[0] == "VERIFICATION_FAILED"

    words = ("--note", "cat.py is not fixed.", "--review-ref", "verify")
    assert ready.move("WP01", "in_progress", "eve", *words).data
    ready.work("WP01", "cat.py", "fixed = 1\n")
    assert ready.move("WP01", "for_review").data
    assert ready.approve("WP01").data

    code, data = accept(ready)
    assert (code, data["verified"]) == (None, True)

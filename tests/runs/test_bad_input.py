"""What a run says that cannot start: one sentence with the next step, and the right exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from runs import Project, make_project


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return make_project(tmp_path, "WP01", "WP02 WP01")


def refused(project: Project, *words: str, name: str = "orchestrate") -> tuple[int, str]:
    """Returns the exit code and the one sentence of a run that does not start."""
    ended = project.call(name, *words)
    assert ended.stdout == ""
    assert ended.stderr.count("\n") == 1, ended.stderr
    return ended.returncode, ended.stderr.removeprefix("spec-kitty-orchestrator: ").rstrip()


def test_a_missing_host_is_named_with_what_to_install(project: Project) -> None:
    project.env["SPEC_KITTY"] = "/nowhere/spec-kitty"

    assert refused(project) == (
        3,
        "The host '/nowhere/spec-kitty' is not installed, or not on the PATH. Install the"
        " distribution spec-kitty, or set SPEC_KITTY to the program.",
    )


def test_a_host_of_another_contract_is_refused(project: Project) -> None:
    host = project.folder.parent / "old-host"
    answer = {"success": True, "error_code": None, "data": {"api_version": "0.9.0"}}
    host.write_text(f"#!/bin/sh\necho '{json.dumps(answer)}'\n")
    host.chmod(0o755)
    project.env["SPEC_KITTY"] = str(host)

    code, sentence = refused(project)

    assert (code, sentence.split(",")[0]) == (3, "The host speaks contract 0.9.0")


def test_a_host_that_does_not_speak_the_contract_is_quoted(project: Project) -> None:
    host = project.folder.parent / "no-host"
    host.write_text("#!/bin/sh\necho 'Hello there.'\n")
    host.chmod(0o755)
    project.env["SPEC_KITTY"] = str(host)

    assert refused(project) == (
        3,
        "The host gave no answer of the contract. It said: Hello there.",
    )


def test_a_feature_that_does_not_exist_is_the_hosts_to_say(project: Project) -> None:
    project.folder.joinpath("kitty-specs/034-cats").rename(project.folder / "elsewhere")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "Move the plan away")

    code, sentence = refused(project)

    assert (code, "034-cats" in sentence) == (3, True)


def test_an_unknown_agent_is_named_with_the_nearest_one(project: Project) -> None:
    code, sentence = refused(project, "--impl-agent", "claude-cod")

    assert code == 2
    assert "There is no agent 'claude-cod', which --impl-agent names." in sentence
    assert "claude-code" in sentence


def test_an_agent_that_is_not_installed_is_named_with_its_program(project: Project) -> None:
    project.configure()
    settings = project.folder / ".kittify" / "orchestrator.toml"
    settings.write_text(settings.read_text().replace('"sh"', '"no-such-program"'))

    code, sentence = refused(project)

    assert code == 2
    assert "The agent scripted cannot be used: The program no-such-program" in sentence


def test_a_typing_error_in_the_settings_is_named_with_the_nearest_key(project: Project) -> None:
    project.configure(run="max_concurent = 3")

    code, sentence = refused(project)

    assert code == 2
    assert "max_concurent" in sentence
    assert "max_concurrent" in sentence


def test_settings_that_are_no_toml_are_named_with_the_line(project: Project) -> None:
    (project.folder / ".kittify" / "orchestrator.toml").write_text("[run]\nmax = = 3\n")

    code, sentence = refused(project)

    assert (code, "line 2" in sentence) == (2, True)


def test_a_mistake_in_the_settings_keeps_nobody_from_looking_or_giving_up(
    project: Project,
) -> None:
    project.configure("exit 1")
    assert project.orchestrate().returncode == 1
    (project.folder / ".kittify" / "orchestrator.toml").write_text("[run]\nmax = = 3\n")

    looked, given_up = project.call("status"), project.call("abort")

    assert (looked.returncode, given_up.returncode) == (0, 0)
    assert "The usual settings are taken instead: " in given_up.stderr
    assert project.lanes()["WP01"] == "planned"


def test_a_folder_that_cannot_be_written_is_named_before_anything_is_claimed(
    project: Project,
) -> None:
    project.env["XDG_CACHE_HOME"] = "/dev/null/cache"

    code, sentence = refused(project)

    assert (code, sentence.startswith("/dev/null/cache")) == (2, True)
    assert project.events() == []


def test_outside_a_repository_there_is_nothing_to_run(project: Project, tmp_path: Path) -> None:
    outside = Project(tmp_path / "person", project.env)

    code, sentence = refused(outside)

    assert (code, sentence.startswith("There is no git repository around ")) == (2, True)


def test_a_repository_that_is_no_project_is_the_hosts_to_say(
    project: Project, tmp_path: Path
) -> None:
    bare = Project(tmp_path / "plain", project.env)
    bare.folder.mkdir()
    bare.git("init", "--quiet", "--initial-branch=main")
    bare.git("-c", "user.name=A", "-c", "user.email=a@b", "commit", "--allow-empty", "-qm", "x")

    assert refused(bare)[0] in (2, 3)
    (bare.folder / ".kittify").mkdir()
    (bare.folder / ".kittify" / "orchestrator.toml").write_text(
        '[run]\nimplementers = ["s"]\n[agents.s]\nkind = "command"\ncommand = "sh"\n'
    )
    assert refused(bare)[0] == 3


def test_a_policy_that_the_project_forbids_ends_before_anything_is_changed(
    project: Project,
) -> None:
    (project.folder / ".kittify" / "config.toml").write_text("[policy]\norchestration = false\n")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "Forbid it")

    code, sentence = refused(project)

    assert (code, "orchestration" in sentence) == (3, True)
    assert project.events() == []


def test_a_budget_in_dollars_needs_to_know_what_an_agent_costs(project: Project) -> None:
    code, sentence = refused(project, "--budget-usd", "5")

    assert (code, "give a price under [agents.scripted]" in sentence) == (2, True)


def test_there_is_nothing_to_resume_where_nothing_ran(project: Project) -> None:
    assert refused(project, name="resume") == (
        2,
        "No run of 034-cats is left to resume. Start one with: spec-kitty-orchestrator"
        " orchestrate --feature 034-cats",
    )


def test_a_broken_work_package_keeps_no_other_from_being_done(tmp_path: Path) -> None:
    project = make_project(tmp_path, "WP01", "WP02")
    broken = project.folder / "kitty-specs/034-cats/tasks/WP02-part.md"
    broken.write_text("---\nwork_package_id: WP02\ntitle: [\n---\n")
    project.git("add", "--all")
    project.git("commit", "--quiet", "--message", "Break one")

    ended = project.orchestrate()

    assert ended.returncode == 1
    assert project.lanes() == {"WP01": "done", "WP02": "planned"}
    assert "The plan of WP02 is broken: " in ended.stdout

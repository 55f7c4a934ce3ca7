"""What a person does between a kill and the next command is kept by what mends it."""

from __future__ import annotations

import pytest

from people import Person
from project import SLUG, Project
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.workplaces import Workplaces
from spec_kitty.wiring import open_host


class Killed(BaseException):
    """Plays a kill."""


class DyingWorkplaces(Workplaces):
    """Is killed when it is to remove a workspace."""

    def remove(self, slug: str, package: str) -> None:  # noqa: ARG002 - as the port has it
        raise Killed


def killed_while_canceling(project: Project) -> None:
    host = open_host(str(project.repo.path))
    git = host.ports.git  # type: ignore[attr-defined]  # the adapters of this very test
    assert isinstance(git, Git)
    host.ports.__dict__["workspaces"] = DyingWorkplaces(git)
    with pytest.raises(Killed):
        Person(host).move("WP01", "canceled", "Not needed.")
    host.close()


def kept(project: Project) -> list[str]:
    refs = project.repo.git("for-each-ref", "--format=%(refname)", "refs/spec-kitty-salvage")
    return [ref.removeprefix(f"refs/spec-kitty-salvage/{SLUG}/") for ref in refs.split()]


def test_work_done_after_a_killed_cancel_is_kept_before_the_workspace_goes(
    project: Project, alice: Person
) -> None:
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")
    killed_while_canceling(project)
    assert kept(project) == ["WP01/1"]
    project.work("WP01", "cat.py", "meow = 2\n")

    alice.start("WP02")

    assert kept(project) == ["WP01/1", "WP01/2"]
    last = f"refs/spec-kitty-salvage/{SLUG}/WP01/2:cat.py"
    assert project.repo.git("show", last) == "meow = 2"
    assert not project.workspace("WP01").exists()


def test_work_that_cannot_be_kept_after_a_killed_cancel_stays_where_it_is(
    project: Project, alice: Person
) -> None:
    assert project.start("WP01").data
    killed_while_canceling(project)
    project.repo.git("init", "--quiet", project.workspace("WP01") / "nested")
    project.work("WP01", "nested/cat.py", "meow = 2\n")

    alice.start("WP02")

    assert (project.workspace("WP01") / "nested/cat.py").read_text() == "meow = 2\n"
    project.repo.git("worktree", "remove", "--force", "--force", project.workspace("WP01"))

"""Two features at once, in two worktrees of a person, and in two clones: both land, whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from extent import some

from door import POLICY, call
from project import SLUG, Project
from repository import Repo
from soundness import require_sound
from together.pairs import BOTH, OTHER, PACKAGES, Worker, at_once, content, plan_two, refusals

# What a worker may be told while another is at work: to try again, or that the target moved.
OVERTAKEN = {"BUSY", "FEATURE_NOT_READY", "MERGE_FAILED"}


def beside(main: Repo, folder: Path) -> None:
    """The target is checked out in the main checkout, the second has a branch of its own."""
    main.git("worktree", "add", "--quiet", "-b", "mine", folder)


def in_the_second(main: Repo, folder: Path) -> None:
    """The target is checked out in the second worktree."""
    main.git("switch", "--quiet", "--create", "mine")
    main.git("worktree", "add", "--quiet", folder, "main")


def in_none(main: Repo, folder: Path) -> None:
    """Both are detached."""
    main.git("switch", "--quiet", "--detach")
    main.git("worktree", "add", "--quiet", "--detach", folder)


LAYOUTS = (beside, in_the_second, in_none)


class Desk:
    """Is a checkout in which a person has begun something."""

    def __init__(self, folder: Path) -> None:
        self.repo = Repo(folder)
        self.repo.write("README.md", f"# Cats of {folder.name}\n")
        self.repo.write("notes.txt", f"notes in {folder.name}\n")
        self.branch = self.repo.git("rev-parse", "--symbolic-full-name", "HEAD")
        self._tip = self.repo.tip()

    def require_undisturbed(self, landed: str) -> None:
        """Asserts that the person's edits are there, and else exactly what HEAD has."""
        name = self.repo.path.name
        assert self.repo.status().splitlines() == [" M README.md", "?? notes.txt"]
        assert (self.repo.path / "README.md").read_text() == f"# Cats of {name}\n"
        assert (self.repo.path / "notes.txt").read_text() == f"notes in {name}\n"
        assert self.repo.git("rev-parse", "--symbolic-full-name", "HEAD") == self.branch
        expected = landed if self.branch == "refs/heads/main" else self._tip
        assert self.repo.tip() == expected


@pytest.mark.parametrize("lay_out", some(LAYOUTS, in_the_second))
def test_two_features_land_at_once_from_two_worktrees(
    project: Project, tmp_path: Path, lay_out: Callable[[Repo, Path], None]
) -> None:
    main, second = project.repo, tmp_path / "second"
    plan_two(project)
    lay_out(main, second)
    desks = [Desk(main.path), Desk(second)]

    told = at_once([Worker(main.path, main.path, SLUG), Worker(second, main.path, OTHER)])

    assert [{code for code, _ in refusals(each)} - OVERTAKEN for each in told] == [set(), set()]
    assert [each[-1].data["merged"] for each in told] == [True, True]
    assert content(main, "main") == BOTH
    for desk in desks:
        desk.require_undisturbed(main.tip("main"))
    assert not list(main.path.glob(".worktrees/*"))
    require_sound(main)


def test_a_target_that_is_checked_out_twice_is_left_alone_until_it_is_so_once(
    project: Project, tmp_path: Path
) -> None:
    plan_two(project)
    second = tmp_path / "second"
    # Git lets that happen to who insists.
    project.repo.git("worktree", "add", "--quiet", "--force", second, "main")
    desks, before = [Desk(project.repo.path), Desk(second)], project.repo.tip("main")
    worker = Worker(second, project.repo.path, SLUG)
    for package in PACKAGES:
        worker.finish(package)

    refused = worker.land()

    assert (refused.error, project.repo.tip("main")) == ("PREFLIGHT_FAILED", before)
    assert str(second) in refused.message
    for desk in desks:
        desk.require_undisturbed(before)
    Repo(second).git("switch", "--quiet", "--detach")
    landed = worker.land().data["merge_commit"]
    desks[0].require_undisturbed(landed)
    assert Repo(second).tip() == before
    require_sound(project.repo)


def test_one_work_package_is_claimed_once_from_two_worktrees(
    project: Project, tmp_path: Path
) -> None:
    plan_two(project)
    second = tmp_path / "second"
    beside(project.repo, second)
    about = ("--feature", SLUG, "--wp", "WP01", "--policy", POLICY)

    mine = call(project.repo, "start-implementation", *about, "--actor", "mia")
    theirs = call(second, "start-implementation", *about, "--actor", "eve")
    again = call(second, "start-implementation", *about, "--actor", "mia")

    assert theirs.error == "WP_ALREADY_CLAIMED"
    assert again.data["no_op"]
    assert again.data["workspace_path"] == mine.data["workspace_path"]


def test_a_branch_that_a_feature_moves_is_not_moved_under_a_person(
    project: Project, tmp_path: Path
) -> None:
    """The feature's branch is checked out in the second worktree, with an edit in it."""
    plan_two(project)
    worker = Worker(project.repo.path, project.repo.path, SLUG)
    worker.finish("WP01")
    second = tmp_path / "second"
    project.repo.git("worktree", "add", "--quiet", second, SLUG)
    before = project.repo.tip(SLUG)
    (second / "README.md").write_text("mine\n")

    worker.finish("WP02")
    refused = worker.told[-1]

    assert (refused.error, project.repo.tip(SLUG)) == ("PREFLIGHT_FAILED", before)
    assert str(second) in refused.message
    assert Repo(second).status() == " M README.md"
    project.repo.git("worktree", "remove", "--force", second)
    assert project.approve("WP02").data
    require_sound(project.repo)


def test_two_clones_land_their_features_on_one_remote(project: Project, tmp_path: Path) -> None:
    plan_two(project)
    remote = tmp_path / "remote.git"
    project.repo.git("clone", "--quiet", "--bare", ".", remote)
    clones = [Repo(tmp_path / name) for name in ("mine", "theirs")]
    for clone in clones:
        project.repo.git("clone", "--quiet", remote, clone.path)
    workers = [
        Worker(clone.path, clone.path, slug)
        for clone, slug in zip(clones, (SLUG, OTHER), strict=True)
    ]
    for worker in workers:
        for package in ("WP01", "WP02"):
            worker.finish(package)

    first = workers[0].land("--push")
    refused = call(
        clones[1].path, "accept-feature", "--feature", OTHER, "--policy", POLICY, "--actor", "bot"
    )
    pushed = call(
        clones[1].path,
        "merge-feature",
        "--feature",
        OTHER,
        "--policy",
        POLICY,
        "--actor",
        "bot",
        "--push",
    )
    stayed = clones[1].tip("main")
    clones[1].git("pull", "--quiet", "--ff-only")
    second = workers[1].land("--push")

    assert (first.data["merged"], refused.data["accepted"]) == (True, True)
    assert (pushed.error, stayed) == ("PUSH_FAILED", project.repo.tip("main"))
    assert second.data["merged"]
    clones[0].git("pull", "--quiet", "--ff-only")
    assert [content(each, "main") for each in (Repo(remote), *clones)] == [BOTH] * 3
    for clone in clones:
        assert clone.status() == ""
        require_sound(clone)

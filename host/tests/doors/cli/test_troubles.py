"""Where a next step would be refused, `doctor` is the next step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from project import SLUG
from screencast import Screencast

NEXT = "  spec-kitty doctor  Something is wrong; see what to do\n"


def branch_deleted(cast: Screencast) -> None:
    cast.project.repo.git("update-ref", "-d", f"refs/heads/{SLUG}")


def branch_moved(cast: Screencast) -> None:
    cast.write("moved.md", "moved\n")
    cast.project.repo.commit("Move main")
    cast.project.repo.git("branch", "--force", SLUG, "main")


def settings_broken(cast: Screencast) -> None:
    cast.write(".kittify/config.toml", "broken =\n")
    cast.project.repo.commit("Break it")


def plan_gone(cast: Screencast) -> None:
    cast.project.repo.git("rm", "-r", "--quiet", "kitty-specs")
    cast.project.repo.git("commit", "--quiet", "--message", "Drop the plan")


def journal_gone(cast: Screencast) -> None:
    cast.project.repo.git("update-ref", "-d", f"refs/spec-kitty/{SLUG}")


def folder_replaced(cast: Screencast) -> None:
    workspaces = cast.project.repo.path / ".worktrees"
    workspaces.rename(cast.project.repo.path.parent / "away")
    workspaces.write_text("a file\n")


@pytest.mark.parametrize(
    ("happen", "said"),
    [
        (branch_deleted, f"warning: The branch {SLUG} is gone."),
        (branch_moved, f"warning: The branch {SLUG} is not where its journal left it."),
        (settings_broken, "warning: The project's settings cannot be used."),
        (plan_gone, f"warning: The plan of {SLUG} is not on main any more"),
        (journal_gone, f"warning: There is no journal of {SLUG}, but the host made the workspace"),
        (folder_replaced, "/.worktrees is not what the host keeps there."),
    ],
)
def test_status_names_what_is_wrong_and_no_next_step(
    cast: Screencast, happen: Callable[[Screencast], None], said: str
) -> None:
    cast.type("spec-kitty implement WP01")
    happen(cast)
    shown = cast.type("spec-kitty status")
    assert NEXT in shown
    assert said in shown
    assert "can start" not in shown


@pytest.mark.parametrize("line", ["why", "agent tasks status"])
def test_whoever_asks_why_is_told_of_a_lost_journal(cast: Screencast, line: str) -> None:
    cast.type("spec-kitty implement WP01")
    journal_gone(cast)
    shown = cast.type(f"spec-kitty {line}")
    assert f"Warning: There is no journal of {SLUG}, but the host made the workspace" in shown
    assert shown.endswith("Something is wrong; see what to do:\n  spec-kitty doctor\n")


def test_verify_does_not_say_that_nothing_has_happened(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    journal_gone(cast)
    for line in ("spec-kitty verify", f"spec-kitty verify --feature {SLUG}"):
        shown = cast.type(line)
        assert shown.startswith(f"{SLUG}: 0 events, 1 finding:\n  There is no journal of {SLUG}")
        assert shown.endswith("[1]\n")


def test_status_says_what_overlaps_with_what_is_running(cast: Screencast) -> None:
    for package, title in (("WP01", "Purr"), ("WP02", "Meow")):
        cast.project.plan(package, title, more="owned_files: [cats.txt]\n")
    cast.project.repo.commit("Own the same file")
    cast.type("spec-kitty implement WP01")
    assert "WP02 can start, but owns files that WP01 owns, too\n" in cast.type("spec-kitty status")


def test_a_healthy_feature_has_no_trouble(cast: Screencast) -> None:
    cast.type("spec-kitty implement WP01")
    assert NEXT not in cast.type("spec-kitty status")

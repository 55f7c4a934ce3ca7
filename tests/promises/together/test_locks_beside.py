"""Locks that somebody left: waited for, told with whose they are, never removed but for our own.

For each command the table says which locks stand in its way. All others are put down at once, and
do not matter to it.
"""

import os
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from needed_tools import need

from door import POLICY, Answer, Word, call
from project import SLUG, Project
from soundness import require_sound
from together.streams import plan_independent

PACKAGE = f"{SLUG}-WP01"
OWN = f"refs/heads/{PACKAGE}.lock"
FEATURE = f"refs/heads/{SLUG}.lock"
MAIN = "refs/heads/main.lock"
LOCKS = (
    *(OWN, FEATURE, MAIN, "packed-refs.lock", "HEAD.lock", "index.lock"),
    *("config.lock", "shallow.lock", "gc.pid.lock", "objects/maintenance.lock"),
    f"worktrees/{PACKAGE}/index.lock",
    f"worktrees/{PACKAGE}/HEAD.lock",
)
ABOUT: tuple[Word, ...] = ("--feature", SLUG, "--wp", "WP01", "--actor", "bot", "--policy", POLICY)
REVIEW: tuple[Word, ...] = ("--feature", SLUG, "--wp", "WP01", "--actor", "eve", "--policy", POLICY)
WHOLE: tuple[Word, ...] = ("--feature", SLUG, "--actor", "bot", "--policy", POLICY)


def planned(project: Project) -> None:
    plan_independent(project, 1)


def started(project: Project) -> None:
    planned(project)
    assert project.start("WP01").data
    project.work("WP01", "cat.py", "meow = 1\n")


def submitted(project: Project) -> None:
    started(project)
    assert project.move("WP01", "for_review").data


def done(project: Project) -> None:
    submitted(project)
    assert project.approve("WP01").data


def accepted(project: Project) -> None:
    done(project)
    assert project.api("accept-feature", "--actor", "bot", "--policy", POLICY).data


Before = Callable[[Project], None]

# What was done before, the command, and the locks that it has to respect.
TABLE: dict[str, tuple[Before, tuple[Word, ...], tuple[str, ...]]] = {
    "note": (
        planned,
        ("append-history", "--feature", SLUG, "--wp", "WP01", "--actor", "bot", "--note", "Hm."),
        (),
    ),
    "start": (planned, ("start-implementation", *ABOUT), (OWN, FEATURE)),
    "submit": (started, ("transition", *ABOUT, "--to", "for_review"), (OWN,)),
    "release": (started, ("transition", *ABOUT, "--to", "planned", "--note", "Later."), ()),
    "cancel": (
        started,
        ("transition", *ABOUT, "--to", "canceled", "--note", "No."),
        (OWN, "packed-refs.lock"),
    ),
    "review": (submitted, ("start-review", *REVIEW), ()),
    "rework": (
        submitted,
        ("transition", *REVIEW, "--to", "in_progress", "--review-ref", "r/1"),
        (),
    ),
    "approve": (
        submitted,
        ("transition", *REVIEW, "--to", "done", "--review-ref", "r/1"),
        (FEATURE,),
    ),
    "accept": (done, ("accept-feature", *WHOLE), ()),
    "merge": (accepted, ("merge-feature", *WHOLE), (MAIN, "HEAD.lock", "index.lock")),
}


def leave(project: Project, name: str) -> Path:
    """Leaves a lock as a git that was killed does."""
    file = project.repo.path / ".git" / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.touch()
    return file


@pytest.mark.parametrize("name", TABLE)
def test_a_command_respects_the_locks_in_its_way_and_no_others(project: Project, name: str) -> None:
    before, words, respected = TABLE[name]
    before(project)
    for lock in respected:
        left = leave(project, lock)
        refused = call(project.repo, *words)
        expected = {"lock": str(left), "process": None, "retryable": True}
        assert refused.refusal == ("BUSY", expected)
        assert "No process holds it; it was left at 2" in refused.message
        left.unlink()  # as the message says; it is there
    git_dir = project.repo.path / ".git"
    present = [lock for lock in LOCKS if lock not in respected and (git_dir / lock).parent.exists()]
    others = [leave(project, lock) for lock in present]

    answer = call(project.repo, *words)

    assert answer.envelope["success"], answer
    assert [file for file in others if not file.exists() and file.parent.exists()] == []
    for file in others:
        file.unlink(missing_ok=True)
    assert call(project.repo, "feature-state", "--feature", SLUG).data
    require_sound(project.repo)


def test_what_a_merge_cannot_clean_up_is_told_and_goes_with_the_next_one(project: Project) -> None:
    accepted(project)
    lock = leave(project, OWN)

    first = call(project.repo, "merge-feature", *WHOLE).data
    lock.unlink()
    second = call(project.repo, "merge-feature", *WHOLE).data

    assert (first["merged"], first["worktree_removed"], len(first["warnings"])) == (True, False, 1)
    assert str(lock) in first["warnings"][0]
    assert (second["no_op"], second["worktree_removed"], second["warnings"]) == (True, True, [])
    assert project.repo.git("for-each-ref", f"refs/heads/{PACKAGE}") == ""


def test_a_lock_that_a_process_holds_is_told_with_its_command(project: Project) -> None:
    started(project)
    lock = leave(project, OWN)
    with lock.open("w") as held:
        holder = subprocess.Popen(["sleep", "60"], stdout=held)
    try:  # this process has closed the file: only the other holds it
        refused = submit(project)
    finally:
        holder.kill()
        holder.wait()

    assert refused.refusal[1]["process"] == holder.pid
    assert f"Process {holder.pid} (sleep 60) may hold it" in refused.message
    assert lock.exists()


def submit(project: Project) -> Answer:
    return call(project.repo, "transition", *ABOUT, "--to", "for_review")


@pytest.mark.parametrize("name", [OWN, f"refs/spec-kitty/{SLUG}.lock"])
def test_a_lock_that_goes_after_a_second_is_waited_out(project: Project, name: str) -> None:
    started(project)
    lock = leave(project, name)
    # The command needs a while to get there, and then waits for two seconds.
    going = threading.Timer(1.8, lambda: lock.unlink(missing_ok=True))
    going.start()

    answer = submit(project)

    going.join()
    assert answer.data["to_lane"] == "for_review"


def test_locks_on_our_own_refs_that_were_left_are_removed(project: Project) -> None:
    started(project)
    left = [
        leave(project, f"refs/spec-kitty/{SLUG}.lock"),
        leave(project, f"refs/spec-kitty-salvage/{SLUG}/WP01/1.lock"),
    ]
    for file in left:
        os.utime(file, (1_000_000_000, 1_000_000_000))

    answer = call(project.repo, "transition", *ABOUT, "--to", "canceled", "--note", "No.")

    assert answer.data["to_lane"] == "canceled"
    assert [file.exists() for file in left] == [False, False]


def test_a_clock_that_was_set_back_makes_no_lock_fresh_for_ever(project: Project) -> None:
    started(project)
    lock = leave(project, f"refs/spec-kitty/{SLUG}.lock")
    os.utime(lock, (4_000_000_000, 4_000_000_000))

    assert submit(project).data["to_lane"] == "for_review"


def test_without_proc_nobody_is_named_and_that_is_said(project: Project) -> None:
    need("bwrap")
    started(project)
    leave(project, OWN)
    blind = ("bwrap", "--dev-bind", "/", "/", "--tmpfs", "/proc")

    refused = call(project.repo, "transition", *ABOUT, "--to", "for_review", limits=blind)

    assert refused.error == "BUSY"
    assert "whose it is cannot be told on this system" in refused.message

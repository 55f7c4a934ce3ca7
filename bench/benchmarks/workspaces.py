"""Measures the calls that make a workspace, or look at one, in a repository of many files."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from cost import SPEC_KITTY, Ledger
from planned import POLICY, SLUG, Planned, add_files, make_planned, package_id
from results import Result
from scale import Scale

ROUNDS = 5
READS_BUDGET = 3.0


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Plays a few work packages, beside what git itself needs for a checkout and a commit."""
    planned = make_planned(folder, ROUNDS)
    add_files(planned, scale.files)
    os.chdir(planned.folder)
    ledger = Ledger(planned.env)
    for number in range(ROUNDS):
        ledger.is_counting = number > 0
        _play(planned, ledger, package_id(number + 1))
    start, submit = "start-implementation", "for_review, one file changed"
    return [
        ledger.compared(f"{start} / git worktree add, {scale.files:,} files", start, "add", None),
        ledger.compared(f"{submit} / git add, commit", submit, "commit", None),
        ledger.in_floors("start-review", None),
        ledger.in_floors("done, with its integration", None),
        ledger.in_floors("feature-state", READS_BUDGET),
        ledger.in_floors("status", None, ", for people"),
    ]


def _play(planned: Planned, ledger: Ledger, package: str) -> None:
    ledger.spend_floor()
    start = planned.change("start-implementation", package, "bench", "--policy", POLICY)
    ledger.spend("start-implementation", start)
    (planned.workspace(package) / f"{package}.txt").write_text("Some work.\n")
    to_review = ("--to", "for_review", "--policy", POLICY)
    submit = planned.change("transition", package, "bench", *to_review)
    ledger.spend("for_review, one file changed", submit)
    review = planned.change("start-review", package, "critic", "--policy", POLICY)
    ledger.spend("start-review", review)
    verdict = ("--to", "done", "--review-ref", "reviews/1")
    done = planned.change("transition", package, "critic", *verdict)
    ledger.spend("done, with its integration", done)
    ledger.spend("feature-state", planned.read("feature-state"))
    ledger.spend("status", [SPEC_KITTY, "status", "--feature", SLUG])
    _play_with_git(planned, ledger, package)


def _play_with_git(planned: Planned, ledger: Ledger, package: str) -> None:
    """Makes a worktree and a commit in it as git does, and removes both worktrees."""
    folder = planned.folder.parent / package
    git = str(shutil.which("git"))
    ledger.spend("add", [git, "worktree", "add", "--quiet", "--detach", str(folder), "main"])
    (folder / f"{package}.txt").write_text("Some work.\n")
    commit = f"cd {folder} && {git} add --all && {git} commit --quiet --message Work"
    ledger.spend("commit", ["/bin/sh", "-c", commit])
    for place in (folder, planned.workspace(package)):
        planned.git("worktree", "remove", "--force", "--force", str(place))

"""Measures integrations in a repository of many files: fifty work packages, one after the other.

They are claimed and submitted without workspaces, whose checkouts would take all the time; what
is measured is the host's own use case from the verdict on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from planned import SLUG, Planned, add_files, make_planned, package_id
from results import Result
from scale import Scale
from spec_kitty.adapters.git.location import locate
from spec_kitty.adapters.git.objects import GitObjects
from spec_kitty.adapters.git.runner import Git
from spec_kitty.adapters.integration.merges import Integration
from spec_kitty.adapters.repository import Repository
from spec_kitty.application.desk import Desk
from spec_kitty.application.host import Host
from spec_kitty.application.moves.reviews import Review
from spec_kitty.application.workflow import Call, Step
from spec_kitty.domain.commands import ClaimPackage, Command, SubmitPackage
from spec_kitty.domain.decide import decide
from spec_kitty.domain.feature import Caller, Decision
from spec_kitty.domain.submission.merging import Outcome
from spec_kitty.wiring import Adapters

BUDGET_SECONDS = 1.0
WORKER = Caller("bench", person=True)
REVIEWER = Caller("critic", person=True)


class Stopwatch:
    """Adds up how long something takes, and how much of that is work of a processor."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        self.seconds = self.cpu_seconds = 0.0

    def __enter__(self) -> None:
        self._began, self._cpu_began = time.monotonic(), _cpu_seconds()

    def __exit__(self, *_: object) -> None:
        self.seconds += time.monotonic() - self._began
        self.cpu_seconds += _cpu_seconds() - self._cpu_began


def _cpu_seconds() -> float:
    """Returns what this process and its ended children have used."""
    seen = (getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN))
    return sum(each.ru_utime + each.ru_stime for each in seen)


class TimedIntegration(Integration):
    """Merges, and takes the time."""

    def __init__(self, git: Git, stopwatch: Stopwatch) -> None:
        super().__init__(git)
        self._stopwatch = stopwatch

    def merge(self, ours: str, theirs: str, labels: tuple[str, str] | None = None) -> Outcome:
        with self._stopwatch:
            return super().merge(ours, theirs, labels)


class TimedAdapters(Adapters):
    """Gives the real adapters, with watched merges and commits."""

    def __init__(self, git: Git, start: str, stopwatch: Stopwatch) -> None:
        super().__init__(git, start)
        self._stopwatch = stopwatch

    @cached_property
    def integration(self) -> Integration:
        return TimedIntegration(self.git, self._stopwatch)

    @cached_property
    def commits(self) -> Repository:
        return TimedRepository(self.git, self.objects, self._stopwatch)


class TimedRepository(Repository):
    """Makes commits, and takes the time."""

    def __init__(self, git: Git, objects: GitObjects, stopwatch: Stopwatch) -> None:
        super().__init__(git, objects)
        self._stopwatch = stopwatch

    def commit(self, tree: str, parents: Sequence[str], message: str) -> str:
        with self._stopwatch:
            return super().commit(tree, parents, message)


def measure(folder: Path, scale: Scale) -> list[Result]:
    """Approves all work packages and takes the time of their merges."""
    planned = make_planned(folder, scale.integrations)
    add_files(planned, scale.files)
    merging, all_of_it = Stopwatch(), Stopwatch()
    location = str(planned.folder)
    host = Host(TimedAdapters(Git(locate(location)), location, merging))
    packages = [package_id(number + 1) for number in range(scale.integrations)]
    for package in packages:
        _submit(host, planned, package)
    merging.reset()
    with all_of_it:
        for package in packages:
            review = Review(package, Decision.APPROVED, review_ref="reviews/1")
            host.reviews.give(SLUG, review, Call(REVIEWER))
    host.close()
    each = f"{all_of_it.seconds / len(packages) * 1000:.0f} ms each"
    where = f"{len(packages)} packages, {scale.files:,} files"
    return [
        Result(
            f"merging of {where}", merging.seconds, "s", BUDGET_SECONDS,
            f"{merging.cpu_seconds:.2f} s CPU",
        ),
        Result("their reviews, recorded durably", all_of_it.seconds, "s", note=each),
    ]  # fmt: skip


def _submit(host: Host, planned: Planned, package: str) -> None:
    """Claims a work package, commits a change of one file on its branch, and submits it."""

    def claim(desk: Desk) -> Command:
        return ClaimPackage(package, WORKER, desk.branches(package), WORKER.actor, None)

    def submit(desk: Desk) -> Command:
        tip, base = desk.package_tip(package), desk.feature.package(package).base_commit
        assert tip is not None
        assert base is not None
        return SubmitPackage(package, WORKER, tip, base, tip, changed=True)

    _change(host, claim)
    planned.git("fast-import", "--quiet", stdin=_work(package))
    _change(host, submit)


def _work(package: str) -> str:
    branch = f"refs/heads/{SLUG}-{package}"
    head = f"commit {branch}\ncommitter Bench <bench@example.org> 1767225600 +0000\n"
    change = f"M 100644 inline data/000/{package}.txt\ndata 5\nWork\n"
    return f"{head}data 5\nWork\nfrom {branch}^0\n{change}\n"


def _change(host: Host, command: Callable[[Desk], Command]) -> None:
    host.workflow.change(
        SLUG,
        Call(WORKER),
        lambda desk, _: Step(decide(desk.feature, desk.plan, command(desk)), lambda _: {}),
    )

"""Owns how long a run is expected to take: its plan played through with the plan's estimates.

The order is the scheduler's (longest remaining path first, reviews before starts, overlaps last),
the times are the plan's. What nobody can foresee is left out: rework, failures, limits, conflicts.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from spec_kitty_orchestrator.domain.agents import Role
from spec_kitty_orchestrator.domain.feature import SETTLED, Feature, Lane, Overlap, Package
from spec_kitty_orchestrator.domain.scheduling.schedule import natural

# The host counts so many minutes for a work package whose plan gives none.
DEFAULT_ESTIMATE_MINUTES = 60
# So much of an estimate is the review's, as far as anybody can tell beforehand.
REVIEW_SHARE = 0.2


@dataclass(frozen=True, slots=True)
class Job:
    """Is one attempt as it is foreseen, in minutes from the start of the run."""

    package: str
    role: Role
    begins: float
    ends: float


@dataclass(frozen=True, slots=True)
class Expectation:
    """Is the foreseen course of a run.

    `guessed` have no estimate of their own; `left` cannot be done by the run as things stand.
    """

    jobs: tuple[Job, ...] = ()
    guessed: tuple[str, ...] = ()
    left: tuple[str, ...] = ()

    @property
    def minutes(self) -> float:
        return max((job.ends for job in self.jobs), default=0.0)


def expect(feature: Feature, max_concurrent: int, overlaps: Iterable[Overlap]) -> Expectation:
    """Returns the course that the run of a feature would take from where it stands."""
    course = _Course(feature, frozenset(overlaps))
    while course.place(max_concurrent):
        course.move_on()
    open_ones = [each for each in feature.packages if each.lane not in SETTLED]
    return Expectation(
        tuple(course.jobs),
        tuple(each.id for each in open_ones if each.estimate_minutes is None),
        tuple(each.id for each in open_ones if each.id not in course.done),
    )


def _minutes(package: Package, role: Role) -> float:
    whole = package.estimate_minutes or DEFAULT_ESTIMATE_MINUTES
    return whole * (REVIEW_SHARE if role is Role.REVIEW else 1 - REVIEW_SHARE)


class _Course:
    """Plays the run: places jobs where an agent is free, then moves on to when one ends."""

    def __init__(self, feature: Feature, overlaps: frozenset[Overlap]) -> None:
        self.jobs: list[Job] = []
        self.done = {each.id for each in feature.packages if each.lane is Lane.DONE}
        self._now = 0.0
        self._overlaps = overlaps
        self._running: list[Job] = []
        self._packages = {each.id: each for each in feature.packages}
        self._to_review = [p for p in feature.packages if p.lane is Lane.FOR_REVIEW]
        self._to_start = [
            p
            for p in feature.packages
            if p.lane in (Lane.PLANNED, Lane.IN_PROGRESS) and not p.problems
        ]

    def place(self, max_concurrent: int) -> bool:
        """Begins what there is room for; False once nothing runs and nothing can."""
        while len(self._running) < max_concurrent:
            job = self._next()
            if job is None:
                break
            self._running.append(job)
            self.jobs.append(job)
        return bool(self._running)

    def move_on(self) -> None:
        """Goes on to the next end of a job, and does what follows from it."""
        self._now = min(job.ends for job in self._running)
        for job in [each for each in self._running if each.ends <= self._now]:
            self._running.remove(job)
            if job.role is Role.REVIEW:
                self.done.add(job.package)
            else:
                self._to_review.append(self._packages[job.package])

    def _next(self) -> Job | None:
        if self._to_review:
            package = min(self._to_review, key=_urgency)
            self._to_review.remove(package)
            return self._job(package, Role.REVIEW)
        ready = [p for p in self._to_start if self.done.issuperset(p.dependencies)]
        if not ready:
            return None
        package = min(ready, key=lambda each: (self._collides(each.id), _urgency(each)))
        self._to_start.remove(package)
        return self._job(package, Role.IMPLEMENT)

    def _job(self, package: Package, role: Role) -> Job:
        return Job(package.id, role, self._now, self._now + _minutes(package, role))

    def _collides(self, package: str) -> bool:
        running = {job.package for job in self._running}
        return any(
            (pair.first == package and pair.second in running)
            or (pair.second == package and pair.first in running)
            for pair in self._overlaps
        )


def _urgency(package: Package) -> tuple[int, list[tuple[int, str]]]:
    return (-package.remaining_minutes, natural(package.id))

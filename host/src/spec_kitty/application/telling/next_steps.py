"""Owns what a person does next after a work package has moved."""

from __future__ import annotations

from spec_kitty.application.telling.readiness import ready
from spec_kitty.application.telling.state import ids_of
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.domain.feature import Package

_FINISHED = (Lane.DONE, Lane.CANCELED)


class NextStep(Record):
    """Is a sentence, and the words after `spec-kitty` that do what it says."""

    why: str
    command: str | None = None


def next_step(desk: Desk, package_id: str) -> NextStep:
    """Returns what follows from where the work package stands now."""
    package = desk.feature.package(package_id)
    match package.lane:
        case Lane.IN_PROGRESS:
            return NextStep(_to_do(package), _move(package, Lane.FOR_REVIEW))
        case Lane.FOR_REVIEW:
            return NextStep("Next, somebody reviews it:", f"review {package.id}")
        case Lane.BLOCKED:
            origin = package.came_from or Lane.PLANNED
            return NextStep("When nothing blocks it any more:", _move(package, origin))
        case Lane.PLANNED | Lane.DONE | Lane.CANCELED:
            return step_of_feature(desk)


def step_of_feature(desk: Desk) -> NextStep:
    """Returns what brings the feature as a whole further."""
    if desk.feature.acceptance is not None:
        return NextStep("The feature is accepted and can land:", "merge")
    lanes = {each: desk.feature.package(each).lane for each in ids_of(desk)}
    submitted = [each for each, lane in lanes.items() if lane is Lane.FOR_REVIEW]
    if submitted:
        return NextStep(f"{submitted[0]} waits for a review:", f"review {submitted[0]}")
    startable = ready(desk)
    if startable:
        first = startable[0]
        return NextStep(f"{first.id} {first.title} can start:", f"implement {first.id}")
    if lanes and all(lane in _FINISHED for lane in lanes.values()):
        if Lane.DONE in lanes.values():
            return NextStep("Every work package is finished:", "accept")
        return NextStep("Every work package is canceled; there is nothing to land.")
    return NextStep("Nothing else can start now; see why:", "why")


def _move(package: Package, lane: Lane) -> str:
    return f"agent tasks move-task {package.id} --to {lane.public}"


def _to_do(package: Package) -> str:
    rework = package.rework
    if rework is not None and rework.conflict is not None:
        return "When the conflict is solved there, submit it:"
    if rework is not None:
        return "When the feedback is answered there, submit it again:"
    return "When the work is done there, submit it (what is uncommitted is committed for you):"

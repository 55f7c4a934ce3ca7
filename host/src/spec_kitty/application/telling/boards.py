"""Owns what a board shows: every work package as a card in its lane, and what to do next."""

from __future__ import annotations

from spec_kitty.application.telling.overviews import stage_of
from spec_kitty.application.telling.readiness import ReadyPackage, ready
from spec_kitty.application.telling.state import ids_of
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.domain.feature import Package

MAX_STEPS_OF_A_KIND = 3
_FINISHED = (Lane.DONE, Lane.CANCELED)


class Card(Record):
    """Is one work package. `who` works on it or did; `since` is when it last changed."""

    id: str
    title: str
    lane: Lane
    who: str | None
    agent: str | None
    attempt: int
    reviewer: str | None
    conflict: bool
    waits_for: tuple[str, ...]
    since: str | None


class Step(Record):
    """Is something to do next: what for, and the words after `spec-kitty`, if any."""

    why: str
    command: str | None = None


SEE_DOCTOR = Step("Something is wrong; see what to do", "doctor")


class Board(Record):
    """Is one feature at one moment."""

    slug: str
    title: str
    target: str
    stage: str
    cards: tuple[Card, ...]
    steps: tuple[Step, ...]

    def in_lane(self, lane: Lane) -> tuple[Card, ...]:
        return tuple(card for card in self.cards if card.lane is lane)

    @property
    def finished(self) -> int:
        return sum(card.lane in _FINISHED for card in self.cards)


def board(desk: Desk, troubled: bool = False) -> Board:
    """Returns the feature as its board shows it; one with trouble is sent to `doctor` first."""
    return Board(
        desk.slug,
        desk.plan.title,
        desk.feature.target_branch,
        stage_of(desk.feature),
        tuple(_card(desk, package_id) for package_id in ids_of(desk)),
        (SEE_DOCTOR,) if troubled or _is_plan_gone(desk) else tuple(_steps(desk)),
    )


def _is_plan_gone(desk: Desk) -> bool:
    return desk.plan.is_gone and not desk.feature.merged


def _card(desk: Desk, package_id: str) -> Card:
    package, planned = desk.feature.package(package_id), desk.plan.package(package_id)
    pinned, claim, review = package.pinned, package.claim, package.review
    waits = planned.dependencies if planned and package.lane is Lane.PLANNED else ()
    return Card(
        package_id,
        planned.title if planned else pinned.title if pinned else package_id,
        package.lane,
        claim.actor if claim else None,
        claim.agent if claim else None,
        package.attempt,
        _reviewer(package) if review is None else review.actor,
        package.rework is not None and package.rework.conflict is not None,
        tuple(each for each in waits if desk.feature.package(each).lane is not Lane.DONE),
        package.changed_at,
    )


def _reviewer(package: Package) -> str | None:
    """Who approved what is done; in every other lane an earlier verdict is history."""
    done = package.lane is Lane.DONE and package.verdict is not None
    return package.verdict.reviewer if done and package.verdict else None


def _steps(desk: Desk) -> list[Step]:
    if desk.feature.merged or not ids_of(desk):
        return _steps_at_the_ends(desk)
    if desk.feature.merge is not None:
        return [Step("A merge has begun; finish it", "merge")]
    lanes = {each: desk.feature.package(each).lane for each in ids_of(desk)}
    if all(lane in _FINISHED for lane in lanes.values()):
        return _steps_to_deliver(desk, Lane.DONE in lanes.values())
    reviews = [
        Step(f"{each} waits for a review", f"review {each}")
        for each, lane in lanes.items()
        if lane is Lane.FOR_REVIEW and desk.feature.package(each).review is None
    ]
    starts = [Step(_can_start(each), f"implement {each.id}") for each in ready(desk)]
    steps = [*_cut(reviews, "more wait for a review"), *_cut(starts, "more can start")]
    return steps or [Step("Nothing new can start now; see why", "why")]


def _can_start(package: ReadyPackage) -> str:
    if not package.overlaps:
        return f"{package.id} can start"
    return f"{package.id} can start, but owns files that {', '.join(package.overlaps)} owns, too"


def _steps_at_the_ends(desk: Desk) -> list[Step]:
    merge = desk.feature.merge
    if merge is not None:
        return [Step(f"Merged into {desk.feature.target_branch} as {merge.commit[:12]}.")]
    return [Step("There are no work packages yet; check the plan", f"validate {desk.slug}")]


def _steps_to_deliver(desk: Desk, is_anything_done: bool) -> list[Step]:
    if not is_anything_done:
        return [Step("Every work package is canceled; there is nothing to land.")]
    accepted = desk.feature.acceptance
    if accepted is None:
        return [Step("Every work package is finished", "accept")]
    if accepted.target_tip != desk.target_tip:
        target = desk.feature.target_branch
        return [Step(f"{target} has moved since it was accepted; accept it again", "accept")]
    return [Step("The feature is accepted and can land", "merge")]


def _cut(steps: list[Step], more: str) -> list[Step]:
    if len(steps) <= MAX_STEPS_OF_A_KIND:
        return steps
    left = len(steps) - MAX_STEPS_OF_A_KIND
    return [*steps[:MAX_STEPS_OF_A_KIND], Step(f"{left} {more}.")]

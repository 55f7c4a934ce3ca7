"""Owns the moves that need no look at the work: release, block, unblock, cancel, restore."""

from __future__ import annotations

from spec_kitty.domain.commands import AddNote, MovePackage
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.decisions.rules import (
    rejected,
    require_attempt,
    require_holder,
    require_move,
    require_open,
    require_reason,
    require_turn,
)
from spec_kitty.domain.events import (
    NoteAdded,
    PackageBlocked,
    PackageCanceled,
    PackageReleased,
    PackageRestored,
    PackageUnblocked,
    RefMove,
)
from spec_kitty.domain.feature import Feature, Package
from spec_kitty.domain.lanes import Lane, MoveKind, Need, move_between
from spec_kitty.domain.names import package_branch


def check_move(feature: Feature, command: MovePackage) -> MoveKind | None:
    """Returns what the move is; None when the work package stands there already."""
    require_open(feature)
    package = feature.package(command.package)
    if package.lane is command.to:
        return _same_lane(package, command)
    _require_unblocked(package, command)
    move = require_move(package, command.to)
    require_turn(package, command.caller, command.attempt, move, command.force)
    if Need.REASON in move.needs:
        require_reason(package, move.kind, command.note)
    if Need.NOT_INTEGRATED in move.needs and package.integrations:
        raise rejected(
            f"{package.id} is part of the feature since {package.integrations[-1].commit[:12]}; "
            "canceling would not take it out. Revert it as rework and submit that.",
            reason="integrated",
        )
    return move.kind


def _require_unblocked(package: Package, command: MovePackage) -> None:
    """Refuses to unblock by a call that goes on with work: it was meant for another lane."""
    move = move_between(package.lane, command.to)
    if move is None or move.kind is not MoveKind.UNBLOCK:
        return
    require_attempt(package, command.attempt)
    if command.attempt is None and not command.about_work:
        return
    raise rejected(
        f"{package.id} is blocked, and a call about an attempt, a verdict or solved conflicts does "
        "not unblock it. Unblock it first, by a move with nothing but a note; 'spec-kitty why "
        f"{package.id}' says what it waits for.",
        reason="blocked",
        from_lane=package.lane.public,
        to_lane=command.to.public,
    )


def _same_lane(package: Package, command: MovePackage) -> MoveKind | None:
    """A held package in `planned` (unblocked to there) is released by asking for `planned`."""
    claim, caller = None if package.lane is Lane.DONE else package.claim, command.caller
    may_act = claim is None or command.force or caller.actor == claim.actor
    asked = package.lane is Lane.PLANNED and (may_act or caller.person) and bool(command.note)
    if not (may_act or asked):
        require_holder(package, caller)
    require_attempt(package, command.attempt)
    return MoveKind.RELEASE if claim is not None and asked else None


def move(feature: Feature, command: MovePackage) -> Decided | None:
    """Decides a move by name; None when there is nothing to do."""
    kind = check_move(feature, command)
    package_id, note = command.package, command.note or ""
    match kind:
        case None:
            return None
        case MoveKind.RELEASE:
            return Decided(PackageReleased(package_id, note))
        case MoveKind.BLOCK:
            return Decided(PackageBlocked(package_id, note))
        case MoveKind.UNBLOCK:
            return Decided(PackageUnblocked(package_id, command.to, command.note))
        case MoveKind.CANCEL:
            return Decided(
                PackageCanceled(package_id, note, command.salvage), _gone(feature, command)
            )
        case MoveKind.RESTORE:
            return Decided(PackageRestored(package_id, note))
        case _:
            raise rejected(f"{package_id} cannot be moved like this.", to_lane=command.to.public)


def _gone(feature: Feature, command: MovePackage) -> tuple[RefMove, ...]:
    if command.branch is None:
        return ()
    return (RefMove(package_branch(feature.slug, command.package), command.branch, None),)


def add_note(_: Feature, command: AddNote) -> Decided:
    """Decides a note: it can be made at any time and changes nothing else."""
    return Decided(NoteAdded(command.package, command.note, command.id))

"""Owns who may submit work, and when there is something to submit."""

from __future__ import annotations

from spec_kitty.domain.commands import SubmitPackage
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.decisions.rules import (
    require_move,
    require_open,
    require_reason,
    require_turn,
)
from spec_kitty.domain.events import PackageSubmitted, RefMove
from spec_kitty.domain.feature import Caller, Feature, Package
from spec_kitty.domain.lanes import MOVES, Lane, MoveKind
from spec_kitty.domain.names import package_branch
from spec_kitty.domain.refusals import ErrorCode, Refusal

_SUBMIT = next(move for move in MOVES if move.kind is MoveKind.SUBMIT)


def check_submission(
    feature: Feature, package_id: str, caller: Caller, attempt: int | None, force: bool
) -> None:
    """Refuses whoever may not submit, before any work is looked at."""
    require_open(feature)
    package = feature.package(package_id)
    move = _SUBMIT
    if package.lane is not Lane.FOR_REVIEW:
        move = require_move(package, Lane.FOR_REVIEW, MoveKind.SUBMIT)
    require_turn(package, caller, attempt, move, force)


def submit(feature: Feature, command: SubmitPackage) -> Decided | None:
    """Decides a submission; None when this very head is submitted, and on its branch, already."""
    check_submission(feature, command.package, command.caller, command.attempt, command.force)
    package = feature.package(command.package)
    moved = command.branch != command.head
    if package.lane is Lane.FOR_REVIEW and package.head_commit == command.head and not moved:
        return None
    if command.force:
        require_reason(package, MoveKind.SUBMIT, command.note)
    _require_work(package, command)
    ref = package_branch(feature.slug, package.id)
    refs = (RefMove(ref, command.branch, command.head),) if moved else ()
    return Decided(PackageSubmitted(package.id, command.head, command.base, command.note), refs)


def _require_work(package: Package, command: SubmitPackage) -> None:
    expected = not (package.pinned is not None and package.pinned.changes_none)
    if command.changed or not expected:
        return
    raise Refusal(
        ErrorCode.WORKFLOW_EVIDENCE_REQUIRED,
        f"The workspace of {package.id} holds no change, so there is nothing to review. "
        "Do the work there, or say 'changes: none' in the plan if none is needed.",
        reason="no_change",
    )

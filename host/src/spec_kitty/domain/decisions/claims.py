"""Owns who may start a work package, and from where its branch starts."""

from __future__ import annotations

from spec_kitty.domain.commands import AbandonClaim, BranchFacts, ClaimPackage, ConfirmWorkspace
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.decisions.rules import (
    already_claimed,
    put_back,
    rejected,
    require_attempt,
    require_dependencies,
    require_move,
    require_open,
    require_planned,
)
from spec_kitty.domain.events import ClaimAbandoned, PackageClaimed, RefMove, WorkspacePrepared
from spec_kitty.domain.feature import Feature, Package, Pinned
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import feature_branch, package_branch
from spec_kitty.domain.planning.plan import told_gone
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.domain.planning.plan import FeaturePlan


def check_claim(feature: Feature, plan: FeaturePlan, command: ClaimPackage) -> bool:
    """Says whether there is something to claim; False when this caller holds it already."""
    require_open(feature)
    package, caller = feature.package(command.package), command.caller
    held = None if package.lane in (Lane.DONE, Lane.CANCELED) else package.claim
    if held is not None and (held.actor, held.run_id) != (caller.actor, caller.run_id):
        raise already_claimed(package, held.actor, caller, "is claimed by")
    require_attempt(package, command.attempt)
    if held is not None and package.lane is Lane.IN_PROGRESS:
        return False
    require_move(package, Lane.IN_PROGRESS)
    if package.lane is not Lane.PLANNED:
        raise rejected(
            f"{package.id} is {package.lane.public}: it is not started but moved back. "
            f"Use 'spec-kitty agent tasks move-task {package.id} --to in_progress'.",
            from_lane=package.lane.public,
            to_lane=Lane.IN_PROGRESS.public,
        )
    if package.claim is None and command.attempt:
        raise rejected(
            f"Attempt {command.attempt} of {package.id} has ended, and a claim begins a new one. "
            "Read the state again; to start the work package, leave --attempt out.",
            reason="attempt_ended",
            from_lane=package.lane.public,
            to_lane=Lane.IN_PROGRESS.public,
            given_attempt=command.attempt,
        )
    if plan.is_gone:
        raise Refusal(ErrorCode.WP_NOT_FOUND, told_gone(feature), wp_id=package.id)
    require_planned(plan, package.id)
    require_dependencies(feature, plan, package.id)
    return True


def claim(feature: Feature, plan: FeaturePlan, command: ClaimPackage) -> Decided | None:
    """Decides a start; None when this caller holds the work package already."""
    if not check_claim(feature, plan, command):
        return None
    planned = plan.package(command.package)
    assert planned is not None
    pinned = Pinned(command.branches.target, planned.blob, planned.title, planned.changes_none)
    package = feature.package(command.package)
    feature_move = _feature_branch(feature, command.branches)
    feature_tip = feature_move.new if feature_move else command.branches.feature
    assert feature_tip is not None
    package_move = _package_branch(feature, package, command.branches, feature_tip)
    fresh = package.base_commit is None or package.start_afresh
    fact = PackageClaimed(
        package.id,
        package.attempt + 1,
        pinned,
        feature_tip if fresh or package.base_commit is None else package.base_commit,
        feature_tip,
        command.implementer,
    )
    return Decided(fact, tuple(move for move in (feature_move, package_move) if move))


def _feature_branch(feature: Feature, branches: BranchFacts) -> RefMove | None:
    ref = feature_branch(feature.slug)
    if feature.feature_tip is not None:
        require_feature_branch(feature, branches.feature)
        return None
    if branches.feature == branches.target:
        return None
    if branches.feature is not None and not branches.feature_behind_target:
        raise _foreign_branch(ref)
    return RefMove(ref, branches.feature, branches.target)


def _package_branch(
    feature: Feature, package: Package, branches: BranchFacts, feature_tip: str
) -> RefMove | None:
    ref = package_branch(feature.slug, package.id)
    if package.base_commit is not None and not package.start_afresh:
        if branches.package is not None:
            return None
        return RefMove(ref, None, package.head_commit or package.base_commit)
    if branches.package == feature_tip:
        return None
    known = package.start_afresh or branches.package_behind_target
    if branches.package is not None and not known:
        raise _foreign_branch(ref)
    return RefMove(ref, branches.package, feature_tip)


def require_feature_branch(feature: Feature, actual: str | None) -> None:
    """Refuses to build on a feature branch that somebody else has moved."""
    if actual == feature.feature_tip:
        return
    ref = feature_branch(feature.slug)
    now = "was deleted" if actual is None else f"is at {actual[:12]}"
    kept = "" if actual is None else ", and keep what it is now"
    raise Refusal(
        ErrorCode.REF_DIVERGED,
        f"The branch {feature.slug} {now}, but the journal left it at "
        f"{(feature.feature_tip or '')[:12]}. It was left alone. Put it back{kept}: "
        f"{put_back(ref, feature.feature_tip, actual)}",
        ref=ref,
        recorded=feature.feature_tip,
        actual=actual,
    )


def _foreign_branch(ref: str) -> Refusal:
    name = ref.removeprefix("refs/heads/")
    return Refusal(
        ErrorCode.WORKSPACE_FAILED,
        f"A branch '{name}' exists already and holds commits that the target does not. "
        f"Rename it (git branch -m {name} <new-name>) or delete it, then try again.",
        branch=name,
    )


def confirm_workspace(feature: Feature, command: ConfirmWorkspace) -> Decided | None:
    """Records that the workspace of this attempt stands; None when that is known."""
    package = feature.package(command.package)
    if package.attempt != command.attempt or package.lane is not Lane.IN_PROGRESS:
        return None
    if package.workspace_ready:
        return None
    return Decided(WorkspacePrepared(package.id, command.copied, command.setup))


def abandon_claim(feature: Feature, command: AbandonClaim) -> Decided | None:
    """Takes back a claim whose workspace could not be made; None when it has moved on."""
    package, branches = feature.package(command.package), command.branches
    if package.attempt != command.attempt or package.lane is not Lane.IN_PROGRESS:
        return None
    if package.has_work:
        return Decided(
            ClaimAbandoned(package.id, command.reason, feature.feature_tip, command.setup)
        )
    refs: list[RefMove] = []
    if branches.package is not None and branches.package == package.base_commit:
        refs.append(RefMove(package_branch(feature.slug, package.id), branches.package, None))
    feature_tip = feature.feature_tip
    alone = all(p.id == package.id or p.base_commit is None for p in feature.packages.values())
    if alone and branches.feature == feature_tip:
        refs.append(RefMove(feature_branch(feature.slug), feature_tip, None))
        feature_tip = None
    return Decided(
        ClaimAbandoned(package.id, command.reason, feature_tip, command.setup), tuple(refs)
    )

"""Owns what is shown of a feature: read models, computed from state and plan, never stored."""

from __future__ import annotations

from spec_kitty.application.telling.readiness import Outlook, outlook
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.plan import known_ids, told_gone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.application.desk import Desk
    from spec_kitty.domain.feature import Package
    from spec_kitty.domain.planning.plan import PlannedPackage

    Data = dict[str, Any]


def ids_of(desk: Desk) -> tuple[str, ...]:
    return known_ids(desk.plan, desk.feature)


def state(desk: Desk, cursor: str | None, warnings: tuple[str, ...] = ()) -> Data:
    """Returns the feature as programs see it: lanes, every work package, acceptance, merge."""
    feature, ids = desk.feature, ids_of(desk)
    counts = {lane.public: 0 for lane in Lane}
    for package_id in ids:
        counts[feature.package(package_id).lane.public] += 1
    acceptance, merge = feature.acceptance, feature.merge
    ahead = outlook(desk)
    planned = {each.id: each for each in desk.plan.packages}
    return {
        "feature_slug": feature.slug,
        "target_branch": feature.target_branch,
        "feature_branch": feature.slug if feature.feature_tip else None,
        "feature_commit": feature.feature_tip,
        "summary": {**counts, "total": len(ids)},
        "work_packages": [
            _package(feature.package(each), planned.get(each), ahead) for each in ids
        ],
        "accepted": acceptance is not None,
        "acceptance": None
        if acceptance is None
        else {
            "actor": acceptance.actor,
            "at": acceptance.at,
            "feature_commit": acceptance.feature_tip,
            "target_commit": acceptance.target_tip,
            "tree": acceptance.tree,
            "verified": acceptance.verify is not None,
        },
        "merge": None
        if merge is None
        else {
            "phase": merge.phase.value,
            "actor": merge.actor,
            "at": merge.at,
            "strategy": merge.strategy,
            "merge_commit": merge.commit,
            "recorded": merge.recorded,
        },
        "cursor": cursor,
        "warnings": [*warnings, *_warnings(desk)],
    }


def _package(package: Package, planned: PlannedPackage | None, ahead: Outlook) -> Data:
    rework, verdict = package.rework, package.verdict
    claim, review = package.claim, package.review
    pinned = package.pinned
    title = planned.title if planned else pinned.title if pinned else package.id
    return {
        "wp_id": package.id,
        "title": title,
        "lane": package.lane.public,
        "ready": package.id in ahead.startable,
        **_planned(planned),
        "remaining_minutes": ahead.remaining_minutes.get(package.id, 0),
        "problems": [str(error) for error in ahead.errors.get(package.id, ())],
        "attempt": package.attempt,
        "claimed_by": claim.actor if claim else None,
        "agent": claim.agent if claim else None,
        "run_id": claim.run_id if claim else None,
        "claimed_at": claim.at if claim else None,
        "reviewer": review.actor if review else None,
        "reviewed_head": review.head if review else None,
        "verdict": verdict.decision.value if verdict else None,
        "verdict_head": verdict.head if verdict else None,
        "verdict_by": verdict.reviewer if verdict else None,
        "review_ref": verdict.review_ref if verdict else None,
        "findings": [_finding(finding) for finding in verdict.findings] if verdict else [],
        "review_rounds": package.review_rounds,
        "rework": rework.cause.value if rework else None,
        "rework_note": rework.note if rework else None,
        "conflicts": _conflicts(package),
        "plan_commit": pinned.plan_commit if pinned else None,
        "base_commit": package.base_commit,
        "head_commit": package.head_commit,
        "integrated_commit": package.integrated_commit,
        "reason": package.reason,
        "last_actor": package.last_actor,
        "changed_at": package.changed_at,
    }


def _planned(planned: PlannedPackage | None) -> Data:
    if planned is None:
        return {
            "dependencies": [],
            "not_in_plan": True,
            "estimate_minutes": None,
            "owned_files": [],
        }
    return {
        "dependencies": list(planned.dependencies),
        "not_in_plan": False,
        "estimate_minutes": planned.estimate_minutes,
        "owned_files": list(planned.owned_files),
    }


def _finding(finding: Any) -> Data:
    return {
        "id": finding.id,
        "severity": finding.severity,
        "message": finding.message,
        "path": finding.path,
        "line": finding.line,
    }


def _conflicts(package: Package) -> list[Data]:
    if package.rework is None or package.rework.conflict is None:
        return []
    conflict = package.rework.conflict
    return [
        {"path": path.path, "kind": path.kind, "has_markers": bool(path.blocks)}
        for path in conflict.paths
    ]


def _warnings(desk: Desk) -> list[str]:
    if desk.plan.is_gone and not desk.feature.merged:
        return [told_gone(desk.feature)]
    found = [str(problem) for problem in desk.plan.problems]
    for package in desk.feature.packages.values():
        planned = desk.plan.package(package.id)
        if planned is None:
            found.append(f"{package.id} is not in the plan any more; it stays with its history.")
        elif package.pinned and package.lane in (Lane.IN_PROGRESS, Lane.FOR_REVIEW):
            if planned.blob != package.pinned.blob:
                found.append(
                    f"{planned.path} was edited after {package.id} was claimed; the edit "
                    "applies from the next claim."
                )
    return found

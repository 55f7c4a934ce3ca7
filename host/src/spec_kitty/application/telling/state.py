"""Owns what is shown of a feature: read models, computed from state and plan, never stored."""

from __future__ import annotations

from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.graph import natural, remaining_path_minutes
from spec_kitty.domain.planning.plan import known_ids
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.application.desk import Desk
    from spec_kitty.domain.feature import Package

    Data = dict[str, Any]

_FINISHED = (Lane.DONE, Lane.CANCELED)


class ReadyPackage(Record):
    """Is a work package that could start now, with what speaks for and against it."""

    id: str
    title: str
    remaining_minutes: int
    overlaps: tuple[str, ...]


def ids_of(desk: Desk) -> tuple[str, ...]:
    return known_ids(desk.plan, desk.feature)


def state(desk: Desk, cursor: str | None, warnings: tuple[str, ...] = ()) -> Data:
    """Returns the feature as programs see it: lanes, every work package, acceptance, merge."""
    feature, ids = desk.feature, ids_of(desk)
    counts = {lane.public: 0 for lane in Lane}
    for package_id in ids:
        counts[feature.package(package_id).lane.public] += 1
    acceptance, merge = feature.acceptance, feature.merge
    return {
        "feature_slug": feature.slug,
        "target_branch": feature.target_branch,
        "feature_branch": feature.slug if feature.feature_tip else None,
        "feature_commit": feature.feature_tip,
        "summary": {**counts, "total": len(ids)},
        "work_packages": [_package(desk, package_id) for package_id in ids],
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


def _package(desk: Desk, package_id: str) -> Data:
    package, planned = desk.feature.package(package_id), desk.plan.package(package_id)
    rework, verdict = package.rework, package.verdict
    claim, review = package.claim, package.review
    pinned = package.pinned
    title = planned.title if planned else pinned.title if pinned else package_id
    return {
        "wp_id": package_id,
        "title": title,
        "lane": package.lane.public,
        "dependencies": list(planned.dependencies) if planned else [],
        "not_in_plan": planned is None,
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


def ready(desk: Desk) -> tuple[ReadyPackage, ...]:
    """Returns what could start now, longest remaining path first."""
    feature, plan = desk.feature, desk.plan
    if feature.merge is not None:
        return ()
    startable = [
        planned
        for planned in plan.packages
        if feature.package(planned.id).lane is Lane.PLANNED
        and feature.package(planned.id).claim is None
        and all(feature.package(name).lane is Lane.DONE for name in planned.dependencies)
        and not any(problem.severity == "error" for problem in plan.problems_of(planned.id))
    ]
    if not startable:
        return ()
    graph = {planned.id: planned.dependencies for planned in plan.packages}
    estimates = {
        planned.id: planned.estimate_minutes
        for planned in plan.packages
        if planned.estimate_minutes is not None
    }
    finished = {p.id for p in plan.packages if feature.package(p.id).lane in _FINISHED}
    remaining = remaining_path_minutes(graph, estimates, finished)
    found = [
        ReadyPackage(p.id, p.title, remaining.get(p.id, 0), _overlaps(desk, p.owned_files))
        for p in startable
    ]
    return tuple(sorted(found, key=lambda each: (-each.remaining_minutes, natural(each.id))))


def _overlaps(desk: Desk, owned_files: tuple[str, ...]) -> tuple[str, ...]:
    """Returns the running work packages whose owned files may be the same."""
    if not owned_files:
        return ()
    from spec_kitty.domain.planning.ownership import overlaps

    return tuple(
        planned.id
        for planned in desk.plan.packages
        if desk.feature.package(planned.id).lane in (Lane.IN_PROGRESS, Lane.FOR_REVIEW)
        and overlaps(owned_files, planned.owned_files)
    )


def ready_data(desk: Desk) -> Data:
    return {
        "feature_slug": desk.slug,
        "ready_work_packages": [
            {
                "wp_id": each.id,
                "title": each.title,
                "lane": Lane.PLANNED.public,
                "dependencies_satisfied": True,
                "recommended_base": desk.slug
                if desk.feature.feature_tip
                else desk.feature.target_branch,
                "remaining_minutes": each.remaining_minutes,
                "overlaps_with": list(each.overlaps),
            }
            for each in ready(desk)
        ],
    }

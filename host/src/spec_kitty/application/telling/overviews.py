"""Owns what is shown of plans: the list of features, and one feature's packages in order."""

from __future__ import annotations

from spec_kitty.application.planning import committed_slugs, planning_branch
from spec_kitty.application.telling.state import ids_of
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.graph import critical_path, remaining_path_minutes, waves
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.application.desk import Desk
    from spec_kitty.application.host import Host
    from spec_kitty.domain.feature import Feature
    from spec_kitty.domain.planning.plan import FeaturePlan, Problem


class FeatureLine(Record):
    """Is one feature of the list. `stage` is open, accepted, merged, unreadable or a draft."""

    slug: str
    title: str
    target: str
    stage: str
    lanes: Mapping[Lane, int]
    problem: str | None = None


class PackageLine(Record):
    """Is one work package of a plan, with where it stands."""

    id: str
    title: str
    lane: Lane
    dependencies: tuple[str, ...]
    estimate_minutes: int | None
    path: str


class PlanOverview(Record):
    """Is one feature's plan. `minutes` is the longest way through it, `path` that way."""

    slug: str
    title: str
    target: str
    stage: str
    packages: tuple[PackageLine, ...]
    waves: tuple[tuple[str, ...], ...]
    path: tuple[str, ...]
    minutes: int
    problems: tuple[Problem, ...]


def features(host: Host) -> tuple[FeatureLine, ...]:
    """Returns every feature: committed, recorded, or only on disk."""
    branch = planning_branch(host)
    known = {*committed_slugs(host, branch), *host.ports.reading.slugs()}
    head = host.ports.branches.head_branch()
    drafts = set(host.ports.drafts.slugs()) - known if head == branch else set()
    lines = [*(_line(host, slug, branch) for slug in known)]
    lines += [FeatureLine(slug, "", branch, "draft", {}) for slug in drafts]
    return tuple(sorted(lines, key=lambda line: line.slug))


def _line(host: Host, slug: str, branch: str) -> FeatureLine:
    """One feature that cannot be read does not hide the others."""
    try:
        desk = host.reader.desk(slug)
        lanes: dict[Lane, int] = dict.fromkeys(Lane, 0)
        for package_id in ids_of(desk):
            lanes[desk.feature.package(package_id).lane] += 1
        target, stage = desk.feature.target_branch, stage_of(desk.feature)
        return FeatureLine(slug, desk.plan.title, target, stage, lanes)
    except Refusal as refusal:
        return FeatureLine(slug, slug, branch, "unreadable", {}, refusal.message)


def stage_of(feature: Feature) -> str:
    """Returns how far the feature as a whole has come."""
    if feature.merged:
        return "merged"
    return "accepted" if feature.acceptance is not None else "open"


def plan_overview(desk: Desk) -> PlanOverview:
    """Returns the plan of a feature, with its order and its longest way."""
    plan = desk.plan
    graph = {each.id: each.dependencies for each in plan.packages}
    estimates = {each.id: each.estimate_minutes for each in plan.packages}
    remaining = remaining_path_minutes(graph, estimates)
    return PlanOverview(
        desk.slug,
        plan.title,
        desk.feature.target_branch,
        stage_of(desk.feature),
        _packages(desk, plan),
        waves(graph),
        critical_path(graph, estimates),
        max(remaining.values(), default=0),
        plan.problems,
    )


def _packages(desk: Desk, plan: FeaturePlan) -> tuple[PackageLine, ...]:
    return tuple(
        PackageLine(
            each.id,
            each.title,
            desk.feature.package(each.id).lane,
            each.dependencies,
            each.estimate_minutes,
            each.path,
        )
        for each in plan.packages
    )

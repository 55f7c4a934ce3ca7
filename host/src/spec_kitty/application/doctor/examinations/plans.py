"""Owns whether a feature's target and plan are there and can be worked by."""

from __future__ import annotations

from spec_kitty.application.doctor.findings import Finding, Kind
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.planning.plan import feature_folder
from spec_kitty.domain.planning.settings import SETTINGS_PATH
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.doctor.subject import Premises, Subject
    from spec_kitty.domain.feature import Feature
    from spec_kitty.domain.planning.plan import Problem

_SETTLED = (Lane.DONE, Lane.CANCELED)
_UNDER_WAY = (Lane.IN_PROGRESS, Lane.FOR_REVIEW)
_MAX_NAMED = 3


def target(subject: Subject) -> Iterator[Finding]:
    """Looks whether the target is there and still holds what claims were made from."""
    feature = subject.feature
    if feature is None or feature.merged:
        return
    ref = f"refs/heads/{subject.target}"
    tip = subject.target_tip
    if tip is None:
        commit = _last_seen(feature) or "<commit>"
        yield Finding(
            Kind.TARGET_GONE,
            f"The target branch {subject.target} does not exist.",
            feature.slug,
            place=ref,
            remedy="Bring it back; if it was renamed, with its new name in place of the commit:",
            commands=(f"git branch {subject.target} {commit}",),
        )
        return
    pinned: dict[str, str] = {}
    for each in feature.packages.values():
        if each.pinned is not None and each.lane in _UNDER_WAY:
            pinned.setdefault(each.pinned.plan_commit, each.id)
    for commit, package in pinned.items():
        if not subject.ports.branches.is_ancestor(commit, tip):
            yield Finding(
                Kind.TARGET_REWOUND,
                f"{subject.target} was rewound: it does not hold {commit[:12]} any more, in which "
                f"the plan of {package} was read.",
                feature.slug,
                package,
                ref,
                f"If that was not meant, bring it back on {subject.target}:",
                (f"git merge {_unrelated(subject, commit, tip)}{commit}",),
            )


def _unrelated(subject: Subject, commit: str, tip: str) -> str:
    is_related = subject.ports.branches.merge_base(commit, tip) is not None
    return "" if is_related else "--allow-unrelated-histories "


def _last_seen(feature: Feature) -> str | None:
    """Returns the newest commit at which the journal saw the target."""
    if feature.acceptance is not None:
        return feature.acceptance.target_tip
    seen = [
        (each.claim.at if each.claim else each.changed_at or "", each.pinned.plan_commit)
        for each in feature.packages.values()
        if each.pinned is not None
    ]
    return max(seen)[1] if seen else None


def plan(subject: Subject) -> Iterator[Finding]:
    """Looks at the plan of a feature that is not merged."""
    feature, slug = subject.feature, subject.slug
    if not subject.is_open or subject.target_tip is None:
        return
    if subject.plan is None:
        yield Finding(
            Kind.PLAN_GONE,
            f"The plan of {slug} is not on {subject.target} any more.",
            slug,
            place=feature_folder(slug),
            remedy="Bring its folder back and commit it, or cancel the work packages that are "
            "open.",
        )
        return
    errors = [problem for problem in subject.plan.problems if problem.severity == "error"]
    if errors:
        yield _broken(slug, errors)
    for package in feature.packages.values() if feature else ():
        if subject.plan.package(package.id) is None and package.lane not in _SETTLED:
            yield Finding(
                Kind.NOT_IN_PLAN,
                f"{package.id} is {package.lane.public}, but not in the plan any more.",
                slug,
                package.id,
                remedy="Put it back into the plan, or cancel it:",
                commands=(
                    f"spec-kitty agent tasks move-task {package.id} --to canceled "
                    f"--note <reason> --feature {slug}",
                ),
            )


def _broken(slug: str, errors: list[Problem]) -> Finding:
    named = " ".join(_sentence(error) for error in errors[:_MAX_NAMED])
    more = f" And {len(errors) - _MAX_NAMED} more." if len(errors) > _MAX_NAMED else ""
    return Finding(
        Kind.PLAN_BROKEN,
        f"The plan has {_many(len(errors), 'error')}. {named}{more}",
        slug,
        place=errors[0].path,
        remedy="Correct and commit it. This lists everything:",
        commands=(f"spec-kitty validate {slug}",),
    )


def _sentence(problem: Problem) -> str:
    place = problem.path if problem.line is None else f"{problem.path}:{problem.line}"
    return f"{place}: {problem.message}"


def _many(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def settings(premises: Premises) -> Iterator[Finding]:
    """Looks at the settings on each branch that open features land on."""
    targets = {each.target for each in premises.subjects.values() if each.is_open}
    if premises.default is not None:
        targets.add(premises.default)
    for branch in sorted(targets):
        ref = f"refs/heads/{branch}"
        if premises.ports.branches.value(ref) is None:
            continue
        try:
            premises.ports.plans.settings(ref)
        except Refusal as refusal:
            if refusal.code is not ErrorCode.PLAN_INVALID:
                raise
            yield Finding(
                Kind.PLAN_BROKEN,
                refusal.message,
                place=f"{branch}:{SETTINGS_PATH}",
                remedy=f"Correct it and commit that on {branch}.",
            )

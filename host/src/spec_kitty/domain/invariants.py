"""Owns what must hold in every state of a feature, however it came about.

It says what a state may not be, and not how one comes about: that is `decisions/`. A violation
is a defect of this program or a journal that was changed by hand, never a user's mistake.
"""

from __future__ import annotations

from spec_kitty.domain.feature import Decision, Feature, MergePhase, Package
from spec_kitty.domain.lanes import Lane

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    PackageRule = tuple[str, Callable[[Package], bool]]
    FeatureRule = tuple[str, Callable[[Feature], bool]]

_HELD = (Lane.IN_PROGRESS, Lane.FOR_REVIEW, Lane.DONE)
_SUBMITTED = (Lane.FOR_REVIEW, Lane.DONE)
_SETTLED = (Lane.DONE, Lane.CANCELED)
_COULD_BE_BLOCKED = (Lane.PLANNED, Lane.IN_PROGRESS, Lane.FOR_REVIEW)


def violations(feature: Feature) -> tuple[str, ...]:
    """Returns a sentence for each rule that the state breaks; none when all is well."""
    packages = tuple(
        f"{package_id} {rule}."
        for package_id, package in feature.packages.items()
        for rule, holds in _PACKAGE_RULES
        if not holds(package)
    )
    misplaced = tuple(
        f"{package.id} is filed under {package_id}."
        for package_id, package in feature.packages.items()
        if package.id != package_id
    )
    whole = tuple(f"{rule}." for rule, holds in _FEATURE_RULES if not holds(feature))
    return (*packages, *misplaced, *whole)


def _came_from_fits(package: Package) -> bool:
    if package.lane is not Lane.BLOCKED:
        return package.came_from is None
    return package.came_from in _COULD_BE_BLOCKED


def _stands_as(package: Package) -> Lane | None:
    """Returns the lane whose work the package carries: a blocked one keeps that of its origin."""
    return package.came_from if package.lane is Lane.BLOCKED else package.lane


def _review_fits(package: Package) -> bool:
    if package.review is None:
        return True
    return package.lane is Lane.FOR_REVIEW and package.review.head == package.head_commit


def _approved_as_integrated(package: Package) -> bool:
    if package.lane is not Lane.DONE:
        return True
    verdict = package.verdict
    return (
        bool(package.integrations)
        and verdict is not None
        and verdict.decision is Decision.APPROVED
        and verdict.head == package.integrations[-1].head == package.head_commit
    )


def _starts_afresh_unheld(package: Package) -> bool:
    return not package.start_afresh or (package.claim is None and not package.workspace_ready)


_PACKAGE_RULES: tuple[PackageRule, ...] = (
    ("has a negative attempt", lambda p: p.attempt >= 0),
    (
        "stands where work is held, but nobody holds it",
        lambda p: _stands_as(p) not in _HELD or p.claim is not None,
    ),
    (
        "is canceled, but somebody holds it",
        lambda p: p.lane is not Lane.CANCELED or p.claim is None,
    ),
    ("is held without an attempt", lambda p: p.claim is None or p.attempt > 0),
    ("is held without a pinned plan", lambda p: p.claim is None or p.pinned is not None),
    ("is held without a base", lambda p: p.claim is None or p.base_commit is not None),
    (
        "has a workspace without a base",
        lambda p: not p.workspace_ready or p.base_commit is not None,
    ),
    ("starts afresh, but is held or has a workspace", _starts_afresh_unheld),
    ("does not come from where a blocked package can come from", _came_from_fits),
    (
        "was submitted without a head",
        lambda p: _stands_as(p) not in _SUBMITTED or p.head_commit is not None,
    ),
    ("has a review claim that is not about what is submitted", _review_fits),
    (
        "waits for a verdict that it has",
        lambda p: _stands_as(p) is not Lane.FOR_REVIEW or p.verdict is None,
    ),
    (
        "was submitted with rework open",
        lambda p: _stands_as(p) not in _SUBMITTED or p.rework is None,
    ),
    ("is done without an approving verdict on what is integrated", _approved_as_integrated),
    ("is canceled, but integrated", lambda p: p.lane is not Lane.CANCELED or not p.integrations),
    (
        "has two reviewed heads of one actor",
        lambda p: len({seen.actor for seen in p.reviewed_heads}) == len(p.reviewed_heads),
    ),
)


def _tip_is_newest_integration(feature: Feature) -> bool:
    found = [each for package in feature.packages.values() for each in package.integrations]
    found.sort(key=lambda integration: integration.number)
    if [integration.number for integration in found] != list(range(1, len(found) + 1)):
        return False
    return not found or found[-1].commit == feature.feature_tip


def _work_has_feature_branch(feature: Feature) -> bool:
    based = any(package.base_commit is not None for package in feature.packages.values())
    return feature.feature_tip is not None or not based


def _settled(feature: Feature) -> bool:
    lanes = [package.lane for package in feature.packages.values()]
    return all(lane in _SETTLED for lane in lanes) and Lane.DONE in lanes


def _merge_is_promised(feature: Feature) -> bool:
    merge, acceptance = feature.merge, feature.acceptance
    if merge is None:
        return True
    if merge.recorded:
        return merge.phase is MergePhase.COMPLETED
    return acceptance is not None and acceptance.target_tip == merge.old_target


_FEATURE_RULES: tuple[FeatureRule, ...] = (
    ("The sequence is negative", lambda f: f.sequence >= 0),
    ("The integrations are not numbered, or the tip is not the newest", _tip_is_newest_integration),
    ("There is work, but no feature branch", _work_has_feature_branch),
    (
        "The feature is accepted or merged with open packages",
        lambda f: (f.acceptance is None and f.merge is None) or _settled(f),
    ),
    (
        "What was accepted is not the feature's tip",
        lambda f: f.acceptance is None or f.acceptance.feature_tip == f.feature_tip,
    ),
    ("The merge is neither of what was accepted nor recorded", _merge_is_promised),
)

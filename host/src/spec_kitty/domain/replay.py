"""Owns how events become state. Nothing else changes what is known about a feature.

Replaying any prefix of a journal gives exactly the state that was stored with its last event;
`spec-kitty verify` holds every journal to that.
"""

from __future__ import annotations

from spec_kitty.domain import events as e
from spec_kitty.domain.answers import remember
from spec_kitty.domain.feature import (
    Claim,
    Feature,
    Integration,
    MergePhase,
    Package,
    ReviewClaim,
    ReviewedHead,
)
from spec_kitty.domain.lanes import Lane

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# A reviewer's word counts for the head it last claimed; older ones than these are forgotten.
MAX_REVIEWED_HEADS = 20


def replay(feature: Feature | None, slug: str, event: e.Event) -> Feature:
    """Returns the state after the event. The first event of a feature fixes its target branch."""
    if feature is None:
        feature = Feature(slug, event.target_branch or "")
    feature = _APPLY[type(event.fact)](feature, event, event.fact)
    return feature.replace(
        sequence=event.sequence,
        policies=_with_policy(feature, event),
        actor_policies=_with_actor_policy(feature, event),
        **remember(feature, event.answer),
    )


def _with_policy(feature: Feature, event: e.Event) -> dict[str, str]:
    if event.policy_text is None or event.caller.policy is None:
        return dict(feature.policies)
    return {**feature.policies, event.caller.policy: event.policy_text}


def _with_actor_policy(feature: Feature, event: e.Event) -> dict[str, str]:
    if event.caller.policy is None:
        return dict(feature.actor_policies)
    return {**feature.actor_policies, event.caller.actor: event.caller.policy}


def _put(feature: Feature, event: e.Event, package: Package, **changes: Any) -> Feature:
    """Puts the changed package in; what a package does withdraws an acceptance."""
    changed = package.replace(last_actor=event.caller.actor, changed_at=event.at, **changes)
    packages = {**feature.packages, package.id: changed}
    return feature.replace(packages=packages, acceptance=None)


def _claimed(feature: Feature, event: e.Event, fact: e.PackageClaimed) -> Feature:
    package, caller = feature.package(fact.package), event.caller
    implementers = tuple(dict.fromkeys((*package.implementers, fact.implementer)))
    return _put(
        feature.replace(feature_tip=fact.feature_tip),
        event,
        package,
        lane=Lane.IN_PROGRESS,
        came_from=None,
        reason=None,
        attempt=fact.attempt,
        claim=Claim(caller.actor, caller.run_id, caller.agent, caller.person, event.at),
        pinned=fact.pinned,
        base_commit=fact.base_commit,
        implementers=implementers,
        start_afresh=False,
    )


def _prepared(feature: Feature, event: e.Event, fact: e.WorkspacePrepared) -> Feature:
    package = feature.package(fact.package)
    return _put(feature, event, package, workspace_ready=True, copied=fact.copied)


def _abandoned(feature: Feature, event: e.Event, fact: e.ClaimAbandoned) -> Feature:
    package = feature.package(fact.package)
    return _put(
        feature.replace(feature_tip=fact.feature_tip),
        event,
        package,
        lane=Lane.PLANNED,
        claim=None,
        taken_back=package.attempt,
        base_commit=package.base_commit if package.has_work else None,
    )


def _submitted(feature: Feature, event: e.Event, fact: e.PackageSubmitted) -> Feature:
    package = feature.package(fact.package)
    return _put(
        feature,
        event,
        package,
        lane=Lane.FOR_REVIEW,
        head_commit=fact.head_commit,
        base_commit=fact.base_commit,
        review=None,
        verdict=None,
        rework=None,
    )


def _review_claimed(feature: Feature, event: e.Event, fact: e.ReviewClaimed) -> Feature:
    package, caller = feature.package(fact.package), event.caller
    claim = ReviewClaim(
        caller.actor,
        caller.run_id,
        caller.agent,
        caller.person,
        fact.head,
        fact.review_ref,
        event.at,
    )
    others = tuple(seen for seen in package.reviewed_heads if seen.actor != caller.actor)
    heads = (*others, ReviewedHead(caller.actor, fact.head))[-MAX_REVIEWED_HEADS:]
    return _put(feature, event, package, review=claim, reviewed_heads=heads)


def _integrated(feature: Feature, event: e.Event, fact: e.PackageIntegrated) -> Feature:
    package = feature.package(fact.package)
    number = 1 + sum(len(other.integrations) for other in feature.packages.values())
    integration = Integration(number, fact.commit, fact.verdict.head)
    return _put(
        feature.replace(feature_tip=fact.commit),
        event,
        package,
        lane=Lane.DONE,
        review=None,
        verdict=fact.verdict,
        review_rounds=package.review_rounds + 1,
        integrations=(*package.integrations, integration),
    )


def _rework(feature: Feature, event: e.Event, fact: e.ReworkRequested) -> Feature:
    package = feature.package(fact.package)
    return _put(
        feature,
        event,
        package,
        lane=Lane.IN_PROGRESS,
        attempt=fact.attempt,
        review=None,
        verdict=fact.verdict or package.verdict,
        review_rounds=package.review_rounds + (fact.verdict is not None),
        rework=fact.rework,
    )


def _released(feature: Feature, event: e.Event, fact: e.PackageReleased) -> Feature:
    return _put(
        feature,
        event,
        feature.package(fact.package),
        lane=Lane.PLANNED,
        claim=None,
        review=None,
        reason=fact.reason,
    )


def _blocked(feature: Feature, event: e.Event, fact: e.PackageBlocked) -> Feature:
    package = feature.package(fact.package)
    return _put(
        feature,
        event,
        package,
        lane=Lane.BLOCKED,
        came_from=package.lane,
        review=None,
        reason=fact.reason,
    )


def _unblocked(feature: Feature, event: e.Event, fact: e.PackageUnblocked) -> Feature:
    package = feature.package(fact.package)
    return _put(feature, event, package, lane=fact.to, came_from=None, reason=fact.note)


def _canceled(feature: Feature, event: e.Event, fact: e.PackageCanceled) -> Feature:
    return _put(
        feature,
        event,
        feature.package(fact.package),
        lane=Lane.CANCELED,
        came_from=None,
        claim=None,
        review=None,
        reason=fact.reason,
        workspace_ready=False,
        start_afresh=True,
    )


def _restored(feature: Feature, event: e.Event, fact: e.PackageRestored) -> Feature:
    return _put(
        feature,
        event,
        feature.package(fact.package),
        lane=Lane.PLANNED,
        reason=fact.reason,
        base_commit=None,
        head_commit=None,
        verdict=None,
        rework=None,
    )


def _note(feature: Feature, _: e.Event, __: e.NoteAdded) -> Feature:
    return feature


def _verification(feature: Feature, _: e.Event, __: e.VerificationFailed) -> Feature:
    return feature.replace(acceptance=None)


def _accepted(feature: Feature, _: e.Event, fact: e.FeatureAccepted) -> Feature:
    return feature.replace(acceptance=fact.acceptance)


def _intended(feature: Feature, _: e.Event, fact: e.MergeIntended) -> Feature:
    return feature.replace(merge=fact.merge)


def _completed(feature: Feature, _: e.Event, fact: e.MergeCompleted) -> Feature:
    return feature.replace(merge=fact.merge.replace(phase=MergePhase.COMPLETED))


def _merge_abandoned(feature: Feature, _: e.Event, __: e.MergeAbandoned) -> Feature:
    return feature.replace(merge=None)


# Each applier takes the fact it is listed for; the union of all is checked by a test.
_APPLY: dict[type, Callable[[Feature, e.Event, Any], Feature]] = {
    e.PackageClaimed: _claimed,
    e.WorkspacePrepared: _prepared,
    e.ClaimAbandoned: _abandoned,
    e.PackageSubmitted: _submitted,
    e.ReviewClaimed: _review_claimed,
    e.PackageIntegrated: _integrated,
    e.ReworkRequested: _rework,
    e.PackageReleased: _released,
    e.PackageBlocked: _blocked,
    e.PackageUnblocked: _unblocked,
    e.PackageCanceled: _canceled,
    e.PackageRestored: _restored,
    e.NoteAdded: _note,
    e.VerificationFailed: _verification,
    e.FeatureAccepted: _accepted,
    e.MergeIntended: _intended,
    e.MergeCompleted: _completed,
    e.MergeAbandoned: _merge_abandoned,
}

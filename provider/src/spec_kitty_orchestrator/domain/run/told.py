"""Owns what the answer to a change tells of a feature, so that it need not be asked for again.

Only what the contract's answer says is taken over; where an answer leaves something open (who
may start now, what a conflict left) there is None, and the host is asked.
"""

from dataclasses import replace

from spec_kitty_orchestrator.domain.feature import Feature, Lane, Package
from spec_kitty_orchestrator.domain.run.records import RunStarted
from spec_kitty_orchestrator.domain.verdict import Verdict


def started(package: Package, run: RunStarted, agent: str, attempt: int) -> Package | None:
    """Returns a work package after its first claim; a later one may bring findings along."""
    if package.attempt > 0:
        return None
    return replace(
        package,
        lane=Lane.IN_PROGRESS,
        ready=False,
        claimed_by=run.actor,
        run_id=run.run_id,
        agent=agent,
        attempt=attempt,
    )


def submitted(package: Package, head: str, agent: str) -> Package:
    return replace(
        package,
        lane=Lane.FOR_REVIEW,
        head_commit=head,
        agent=agent,
        reviewer=None,
        reviewed_head=None,
        rework=None,
        rework_note=None,
        conflicts=(),
    )


def review_claimed(package: Package, run: RunStarted, head: str, base: str | None) -> Package:
    return replace(
        package,
        reviewer=run.actor,
        reviewed_head=head,
        base_commit=base or package.base_commit,
    )


def sent_back(package: Package, verdict: Verdict, head: str, attempt: int) -> Package:
    return replace(
        package,
        lane=Lane.IN_PROGRESS,
        attempt=attempt,
        findings=verdict.findings,
        verdict_head=head,
        review_rounds=package.review_rounds + 1,
        rework="review",
        rework_note=None,
        reviewer=None,
        reviewed_head=None,
    )


def approved(feature: Feature, package: Package, head: str) -> Package | None:
    """Returns a work package that is done; None where that may let another one start."""
    if any(package.id in each.dependencies for each in feature.packages):
        return None
    return replace(
        package,
        lane=Lane.DONE,
        verdict_head=head,
        remaining_minutes=0,
        reviewer=None,
        reviewed_head=None,
    )

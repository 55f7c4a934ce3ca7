"""Owns what a merge would come to if it were asked for now. Objects are written, nothing moves.

A feature that is not accepted yet is rehearsed too: with the tree that would be accepted.
"""

from __future__ import annotations

from spec_kitty.application.delivery.merging import cannot_land
from spec_kitty.application.workflow import Call
from spec_kitty.domain.decisions.delivery import check_acceptable, check_known
from spec_kitty.domain.landing import strategy_named
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.delivery.merging import Merging
    from spec_kitty.application.desk import Desk
    from spec_kitty.application.host import Host
    from spec_kitty.domain.feature import Merge

_CURED_BY_ACCEPTING = ("not_accepted", "target_moved")


class Rehearsal(Record):
    """Is what would land on `old`, as commit `new`; `refusal` says what keeps it from landing."""

    desk: Desk
    old: str
    new: str
    strategy: str
    remote: str | None = None
    refusal: Refusal | None = None
    accepted: bool = True


def rehearse(host: Host, slug: str, asked: Merging, call: Call) -> Rehearsal:
    """Returns the outcome, a refusal included; raises Refusal where there is nothing to show."""
    desk, merges = host.reader.desk(slug), host.merges
    merges.require_target(desk, asked)
    if asked.recorded:
        merge = merges.plan(desk, asked, call)
        return Rehearsal(desk, merge.old_target, merge.commit, merge.strategy)
    try:
        merge = merges.prepare(desk, asked, call)
    except Refusal as refusal:
        if refusal.facts.get("reason") not in _CURED_BY_ACCEPTING:
            raise
        return _unaccepted(host, desk, asked, refusal)
    blockers = host.ports.landing.blockers(desk.target_ref, merge.old_target, merge.commit)
    refused = cannot_land(desk, blockers) if blockers else _remote_refuses(host, desk, merge)
    return Rehearsal(desk, merge.old_target, merge.commit, merge.strategy, merge.remote, refused)


def _unaccepted(host: Host, desk: Desk, asked: Merging, refusal: Refusal) -> Rehearsal:
    """Looks whether accepting is all that is missing. Raises Refusal if it could not be."""
    check_known(desk.feature, desk.plan)
    check_acceptable(desk.feature, desk.plan)
    candidate = host.acceptances.candidate(desk)
    parents = (candidate.target_tip, candidate.feature_tip)
    commit = host.ports.commits.commit(candidate.tree, parents, f"Rehearse {desk.slug}\n")
    blockers = host.ports.landing.blockers(desk.target_ref, candidate.target_tip, commit)
    if blockers:
        message = " ".join((*blockers, refusal.message))
        refusal = Refusal(refusal.code, message, **refusal.facts, blockers=list(blockers))
    strategy = strategy_named(asked.strategy or desk.settings.merge.strategy)
    return Rehearsal(
        desk, candidate.target_tip, commit, strategy.value, refusal=refusal, accepted=False
    )


def _remote_refuses(host: Host, desk: Desk, merge: Merge) -> Refusal | None:
    remote, branches = merge.remote, host.ports.commits
    if remote is None:
        return None
    tip = host.ports.remotes.tip(remote, desk.target_ref)
    known = tip is None or branches.value(tip) is not None
    if known and (tip is None or branches.is_ancestor(tip, merge.commit)):
        return None
    return Refusal(
        ErrorCode.PUSH_FAILED,
        f"{remote} has commits on {desk.feature.target_branch} that are not here, so it would not "
        f"take the merge. Bring them here (git pull {remote} {desk.feature.target_branch}), then "
        f"accept again: spec-kitty accept --feature {desk.slug}",
        retryable=False,
        remote=remote,
    )

"""Owns the way in for every change: a command and the state give what happened, or a refusal.

Pure: what git, the clock and the plan say is in the arguments. None means that there is nothing
to do, because all is already as the command asks (`no_op`).
"""

from __future__ import annotations

from spec_kitty.domain import commands as c
from spec_kitty.domain.decisions import claims, delivery, moves, reviews, submissions
from spec_kitty.domain.decisions.outcome import Decided
from spec_kitty.domain.feature import Decision, Feature

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import assert_never

    from spec_kitty.domain.planning.plan import FeaturePlan
else:

    def assert_never(command):
        raise AssertionError(command)


def decide(feature: Feature, plan: FeaturePlan, command: c.Command) -> Decided | None:
    """Decides a command. Raises Refusal, and then nothing has changed."""
    match command:
        case c.ClaimPackage():
            return claims.claim(feature, plan, command)
        case c.ConfirmWorkspace():
            return claims.confirm_workspace(feature, command)
        case c.AbandonClaim():
            return claims.abandon_claim(feature, command)
        case c.SubmitPackage():
            return submissions.submit(feature, command)
        case c.ClaimReview():
            return reviews.claim_review(feature, command)
        case c.IntegratePackage():
            return reviews.integrate(feature, command)
        case c.ReturnConflict():
            return reviews.return_conflict(feature, command)
        case c.GiveVerdict():
            assert command.decision is Decision.CHANGES_REQUESTED
            return reviews.request_changes(feature, command)
        case c.ReopenPackage():
            return reviews.reopen(feature, command)
        case c.MovePackage():
            return moves.move(feature, command)
        case c.AddNote():
            return moves.add_note(feature, command)
        case c.AcceptFeature():
            return delivery.accept(feature, plan, command)
        case c.RecordVerification():
            return delivery.record_verification(feature, command)
        case c.IntendMerge():
            return delivery.intend_merge(feature, plan, command)
        case c.CompleteMerge():
            return delivery.complete_merge(feature, plan, command)
        case c.AbandonMerge():
            return delivery.abandon_merge(feature, command)
        case _:
            assert_never(command)

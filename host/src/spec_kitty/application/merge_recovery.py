"""Owns what is made of a merge whose process died between intent and outcome.

The target says: if it holds the recorded commit the merge is complete, else it is given up. A
merge whose process lives holds the delivery lock, and is left to it; so is a push that outlived it.
"""

from __future__ import annotations

from spec_kitty.domain.commands import AbandonMerge, CompleteMerge
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.application.ports import Ports
    from spec_kitty.domain.feature import Feature, Merge

    Outcome = CompleteMerge | AbandonMerge


class MergeRecovery:
    """Finds the outcome of an interrupted merge. The caller holds the feature's lock."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def outcome(self, feature: Feature) -> Outcome | None:
        """Returns the command that records the outcome; None while the merge is alive.

        Raises Refusal: PUSH_FAILED when the remote that decides cannot be asked, BUSY when a lock
        of somebody else's is in the way, PREFLIGHT_FAILED when something else is.
        """
        is_alive = True
        try:
            with self._ports.journal.side_lock(feature.slug, "delivery", wait=False):
                is_alive = False
                self._put_right(feature)
                if feature.merge is None or not feature.merging:
                    return None
                return self._decide(feature, feature.merge)
        except Refusal as refusal:
            if is_alive and refusal.code is ErrorCode.BUSY:
                return None
            raise

    def _put_right(self, feature: Feature) -> None:
        """Finishes or undoes a landing in its checkout, as the target ref says.

        Waits for a git that outlived its killed landing and may still move the ref.
        """
        intent = self._ports.journal.intent(feature.slug)
        if intent is not None and intent.landing is not None:
            self._ports.landing.recover(self._with_objects(feature, intent.landing))
            self._ports.journal.forget_intent(feature.slug)
        elif feature.merging:
            self._ports.landing.give_up()

    def _with_objects(
        self, feature: Feature, landing: Mapping[str, object]
    ) -> Mapping[str, object]:
        """Lets the tree stand for a commit that a gc deleted meanwhile: it can be made again."""
        accepted = feature.acceptance
        if accepted is None or self._ports.commits.value(str(landing["new"])) is not None:
            return landing
        self._ports.integration.merge(accepted.target_tip, accepted.feature_tip)
        return {**landing, "new": accepted.tree}

    def _decide(self, feature: Feature, merge: Merge) -> Outcome:
        ref = f"refs/heads/{feature.target_branch}"
        if merge.remote:
            self._ports.remotes.give_up(merge.remote, ref)
        landed = self._remote_has(merge, ref) if merge.remote else self._holds(ref, merge)
        if not landed:
            return AbandonMerge("the command that made it was interrupted")
        if merge.remote and self._ports.commits.value(ref) == merge.old_target:
            self._follow(feature.slug, ref, merge)
        return CompleteMerge(merge)

    def _holds(self, ref: str, merge: Merge) -> bool:
        tip = self._ports.commits.value(ref)
        return tip is not None and self._ports.commits.is_ancestor(merge.commit, tip)

    def _remote_has(self, merge: Merge, ref: str) -> bool:
        tip = self._ports.remotes.tip(merge.remote or "", ref)
        if tip is None or tip in (merge.commit, merge.old_target):
            return tip == merge.commit
        if self._ports.commits.value(tip) is None:
            raise Refusal(
                ErrorCode.PUSH_FAILED,
                f"A merge was interrupted, and {merge.remote} has commits that are not here, so "
                f"it is not clear whether it arrived. Run: git fetch {merge.remote}",
                retryable=True,
            )
        return self._ports.commits.is_ancestor(merge.commit, tip)

    def _follow(self, slug: str, ref: str, merge: Merge) -> None:
        """Brings the local target along where nothing is in the way; else a pull will."""
        ports = self._ports
        if ports.landing.blockers(ref, merge.old_target, merge.commit):
            return
        ports.landing.land(
            ref,
            merge.old_target,
            merge.commit,
            lambda landing: ports.journal.intend_landing(slug, landing),
        )
        ports.journal.forget_intent(slug)

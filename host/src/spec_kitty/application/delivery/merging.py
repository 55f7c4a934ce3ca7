"""Owns merging an accepted feature: intent, act, outcome, each in the journal.

The target ref is the commit point (with a push: the remote's). Whoever finds an intent without
an outcome looks whether the target has the commit and writes the outcome. Workspaces go away
after that, salvaged first.
"""

from __future__ import annotations

from spec_kitty.application.delivery.cleaning import Cleaning
from spec_kitty.application.ports import NotPushed
from spec_kitty.application.tries import written_again
from spec_kitty.application.workflow import Call, Step
from spec_kitty.domain.commands import AbandonMerge, CompleteMerge, IntendMerge
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.claims import require_feature_branch
from spec_kitty.domain.decisions.delivery import check_acceptable, check_mergeable, not_ready
from spec_kitty.domain.feature import Caller, Feature, Merge, MergePhase
from spec_kitty.domain.landing import strategy_named
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.application.desk import Desk
    from spec_kitty.application.workflow import Data, Workflow


class Merging(Record):
    """Is how a merge is asked for; `strategy` None takes the project's."""

    strategy: str | None = None
    target: str | None = None
    push: bool = False
    recorded: bool = False


class Merges:
    """Lands accepted features."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._ports = workflow.ports
        self._cleaning = Cleaning(workflow.ports)

    def merge(self, slug: str, asked: Merging, call: Call) -> Data:
        """Lands the accepted tree and removes the workspaces; repeating it is safe.

        A merge that was interrupted is finished if it has landed; else it is given up and made
        again, where what was accepted can still land.

        Raises Refusal: FEATURE_NOT_READY, PREFLIGHT_FAILED, MERGE_FAILED, PUSH_FAILED,
        UNSUPPORTED_STRATEGY, REF_DIVERGED, BUSY. Nothing has landed then.
        """
        call = self._by_acceptance(slug, call)
        answered = self._workflow.admit(slug, call)
        if answered is not None:
            return self._finish(answered.feature, (), no_op=False)
        begun = self._workflow.reader.desk(slug).feature.merging
        self._workflow.mend(slug, call)
        with self._ports.journal.side_lock(slug, "delivery", wait=False):
            desk = self._workflow.reader.desk(slug)
            self.require_target(desk, asked)
            if desk.feature.merged:
                return self._finish(desk.feature, (), no_op=True)
            if desk.feature.merging:
                raise _still_pushed(slug)
            given_up = begun
            plan = self._plan_again if given_up else self.plan
            merge = written_again(lambda: plan(desk, asked, call))
            if asked.recorded:
                return self._complete(slug, merge, call, ())
            self._intend(slug, merge, call)
            return self._act(slug, merge, call)

    def _by_acceptance(self, slug: str, call: Call) -> Call:
        """Gives a call without an actor the actor of the acceptance."""
        if call.caller.actor:
            return call
        feature = self._workflow.reader.desk(slug).feature
        actor = feature.acceptance.actor if feature.acceptance else None
        if feature.merge is not None:
            actor = feature.merge.actor
        if actor is None:
            raise not_ready(
                f"{slug} is not accepted, so it is not clear who merges it. Accept it first.",
                reason="not_accepted",
            )
        return call.replace(caller=call.caller.replace(actor=actor))

    def require_target(self, desk: Desk, asked: Merging) -> None:
        if asked.strategy is not None:
            strategy_named(asked.strategy)
        target = desk.feature.target_branch
        if asked.target is not None and asked.target.removeprefix("refs/heads/") != target:
            raise Refusal(
                ErrorCode.PREFLIGHT_FAILED,
                f"{desk.slug} lands on '{target}', which its first event fixed, and not on "
                f"'{asked.target}'. Leave --target out.",
                target_branch=target,
                asked=asked.target,
            )

    def plan(self, desk: Desk, asked: Merging, call: Call) -> Merge:
        """Returns the merge that would be made; objects are written, nothing is moved."""
        if asked.recorded:
            return self._recorded(desk, call)
        merge = self.prepare(desk, asked, call)
        blockers = self._ports.landing.blockers(desk.target_ref, merge.old_target, merge.commit)
        if blockers:
            raise cannot_land(desk, blockers)
        return merge

    def _plan_again(self, desk: Desk, asked: Merging, call: Call) -> Merge:
        """Plans anew what was interrupted; a refusal says that it is given up."""
        try:
            return self.plan(desk, asked, call)
        except Refusal as refusal:
            told = f"The merge of {desk.slug} was interrupted before it landed, and is given up."
            message = f"{told} {refusal.message}"
            raise Refusal(refusal.code, message, **refusal.facts) from None

    def prepare(self, desk: Desk, asked: Merging, call: Call) -> Merge:
        """Returns the merge whatever is in its way outside of the feature."""
        acceptance = check_mergeable(desk.feature, desk.plan, desk.target_tip, desk.feature_tip)
        strategy = strategy_named(asked.strategy or desk.settings.merge.strategy)
        titles = {
            package.id: package.pinned.title if package.pinned else package.id
            for package in desk.feature.packages.values()
            if package.integrations
        }
        commit = self._ports.strategies.land_commit(
            strategy.value, acceptance.target_tip, desk.feature, _message(desk, titles), titles
        )
        return Merge(
            MergePhase.INTENDED,
            call.caller.actor,
            self._ports.system.now(),
            strategy.value,
            acceptance.target_tip,
            commit,
            self._remote(desk.feature.target_branch) if asked.push else None,
        )

    def _remote(self, branch: str) -> str:
        remote = self._ports.remotes.remote_for(branch)
        if remote is None:
            raise Refusal(
                ErrorCode.PREFLIGHT_FAILED,
                f"It is not clear where '{branch}' is to be pushed. Say it with 'git config "
                f"branch.{branch}.remote NAME', or leave out --push.",
            )
        return remote

    def _intend(self, slug: str, merge: Merge, call: Call) -> None:
        def step(desk: Desk, _: Caller) -> Step:
            command = IntendMerge(merge, desk.target_tip, desk.feature_tip)
            return Step(decide(desk.feature, desk.plan, command), lambda _: {})

        self._workflow.change(slug, call.replace(key=None), step)

    def _act(self, slug: str, merge: Merge, call: Call) -> Data:
        ref = f"refs/heads/{self._workflow.reader.desk(slug).feature.target_branch}"
        if merge.remote is not None:
            pushed = self._ports.remotes.push(merge.remote, merge.commit, ref)
            if isinstance(pushed, NotPushed):
                self._abandon(slug, f"the push to {merge.remote} was refused", call)
                raise Refusal(
                    ErrorCode.PUSH_FAILED,
                    f"{merge.remote} did not take the merge, so nothing was moved here either: "
                    f"{pushed.said}",
                    retryable=pushed.retryable,
                    remote=merge.remote,
                )
        try:
            warnings = self._land(slug, ref, merge)
        except Refusal as refusal:
            if merge.remote is None:
                if refusal.code is not ErrorCode.BUSY:
                    self._abandon(slug, refusal.message, call)
                raise
            warnings = (
                f"{merge.remote} has the merge, but the local branch could not follow: "
                f"{refusal.message} Then: git pull --ff-only",
            )
        return self._complete(slug, merge, call, warnings)

    def _land(self, slug: str, ref: str, merge: Merge) -> tuple[str, ...]:
        def intend(landing: Mapping[str, object]) -> None:
            self._ports.journal.intend_landing(slug, landing)

        try:
            warnings = self._ports.landing.land(ref, merge.old_target, merge.commit, intend)
        except Refusal as refusal:
            # After anything else, and while a lock is held, what was begun must be recovered.
            if refusal.code is not ErrorCode.BUSY:
                self._ports.journal.forget_intent(slug)
            raise
        self._ports.journal.forget_intent(slug)
        return warnings

    def _abandon(self, slug: str, reason: str, call: Call) -> None:
        def step(desk: Desk, _: Caller) -> Step:
            return Step(decide(desk.feature, desk.plan, AbandonMerge(reason)), lambda _: {})

        self._workflow.change(slug, call.follow_up(), step)

    def _complete(self, slug: str, merge: Merge, call: Call, warnings: tuple[str, ...]) -> Data:
        def step(desk: Desk, _: Caller) -> Step:
            decided = decide(desk.feature, desk.plan, CompleteMerge(merge))
            return Step(decided, lambda feature: merge_data(feature, (), ()))

        key = call if merge.recorded or call.key else call.follow_up()
        told = self._workflow.change(slug, key.replace(allowed=True), step)
        return self._finish(told.feature, warnings, no_op=False)

    def _finish(self, feature: Feature, warnings: tuple[str, ...], no_op: bool) -> Data:
        left = self._cleaning.remove_workspaces(feature)
        unsigned = self._ports.commits.unsigned()
        told = (*warnings, unsigned) if unsigned else warnings
        return {**merge_data(feature, told, left), "no_op": no_op}

    def _recorded(self, desk: Desk, call: Call) -> Merge:
        """Returns the record of a merge made elsewhere, after proof that it was."""
        check_acceptable(desk.feature, desk.plan)
        tip, target = desk.feature_tip, desk.target_tip
        require_feature_branch(desk.feature, tip)
        if tip is None or not self._ports.integration.contained(target, tip):
            raise not_ready(
                f"{desk.feature.target_branch} does not hold all of {desk.slug}: merging it "
                "would still change something. Fetch and update the branch, or merge it here.",
                reason="not_contained",
            )
        return Merge(
            MergePhase.COMPLETED,
            call.caller.actor,
            self._ports.system.now(),
            "recorded",
            target,
            target,
            None,
            True,
        )


def _still_pushed(slug: str) -> Refusal:
    return Refusal(
        ErrorCode.BUSY,
        f"A merge of {slug} was interrupted, and its push is still at work, or another one is. "
        "Try again when it has ended.",
        retryable=True,
    )


def cannot_land(desk: Desk, blockers: tuple[str, ...]) -> Refusal:
    return Refusal(
        ErrorCode.PREFLIGHT_FAILED,
        " ".join((f"{desk.slug} cannot land now.", *blockers)),
        blockers=list(blockers),
    )


def _message(desk: Desk, titles: Mapping[str, str]) -> str:
    lines = "".join(f"- {package}: {title}\n" for package, title in sorted(titles.items()))
    title = desk.plan.title
    subject = f"{title} ({desk.slug})" if title not in ("", desk.slug) else desk.slug
    return f"{subject}\n\n{lines}"


def merge_data(feature: Feature, warnings: tuple[str, ...], left: tuple[str, ...]) -> Data:
    """Returns what a caller is told about a merge; `left` says which workspaces had to stay."""
    merge = feature.merge
    assert merge is not None
    return {
        "feature_slug": feature.slug,
        "merged": True,
        "target_branch": feature.target_branch,
        "strategy": merge.strategy,
        "merge_commit": merge.commit,
        "merged_wps": sorted(p.id for p in feature.packages.values() if p.integrations),
        "pushed_to": merge.remote,
        "recorded": merge.recorded,
        "worktree_removed": not left,
        "no_op": False,
        "warnings": [*warnings, *left],
    }

"""Owns accepting a feature: the tree that would land is computed, checked and promised."""

from __future__ import annotations

from spec_kitty.application.moves.reworking import other_package
from spec_kitty.application.workflow import Call, Step
from spec_kitty.domain.commands import AcceptFeature, RecordVerification
from spec_kitty.domain.decide import decide
from spec_kitty.domain.decisions.claims import require_feature_branch
from spec_kitty.domain.decisions.delivery import check_acceptable, check_known, not_ready
from spec_kitty.domain.feature import Acceptance, Caller, CheckRun, Feature
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import feature_branch
from spec_kitty.domain.planning.plan import known_ids
from spec_kitty.domain.project_policy import check_unsandboxed
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.merging import Conflicted, Merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.application.workflow import Data, Workflow
    from spec_kitty.domain.planning.settings import ProjectSettings


class Candidate(Record):
    """Is what would land: this tree, made of these tips."""

    feature_tip: str
    target_tip: str
    tree: str

    def is_accepted_in(self, feature: Feature) -> bool:
        accepted = feature.acceptance
        tips = (self.feature_tip, self.target_tip, self.tree)
        return accepted is not None and tips == (
            accepted.feature_tip,
            accepted.target_tip,
            accepted.tree,
        )

    def require_still(self, desk: Desk) -> None:
        """Refuses (BUSY) when feature or target have moved while this was checked."""
        if (desk.feature_tip, desk.target_tip) != (self.feature_tip, self.target_tip):
            raise Refusal(
                ErrorCode.BUSY,
                f"{desk.slug} or its target moved while it was checked. Accept it again.",
                retryable=True,
            )


class Acceptances:
    """Accepts features."""

    def __init__(self, workflow: Workflow) -> None:
        self._workflow = workflow
        self._ports = workflow.ports

    def accept(self, slug: str, call: Call) -> Data:
        """Accepts exactly the tree that would land now, after the project's checks on it.

        Raises Refusal: FEATURE_NOT_READY (with what is open, or the conflict and the work
        package to reopen), VERIFICATION_FAILED, POLICY_DENIED, BUSY.
        """
        answered = self._workflow.admit(slug, call)
        if answered is not None:
            return dict(answered.data)
        self._workflow.mend(slug, call)
        with self._ports.journal.side_lock(slug, "delivery", wait=False):
            desk = self._workflow.reader.desk(slug)
            check_known(desk.feature, desk.plan)
            check_acceptable(desk.feature, desk.plan)
            candidate = self.candidate(desk)
            run = None
            if not candidate.is_accepted_in(desk.feature):
                run = self._verify(slug, candidate, desk.settings)
            if run is not None and not run.passed:
                raise self._record_failure(slug, candidate, run, call)
            return self._record(slug, candidate, run, call)

    def candidate(self, desk: Desk) -> Candidate:
        """Returns the tree that would land. Raises Refusal when feature and target conflict."""
        # Read once: somebody may move the target while its tree is made.
        tip, target_tip = desk.feature_tip, desk.target_tip
        require_feature_branch(desk.feature, tip)
        if tip is None:
            raise not_ready(f"{desk.slug} has no commit yet.", incomplete_wps=[])
        labels = (desk.target_ref, feature_branch(desk.slug))
        outcome = self._ports.integration.merge(target_tip, tip, labels)
        if isinstance(outcome, Merged):
            return Candidate(tip, target_tip, outcome.tree)
        if not isinstance(outcome, Conflicted):
            target, seen = desk.feature.target_branch, desk.feature.seen_target
            way_out = (
                "This clone is shallow; bring the rest of the history: git fetch --unshallow"
                if self._ports.upkeep.is_shallow()
                else f"Bring what it was back, on {target}: "
                f"git merge --allow-unrelated-histories {seen}"
            )
            raise not_ready(
                f"{target} has another history now and no commit in common with {desk.slug}. "
                f"{way_out}"
            )
        files = [path.path for path in outcome.paths]
        commits = self._ports.commits
        reopen = other_package(desk, outcome.paths, commits, "") or _last_done(desk.feature)
        raise not_ready(
            f"{desk.slug} conflicts with {desk.feature.target_branch} in {', '.join(files[:5])}. "
            f"Reopen {reopen or 'a work package'}; the target is then merged into its workspace "
            f"for it to solve: {_reopening(desk.slug, reopen, 'Conflicts with the target')}",
            reason="target_conflict",
            files=files,
            reopen=reopen,
            target_commit=target_tip,
        )

    def _verify(
        self, slug: str, candidate: Candidate, settings: ProjectSettings
    ) -> CheckRun | None:
        command = settings.verify.command
        if command is None:
            return None
        check_unsandboxed(settings.policy)
        parents = (candidate.target_tip, candidate.feature_tip)
        ports = self._ports
        commit = ports.commits.commit(candidate.tree, parents, f"Check {slug}\n")
        with ports.checks.scratch(slug, commit) as folder:
            outcome = ports.checks.run(command, folder, settings.verify.timeout_seconds)
        return CheckRun.of(command, outcome)

    def _record_failure(
        self, slug: str, candidate: Candidate, run: CheckRun, call: Call
    ) -> Refusal:
        def step(desk: Desk, _: Caller) -> Step:
            candidate.require_still(desk)
            tips = (candidate.feature_tip, candidate.target_tip, candidate.tree)
            return Step(
                decide(desk.feature, desk.plan, RecordVerification(*tips, run)), lambda _: {}
            )

        told = self._workflow.change(slug, call.replace(key=None), step)
        last = _last_done(told.feature)
        hint = f" ({last} was integrated last)" if last else ""
        return Refusal(
            ErrorCode.VERIFICATION_FAILED,
            f"The project's checks ('{run.command}') {run.ended} on the tree that would land. "
            f"Reopen the work package that is at fault{hint}, with what failed as the reason: "
            f"{_reopening(slug, last, 'The checks fail')}",
            command=run.command,
            exit_code=run.exit_code,
            timed_out=run.timed_out,
            output_tail=run.output_tail,
            tree=candidate.tree,
            reopen=last,
        )

    def _record(self, slug: str, candidate: Candidate, run: CheckRun | None, call: Call) -> Data:
        def step(desk: Desk, caller: Caller) -> Step:
            candidate.require_still(desk)
            acceptance = Acceptance(
                caller.actor,
                self._ports.system.now(),
                candidate.feature_tip,
                candidate.target_tip,
                candidate.tree,
                caller.policy,
                run,
            )
            decided = decide(desk.feature, desk.plan, AcceptFeature(acceptance))
            done = [
                package
                for package in known_ids(desk.plan, desk.feature)
                if desk.feature.package(package).lane is Lane.DONE
            ]

            def tell(feature: Feature) -> Data:
                now = feature.acceptance or acceptance
                return {
                    "feature_slug": slug,
                    "accepted": True,
                    "accepted_at": now.at,
                    "accepted_by": now.actor,
                    "accepted_wps": done,
                    "feature_commit": now.feature_tip,
                    "target_commit": now.target_tip,
                    "tree": now.tree,
                    "verified": now.verify is not None,
                    "no_op": decided is None,
                }

            return Step(decided, tell)

        return dict(self._workflow.change(slug, call, step).data)


def _reopening(slug: str, package: str | None, note: str) -> str:
    """Returns the line that a person types to reopen a work package."""
    return (
        f"spec-kitty agent tasks move-task {package or '<WP>'} --to in_progress --note '{note}' "
        f"--review-ref accept --feature {slug}"
    )


def _last_done(feature: Feature) -> str | None:
    """Returns the work package that was integrated last."""
    integrated = [
        (package.integrations[-1].number, package.id)
        for package in feature.packages.values()
        if package.integrations
    ]
    return max(integrated)[1] if integrated else None

"""Owns what a use case sees while it decides: the state, the plan and the branches of a feature.

Reads are made when asked for, once, so that a move that needs no plan reads none.
"""

from __future__ import annotations

from spec_kitty.domain.feature import Feature
from spec_kitty.domain.names import feature_branch, package_branch
from spec_kitty.domain.planning.plan import FeaturePlan, told_gone
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.application.project import Project
    from spec_kitty.domain.commands import BranchFacts
    from spec_kitty.domain.planning.plan import Problem
    from spec_kitty.domain.planning.settings import ProjectSettings


class Desk:
    """Is one feature at one moment."""

    def __init__(self, feature: Feature, project: Project) -> None:
        self.feature = feature
        self._project = project
        self._plans = project.plans
        self._branches = project.branches
        self._plan: FeaturePlan | None = None
        self._plan_errors: Mapping[str, list[Problem]] | None = None
        self._settings: ProjectSettings | None = None

    @property
    def slug(self) -> str:
        return self.feature.slug

    @property
    def target_ref(self) -> str:
        return f"refs/heads/{self.feature.target_branch}"

    @property
    def target_tip(self) -> str:
        """Returns the target's tip. Raises Refusal (PREFLIGHT_FAILED) when it was deleted."""
        tip = self._branches.value(self.target_ref)
        if tip is None:
            raise Refusal(
                ErrorCode.PREFLIGHT_FAILED,
                f"The target branch '{self.feature.target_branch}' of {self.slug} does not exist. "
                f"Bring it back: git branch {self.feature.target_branch} {self._lost_target()}",
                target_branch=self.feature.target_branch,
            )
        return tip

    def _lost_target(self) -> str:
        """Returns where the target was: the branch checked out, if that is it by another name."""
        commit, head = self.feature.seen_target, self._branches.head_branch()
        tip = self._branches.value(f"refs/heads/{head}") if head is not None else None
        if commit is None or tip is None or not self._branches.is_ancestor(commit, tip):
            return commit or "<commit>"
        return head or commit

    @property
    def feature_tip(self) -> str | None:
        """Returns where the feature branch stands now, whatever the journal says."""
        return self._branches.value(feature_branch(self.slug))

    def package_tip(self, package: str) -> str | None:
        """Returns where a work package's branch stands now."""
        return self._branches.value(package_branch(self.slug, package))

    @property
    def settings(self) -> ProjectSettings:
        """Returns the project's settings as committed on the target."""
        if self._settings is None:
            self._settings = self._plans.settings(self.target_tip)
        return self._settings

    @property
    def plan(self) -> FeaturePlan:
        """Returns the plan as committed on the target; an empty one when the folder is gone."""
        if self._plan is None:
            found = self._plans.plan(self.target_tip, self.slug)
            self._plan = found or FeaturePlan(self.slug, "", self.slug, (), (), None)
        return self._plan

    @property
    def plan_errors(self) -> Mapping[str, list[Problem]]:
        """Returns the plan's errors by work package, for what asks about many of them."""
        if self._plan_errors is None:
            self._plan_errors = self.plan.errors()
        return self._plan_errors

    def branches(self, package: str) -> BranchFacts:
        """Returns where the branches stand that a claim builds on."""
        from spec_kitty.domain.commands import BranchFacts

        target, feature, own = self.target_tip, self.feature_tip, self.package_tip(package)
        # Only a branch that is not known to be ours may have to be taken over.
        feature_is_new = self.feature.feature_tip is None
        package_is_new = self.feature.package(package).base_commit is None
        return BranchFacts(
            target,
            feature,
            own,
            feature_is_new and self._is_behind(feature, target),
            package_is_new and self._is_behind(own, target),
        )

    def _is_behind(self, tip: str | None, target: str) -> bool:
        return tip is not None and self._branches.is_ancestor(tip, target)

    def require_known(self, package: str) -> None:
        """Refuses a work package that neither the plan nor the journal knows."""
        if package in self.feature.packages or self.plan.package(package) is not None:
            return
        if self.plan.is_gone:
            raise Refusal(ErrorCode.WP_NOT_FOUND, told_gone(self.feature), wp_id=package)
        draft = self._project.told_package_draft(self.feature, package)
        if draft is not None:
            raise Refusal(ErrorCode.WP_NOT_FOUND, draft, wp_id=package)
        known = ", ".join(p.id for p in self.plan.packages) or "none"
        raise Refusal(
            ErrorCode.WP_NOT_FOUND,
            f"{self.slug} has no work package {package}. It has: {known}.",
            wp_id=package,
        )

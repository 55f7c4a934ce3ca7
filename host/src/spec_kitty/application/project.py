"""Owns how a feature is found: which slugs there are, and where each one lands.

The first event of a feature fixes its target branch. Before that the plan says: it is looked up
on the default branch, whose meta.json and config may name another one.
"""

from __future__ import annotations

from spec_kitty.domain.feature import Feature
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.ports import Ports


class Target(Record):
    """Is the branch where a feature lands, with what was odd about finding it."""

    branch: str
    warnings: tuple[str, ...] = ()


class Project:
    """Finds features and their targets in one repository."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self.plans = ports.plans
        self.branches = ports.branches

    def default_target(self) -> str:
        """Returns the branch that plans are looked up on. Raises Refusal when there is none."""
        default = self.planning_branch()
        ref = f"refs/heads/{default}"
        if self.branches.value(ref) is None:
            raise Refusal(
                ErrorCode.ENVIRONMENT_UNSUPPORTED,
                f"The branch '{default}' has no commit yet. Make the first one: "
                "git commit --allow-empty -m 'Start'",
            )
        if not self.plans.is_project(ref):
            step = (
                self.told_elsewhere(default) or "Run 'spec-kitty init' and commit what it writes."
            )
            raise Refusal(
                ErrorCode.NOT_A_PROJECT,
                f"The branch '{default}' holds neither .kittify/config.toml nor kitty-specs/. "
                f"{step}",
            )
        return default

    def planning_branch(self) -> str:
        """Returns the branch on which plans are committed, also where it has no commit yet."""
        branch = self.branches.default_branch() or self.branches.head_branch()
        if branch is not None:
            return branch
        there = self.branches.local()
        step = f"Check one out: git switch {there[0]}" if there else "Make one: git switch -c main"
        raise Refusal(
            ErrorCode.PREFLIGHT_FAILED,
            "It is not clear where plans live: there is neither a default branch of origin, nor "
            f"exactly one of main and master, nor a checked-out branch. {step}",
        )

    def told_elsewhere(self, branch: str) -> str | None:
        """Says how a project is prepared on the branch of plans while another is checked out."""
        head = self.branches.head_branch()
        if head in (None, branch):
            return None
        return (
            f"Plans are read from {branch}, but '{head}' is checked out. Change to it and prepare "
            f"it there: git switch {branch} && spec-kitty init"
        )

    def open(self, slug: str, recorded: Feature | None) -> Feature:
        """Returns the recorded feature, or a fresh one whose target the plan names.

        Raises Refusal: FEATURE_NOT_FOUND, NOT_A_PROJECT, ENVIRONMENT_UNSUPPORTED.
        """
        return recorded or Feature(slug, self.target_of(slug).branch)

    def target_of(self, slug: str) -> Target:
        """Returns where a feature without events would land."""
        default = self.default_target()
        plan = self.plans.plan(f"refs/heads/{default}", slug)
        if plan is None:
            raise self.not_found(slug, default)
        target = self._wished(slug, default, plan.target_branch)
        if target.branch == slug:
            raise Refusal(
                ErrorCode.PLAN_INVALID,
                f"The feature '{slug}' has the name of its target branch, and its own branch "
                "would be the same. Rename the feature's folder and commit that.",
            )
        return target

    def _wished(self, slug: str, default: str, named: str | None) -> Target:
        """Takes what meta.json names, else what the config names, else the default branch."""
        if named is not None and self._holds(named, slug):
            return Target(named)
        configured = self.plans.settings(f"refs/heads/{default}").target_branch
        usable = configured is not None and self._holds(configured, slug)
        branch = configured if usable and configured is not None else default
        warnings = [
            f"{place} names the target '{wish}', which does not exist or does not hold {slug}; "
            f"'{branch}' counts."
            for place, wish in (("meta.json", named), (".kittify/config.toml", configured))
            if wish is not None and not self._holds(wish, slug)
        ]
        return Target(branch, tuple(warnings))

    def _holds(self, branch: str, slug: str) -> bool:
        ref = f"refs/heads/{branch}"
        return self.branches.value(ref) is not None and self.plans.plan(ref, slug) is not None

    def not_found(self, slug: str, default: str) -> Refusal:
        from difflib import get_close_matches

        from spec_kitty.application.committing import told_draft

        said = told_draft(self._ports, slug, default)
        if said is None:
            planned = self.plans.slugs(f"refs/heads/{default}")
            known = sorted({*self._ports.reading.slugs(), *planned})
            near = get_close_matches(slug, {*known, *self._ports.drafts.slugs()}, 1)
            asked = f" Did you mean {near[0]}?" if near else ""
            listed = ", ".join(known[:20]) or "none"
            said = f"No feature '{slug}' is committed on {default}.{asked} There is: {listed}."
        return Refusal(ErrorCode.FEATURE_NOT_FOUND, said, feature_slug=slug)

    def told_package_draft(self, feature: Feature, package: str) -> str | None:
        """Says how a work package counts whose file is on disk only; None if it is not."""
        from spec_kitty.application.committing import told_package_draft

        return told_package_draft(self._ports, feature.slug, package, feature.target_branch)

    def slugs(self) -> tuple[str, ...]:
        """Returns every feature with a plan on the default branch or with a journal."""
        planned = self.plans.slugs(f"refs/heads/{self.default_target()}")
        return tuple(sorted({*planned, *self._ports.reading.slugs()}))

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
    from spec_kitty.application.ports import Branches, JournalReader, Plans


class Target(Record):
    """Is the branch where a feature lands, with what was odd about finding it."""

    branch: str
    warnings: tuple[str, ...] = ()


class Project:
    """Finds features and their targets in one repository."""

    def __init__(self, journal: JournalReader, plans: Plans, branches: Branches) -> None:
        self._journal = journal
        self.plans = plans
        self.branches = branches

    def default_target(self) -> str:
        """Returns the branch that plans are looked up on. Raises Refusal when there is none."""
        default = self.branches.default_branch() or self.branches.head_branch()
        if default is None:
            raise Refusal(
                ErrorCode.PREFLIGHT_FAILED,
                "It is not clear where plans live: there is neither a default branch of origin, "
                "nor exactly one of main and master, nor a checked-out branch.",
            )
        ref = f"refs/heads/{default}"
        if self.branches.value(ref) is None:
            raise Refusal(
                ErrorCode.ENVIRONMENT_UNSUPPORTED,
                f"The branch '{default}' has no commit yet. Make the first one: "
                "git commit --allow-empty -m 'Start'",
            )
        if not self.plans.is_project(ref):
            raise Refusal(
                ErrorCode.NOT_A_PROJECT,
                f"The branch '{default}' holds neither .kittify/config.toml nor kitty-specs/. "
                "Run 'spec-kitty init' and commit what it writes.",
            )
        return default

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
        known = sorted({*self._journal.slugs(), *self.plans.slugs(f"refs/heads/{default}")})
        listed = ", ".join(known[:20]) or "none"
        return Refusal(
            ErrorCode.FEATURE_NOT_FOUND,
            f"No feature '{slug}' is committed on {default}. There is: {listed}. If its folder is "
            f"only on disk: git add kitty-specs/{slug} && git commit",
            feature_slug=slug,
        )

    def slugs(self) -> tuple[str, ...]:
        """Returns every feature with a plan on the default branch or with a journal."""
        planned = self.plans.slugs(f"refs/heads/{self.default_target()}")
        return tuple(sorted({*planned, *self._journal.slugs()}))

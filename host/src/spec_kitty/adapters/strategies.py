"""Owns which commit lands: the accepted tree, with the history that the strategy asks for."""

from __future__ import annotations

import os

from spec_kitty.domain.landing import Strategy, strategy_named
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.merging import Conflicted, Merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.adapters.git.commits import CommitWriter
    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.integration.merges import Integration
    from spec_kitty.domain.feature import Feature


class _Integrated(Record):
    """Is one commit by which the feature branch took in a work package, and its first line."""

    package: str
    commit: str
    subject: str


class Strategies:
    """Makes the commit that the target branch is to point at; moves nothing."""

    def __init__(self, git: Git, integration: Integration, commits: CommitWriter) -> None:
        self._git = git
        self._integration = integration
        self._commits = commits

    def land_commit(
        self,
        strategy: str,
        target_tip: str,
        feature: Feature,
        message: str,
        titles: Mapping[str, str],
    ) -> str:
        """Returns a commit whose tree is the accepted one; `titles` are by work package.

        Raises Refusal: UNSUPPORTED_STRATEGY, FEATURE_NOT_READY without an acceptance on this
        target tip, MERGE_FAILED when the history that is asked for does not lead to the tree.
        """
        chosen = strategy_named(strategy)
        accepted = feature.acceptance
        if accepted is None or accepted.target_tip != target_tip:
            raise Refusal(
                ErrorCode.FEATURE_NOT_READY,
                f"{feature.slug} is not accepted on the target as it is now. "
                f"Run 'spec-kitty accept --feature {feature.slug}' first.",
            )
        if chosen is Strategy.REBASE:
            return self._linear(target_tip, _in_order(feature, titles), accepted.tree)
        # Nothing holds the accepted tree, so a gc may have deleted it: this writes it again.
        self._integration.merge(target_tip, accepted.feature_tip)
        merged = (accepted.feature_tip,) if chosen is Strategy.MERGE else ()
        return self._commits.commit(accepted.tree, (target_tip, *merged), message)

    def _linear(self, target_tip: str, integrated: list[_Integrated], accepted: str) -> str:
        """Puts one commit per integration onto the target, in integration order.

        An integration's own change is the difference to its first parent, so that what came
        into the feature branch from the target in between drops out.
        """
        tip, tree, last = target_tip, self._integration.tree_of(target_tip), None
        for each in integrated:
            tree = self._tree_with(each, tree)
            tip = self._commits.commit(tree, (tip,), self._message(each))
            last = each.package
        if tree != accepted:
            raise _not_linear("the result would differ from the accepted tree", last)
        return tip

    def _tree_with(self, each: _Integrated, tree: str) -> str:
        before = self._integration.tree_of(f"{each.commit}^1")
        after = self._integration.tree_of(each.commit)
        if tree == before:
            return after
        outcome = self._integration.merge_changes(before, tree, after)
        if isinstance(outcome, Merged):
            return outcome.tree
        paths = outcome.paths if isinstance(outcome, Conflicted) else ()
        files = tuple(path.path for path in paths)
        reason = f"{each.package} conflicts with the target in {', '.join(files)}"
        raise _not_linear(reason, each.package, files)

    def _message(self, each: _Integrated) -> str:
        """Gives the subject and credits whom the work package's own commits credit."""
        words = ("log", "--format=%(trailers:key=Co-authored-by,unfold)")
        printed = self._git.run(*words, f"{each.commit}^1..{each.commit}", "--").stdout
        credited = dict.fromkeys(line for line in os.fsdecode(printed).splitlines() if line)
        return "\n".join([each.subject, *(["", *credited] if credited else [])])


def _in_order(feature: Feature, titles: Mapping[str, str]) -> list[_Integrated]:
    numbered = sorted(
        (integration.number, package.id, integration.commit)
        for package in feature.packages.values()
        for integration in package.integrations
    )
    return [
        _Integrated(package, commit, f"{package}: {titles.get(package, package)}")
        for _, package, commit in numbered
    ]


def _not_linear(reason: str, package: str | None, files: tuple[str, ...] = ()) -> Refusal:
    where = f" (after {package})" if package and not files else ""
    return Refusal(
        ErrorCode.MERGE_FAILED,
        f"The feature cannot land as one commit per work package: {reason}{where}. "
        "Nothing was moved; use --strategy merge or --strategy squash.",
        wp_id=package,
        files=list(files),
    )

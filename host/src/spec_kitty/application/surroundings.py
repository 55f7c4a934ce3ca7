"""Owns whether the repository around a journal is as the journal says: branches, commits, locks."""

from __future__ import annotations

from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import feature_branch, journal_ref, package_branch
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.ports import Ports
    from spec_kitty.domain.feature import Feature, Package

_UNDER_WAY = (Lane.IN_PROGRESS, Lane.FOR_REVIEW)


class Surroundings:
    """Looks around, while writers of the feature are kept out. Each finding is a sentence."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._branches = ports.branches

    def of_feature(self, feature: Feature) -> Iterator[str]:
        """Compares what the state says of policies, branches and commits."""
        yield from self._policies(feature)
        if feature.merged:
            yield from self._landed(feature)
            return
        if self._ports.journal.intent(feature.slug) is None:
            yield from self._feature_branch(feature)
        for package in feature.packages.values():
            yield from self._package(feature, package)
        yield from self._acceptance(feature)

    def left_behind(self, slug: str, feature: Feature | None) -> Iterator[str]:
        """Finds what an interrupted command left, and what this clone lacks."""
        if self._ports.audit.is_shallow():
            yield "This clone is shallow, so history is missing. Complete it: git fetch --unshallow"
        if self._is_delivering(slug):
            return
        if self._ports.journal.intent(slug) is not None:
            yield "A command was interrupted half-way. The next change of the feature mends it."
        elif feature is not None and feature.merge is not None and not feature.merged:
            yield f"The merge was interrupted. Finish it: spec-kitty merge --feature {slug}"
        packages = feature.packages if feature else ()
        branches = [package_branch(slug, each) for each in packages]
        for path in self._ports.audit.stale_locks(
            (journal_ref(slug), feature_branch(slug), *branches)
        ):
            yield f"A git command was interrupted and left {path}. If no git is running, delete it."

    def _is_delivering(self, slug: str) -> bool:
        """Says whether an acceptance or a merge is at work right now."""
        try:
            with self._ports.audit.still(slug, "delivery"):
                return False
        except Refusal as refusal:
            if refusal.code is ErrorCode.BUSY:
                return True
            raise

    def _policies(self, feature: Feature) -> Iterator[str]:
        for name, text in feature.policies.items():
            if self._ports.system.digest(text.encode())[: len(name)] != name:
                yield f"The policy {name} is not the one that its name was made of."

    def _feature_branch(self, feature: Feature) -> Iterator[str]:
        recorded = feature.feature_tip
        if recorded is None:
            return
        found = self._branches.value(feature_branch(feature.slug))
        if found is None:
            yield (
                f"The branch {feature.slug} is gone. Bring it back: "
                f"git branch {feature.slug} {recorded}"
            )
        elif found != recorded:
            yield (
                f"The branch {feature.slug} is at {found[:12]}, but the journal left it at "
                f"{recorded[:12]}. Somebody moved it."
            )

    def _package(self, feature: Feature, package: Package) -> Iterator[str]:
        ref = package_branch(feature.slug, package.id)
        standing = package.lane in _UNDER_WAY and package.workspace_ready
        if standing and self._branches.value(ref) is None:
            branch = ref.removeprefix("refs/heads/")
            kept = package.head_commit or package.base_commit
            yield f"{package.id}: its branch is gone. Bring it back: git branch {branch} {kept}"
        for what, commit in _commits_of(package):
            if commit is not None and self._branches.value(commit) is None:
                yield f"{package.id}: the commit {commit}, {what}, is missing."

    def _acceptance(self, feature: Feature) -> Iterator[str]:
        accepted = feature.acceptance
        if accepted is None:
            return
        try:
            for each in (accepted.feature_tip, accepted.target_tip, accepted.tree):
                self._branches.tree_of(each)
        except LookupError:
            yield (
                f"What was accepted is not there any more ({each}). Accept it again: "
                f"spec-kitty accept --feature {feature.slug}"
            )

    def _landed(self, feature: Feature) -> Iterator[str]:
        assert feature.merge is not None
        commit, target = feature.merge.commit, feature.target_branch
        tip = self._branches.value(f"refs/heads/{target}")
        if self._branches.value(commit) is None:
            yield f"The commit {commit}, with which the feature landed, is missing."
        elif tip is None or not self._branches.is_ancestor(commit, tip):
            yield f"The feature landed as {commit[:12]}, but {target} does not hold that any more."


def _commits_of(package: Package) -> Iterator[tuple[str, str | None]]:
    yield "in which its plan was read", package.pinned.plan_commit if package.pinned else None
    yield "that it builds on", package.base_commit
    yield "that was submitted", package.head_commit
    for integration in package.integrations:
        yield "that was reviewed", integration.head
        yield "with which it was integrated", integration.commit

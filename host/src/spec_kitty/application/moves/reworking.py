"""Owns bringing a work package's branch together with another commit, for its implementer.

The result becomes the tip of its branch: fast-forwarded, merged, or as a merge with conflict
markers inside that the implementer solves. Uncommitted work is committed first, so that nothing
is lost and a killed lay-out can be repeated.
"""

from __future__ import annotations

from spec_kitty.application.moves.standing import require_finished
from spec_kitty.application.ports import LayOut
from spec_kitty.domain.decisions.rules import rejected
from spec_kitty.domain.feature import Conflict, ConflictedPath, Rework, ReworkCause
from spec_kitty.domain.names import package_branch
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.merging import Conflicted, Unrelated

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.application.ports import Commits, Integration
    from spec_kitty.application.workflow import Workflow


# Work that is only kept, not submitted, may have files of any size.
NO_LIMIT_BYTES = 1 << 60


class Together(Record):
    """Is where the branch goes, and what is left to solve there."""

    commit: str
    cause: ReworkCause
    lay_out: LayOut | None
    conflict: Conflict | None = None

    @property
    def files(self) -> list[str]:
        return [path.path for path in self.conflict.paths] if self.conflict else []

    def rework(self, note: str | None, reference: str | None) -> Rework:
        return Rework(self.cause, note, reference, self.conflict)


class Reworking:
    """Prepares the tip that an implementer goes on from."""

    def __init__(self, workflow: Workflow) -> None:
        self._ports = workflow.ports

    def bring_together(
        self,
        desk: Desk,
        package: str,
        branch: str,
        refs: tuple[str, ...],
        cause: ReworkCause,
    ) -> Together:
        """Returns the new tip for the package's branch, which stands at `branch`.

        The refs are merged one after the other, up to the first that conflicts. Raises Refusal
        (WORKSPACE_FAILED) when files in the workspace would be overwritten.
        """
        commits, own_ref = self._ports.commits, package_branch(desk.slug, package)
        kept = ours = self._kept(desk, package, branch)
        for ref in refs:
            theirs = commits.value(ref)
            assert theirs is not None
            if commits.is_ancestor(ours, theirs):
                ours = theirs
                continue
            outcome = self._ports.integration.merge(ours, theirs, (own_ref, ref))
            if isinstance(outcome, Unrelated):
                raise rejected(f"{package} has no commit in common with {ref}.")
            name = ref.removeprefix("refs/heads/")
            ours = commits.commit(outcome.tree, (ours, theirs), f"Merge {name} into {package}\n")
            if isinstance(outcome, Conflicted):
                other = other_package(desk, outcome.paths, commits, package)
                conflict = Conflict(theirs, other, outcome.paths)
                return self._together(desk, package, (branch, kept, ours), cause, conflict)
        return self._together(desk, package, (branch, kept, ours), cause, None)

    def _kept(self, desk: Desk, package: str, branch: str) -> str:
        """Returns a commit that holds the branch and what is uncommitted in the workspace."""
        workspaces = self._ports.workspaces
        if not workspaces.exists(desk.slug, package):
            if not desk.feature.package(package).workspace_ready:
                return branch
            # A folder that comes back after its branch moved would undo what the branch got.
            workspaces.ensure(desk.slug, package)
        require_finished(workspaces, desk.slug, package)
        copied = desk.feature.package(package).copied
        found = workspaces.snapshot(desk.slug, package, branch, copied, NO_LIMIT_BYTES)
        if not found.changed:
            return branch
        message = f"{package}: work in progress\n"
        return self._ports.commits.commit(found.tree, (branch,), message)

    def _together(
        self,
        desk: Desk,
        package: str,
        span: tuple[str, str, str],
        cause: ReworkCause,
        conflict: Conflict | None,
    ) -> Together:
        branch, files, new = span
        workspaces = self._ports.workspaces
        if branch == new or not workspaces.exists(desk.slug, package):
            return Together(new, cause, None, conflict)
        blocked = workspaces.in_the_way(desk.slug, package, files, new)
        if blocked:
            raise Refusal(
                ErrorCode.WORKSPACE_FAILED,
                f"The workspace of {package} holds ignored files where the rework puts others: "
                f"{', '.join(blocked[:5])}. Move them away and try again.",
                paths=list(blocked[:50]),
            )
        return Together(new, cause, LayOut(package, files, new), conflict)


def other_package(
    desk: Desk, paths: tuple[ConflictedPath, ...], commits: Commits, package: str
) -> str | None:
    """Returns the work package whose integration last touched one of the paths."""
    conflicted = {path.path for path in paths}
    integrations = sorted(
        (integration.number, other.id, integration.commit)
        for other in desk.feature.packages.values()
        for integration in other.integrations
    )
    # A package without changes shares its commit with the one before, which made it.
    makers: dict[str, str] = {}
    for _, other, commit in integrations:
        makers.setdefault(commit, other)
    for commit, other in reversed(makers.items()):
        touched = {change.path for change in commits.changes(f"{commit}^1", commit)}
        if other != package and touched & conflicted:
            return other
    return None


def reopening_cause(desk: Desk, package: str, integration: Integration) -> ReworkCause:
    """Says whether a reopened package has the conflict with the target to solve.

    One package at a time does, so that the same conflict is not solved twice.
    """
    if any(
        other.rework is not None and other.rework.cause is ReworkCause.TARGET_CONFLICT
        for other in desk.feature.packages.values()
        if other.id != package
    ):
        return ReworkCause.REOPENED
    outcome = integration.merge(desk.feature_tip or "", desk.target_ref)
    return ReworkCause.TARGET_CONFLICT if isinstance(outcome, Conflicted) else ReworkCause.REOPENED

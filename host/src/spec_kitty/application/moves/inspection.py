"""Owns what is looked at before work is submitted: the submit guards' facts, and old conflicts.

The diff is that from the merge base with the feature branch, less what came in from the target
itself, which people commit and the work only merged.
"""

from __future__ import annotations

from spec_kitty.domain.decisions.rules import rejected
from spec_kitty.domain.feature import Conflict
from spec_kitty.domain.record import Record
from spec_kitty.domain.submission.changes import Change
from spec_kitty.domain.submission.guards import GuardSettings, SubmittedWork, check_submission
from spec_kitty.domain.submission.markers import conflict_blocks

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.desk import Desk
    from spec_kitty.application.ports import Commits
    from spec_kitty.domain.submission.changes import Snapshot as WorkSnapshot

GITLINK_MODE = "160000"
_MARKER = b"<<<<<<< "


class Inspected(Record):
    """Is what is looked at: the commit, what it is compared with, and the workspace's files."""

    package: str
    head: str
    base: str
    found: WorkSnapshot | None
    resolved: tuple[str, ...] = ()


class Inspection:
    """Looks at work."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits

    def check(self, desk: Desk, work: Inspected) -> None:
        """Applies the submit guards, and asks for conflicts that were laid out to be solved.

        Raises Refusal: TRANSITION_REJECTED with the guard and paths, PROTECTED_PATHS_CHANGED.
        """
        rework = desk.feature.package(work.package).rework
        if rework is not None and rework.conflict is not None:
            self._require_resolved(rework.conflict, work)
        changes = self._own_changes(desk, work)
        paths = {change.path for change in changes}
        lines = self._commits.added_lines(work.base, work.head)
        sizes = self._sizes(changes)
        nested: tuple[str, ...] = ()
        in_submodules: tuple[str, ...] = ()
        if work.found is not None:
            sizes.update(work.found.too_large)
            nested, in_submodules = work.found.nested, work.found.in_submodules
        submitted = SubmittedWork(
            changes,
            (line for line in lines if line[0] in paths),
            sizes,
            nested,
            in_submodules,
            self._commits.missing_gitlinks(work.head, changes),
            self._known_blocks(changes),
            work.base,
        )
        settings = GuardSettings(desk.settings.submit.protected_paths, max_file_bytes(desk))
        check_submission(submitted, settings)

    def _own_changes(self, desk: Desk, work: Inspected) -> tuple[Change, ...]:
        """Returns the changes that do not come from the target, merged in meanwhile."""
        changes = self._commits.changes(work.base, work.head)
        target, feature = desk.target_tip, desk.feature.feature_tip or ""
        if self._commits.is_ancestor(target, feature):
            return changes
        merged = self._commits.merge_base(target, work.head)
        if merged is None or self._commits.is_ancestor(merged, feature):
            return changes
        theirs = self._commits.entries(merged, [change.path for change in changes])
        absent = ("000000", "0" * len(work.head))
        return tuple(
            change
            for change in changes
            if theirs.get(change.path, absent) != (change.new_mode, change.new_oid)
        )

    def _sizes(self, changes: tuple[Change, ...]) -> dict[str, int]:
        blobs = {
            change.path: change.new_oid
            for change in changes
            if change.status != "D" and change.new_mode != GITLINK_MODE
        }
        sizes = self._commits.sizes(tuple(blobs.values()))
        return {path: sizes[oid] for path, oid in blobs.items() if oid in sizes}

    def _known_blocks(self, changes: tuple[Change, ...]) -> frozenset[str]:
        """Returns the conflict blocks that the changed files held before, as fixtures do."""
        known: set[str] = set()
        for change in changes:
            if change.status == "M" and change.old_mode != GITLINK_MODE:
                text = self._commits.blob(change.old_oid)
                if _MARKER in text:
                    lines = text.decode(errors="replace").split("\n")
                    known.update(block.markers for block in conflict_blocks(lines))
        return frozenset(known)

    def _require_resolved(self, conflict: Conflict, work: Inspected) -> None:
        from spec_kitty.domain.submission.conflicts import SubmittedPath, still_unresolved

        entries = self._commits.entries(work.head, [path.path for path in conflict.paths])
        submitted = {
            path: SubmittedPath(mode, oid, self._blocks(mode, oid))
            for path, (mode, oid) in entries.items()
        }
        left = still_unresolved(conflict.paths, submitted, work.resolved)
        if left:
            raise rejected(
                f"{work.package} still has conflicts to solve: {', '.join(left[:5])}. Edit the "
                "files so that no conflict block is left; a file without markers that is right "
                'as it is, name with --resolved (programs: "resolved" in --evidence-json).',
                guard="unresolved_conflict",
                paths=list(left[:50]),
            )

    def _blocks(self, mode: str, oid: str) -> tuple[str, ...]:
        from spec_kitty.domain.submission.conflicts import blocks_of

        return () if mode == GITLINK_MODE else blocks_of(self._commits.blob(oid))


def max_file_bytes(desk: Desk) -> int:
    """Returns the project's limit for one submitted file."""
    return desk.settings.submit.max_file_megabytes * 1_000_000

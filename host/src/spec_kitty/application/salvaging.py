"""Owns how work that was kept is found and given back. What is kept stays kept.

It comes back as a new branch, or as uncommitted files of a workspace in which nothing else is
uncommitted. Nothing that is there is ever overwritten.
"""

from __future__ import annotations

from spec_kitty.application.moves.reworking import NO_LIMIT_BYTES
from spec_kitty.application.recovery import Recovery
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import SALVAGE_PREFIX, is_package_id, is_slug, salvage_ref
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal
from spec_kitty.domain.submission.merging import Conflicted, Merged

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.ports import Ports
    from spec_kitty.domain.feature import Feature
    from spec_kitty.domain.upkeep import KeptWork

_OPEN_FOR_WORK = (Lane.PLANNED, Lane.IN_PROGRESS, Lane.BLOCKED)


class Listed(Record):
    """Is kept work as people see it. `files` counts what it changes; `branches` hold it, too."""

    work: KeptWork
    why: str
    files: int | None
    branches: tuple[str, ...]


class Restored(Record):
    """Says where kept work is now; `no_op` that it was there already."""

    ref: str
    branch: str | None = None
    workspace: str | None = None
    no_op: bool = False


class Salvaging:
    """Looks at kept work of one repository and gives it back."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports

    def listed(self, slug: str | None) -> tuple[Listed, ...]:
        """Returns what is kept, of one feature or of all."""
        found = [each for each in self._ports.salvage.kept() if slug in (None, each.feature)]
        states = {each: self._feature(each) for each in {work.feature for work in found}}
        return tuple(self._listed(work, states[work.feature]) for work in found)

    def _feature(self, slug: str) -> Feature | None:
        if not is_slug(slug):
            return None
        try:
            return self._ports.reading.read(slug).feature
        except Refusal:
            return None

    def _listed(self, work: KeptWork, feature: Feature | None) -> Listed:
        if work.commit is None:
            return Listed(work, "cannot be read", None, ())
        branches = self._ports.salvage.containing(work.commit)
        return Listed(work, _why(work, feature), self._count(work, feature), branches)

    def _count(self, work: KeptWork, feature: Feature | None) -> int | None:
        """Counts the files in which the work differs from what it was begun on."""
        known, commit = self._ports.branches, str(work.commit)
        package = feature.packages.get(work.package) if feature else None
        own = package.base_commit if package else None
        for start in (own, feature.feature_tip if feature else None):
            base = known.merge_base(start, commit) if start and known.value(start) else None
            if base is not None:
                return len(self._ports.commits.changes(base, commit))
        return None

    def find(self, words: tuple[str, ...]) -> KeptWork:
        """Returns the kept work that is meant: its ref, in whole or in part, or three words.

        Raises Refusal (USAGE_ERROR) listing what there is.
        """
        wanted = _ref_of(words)
        kept = self._ports.salvage.kept()
        found = next((each for each in kept if each.ref == wanted), None)
        if found is None:
            named = [each.ref.removeprefix(SALVAGE_PREFIX) for each in kept]
            listed = ", ".join(named[:10]) + (" and more" if len(named) > 10 else "")
            raise Refusal(
                ErrorCode.USAGE_ERROR,
                f"Nothing is kept as {wanted.removeprefix(SALVAGE_PREFIX)}. "
                f"There is: {listed or 'nothing'}.",
            )
        if found.commit is None:
            raise Refusal(
                ErrorCode.REF_DIVERGED,
                f"{found.ref} names nothing that git can read as a commit. Fetch it from a clone "
                "or backup that has it.",
                ref=found.ref,
            )
        return found

    def to_branch(self, work: KeptWork, branch: str | None) -> Restored:
        """Makes a branch at the kept commit; one that stands there already is as good.

        Raises Refusal (PREFLIGHT_FAILED) when another branch has the name.
        """
        name = branch or f"salvage/{work.feature}-{work.package}-{work.number}"
        ref = f"refs/heads/{name}"
        self._require_free_name(name)
        with self._ports.journal.lock(work.feature):
            intent = self._ports.journal.intent(work.feature)
            if intent is not None:
                Recovery(self._ports).mend(work.feature, intent)
            if self._ports.branches.value(ref) == work.commit:
                return Restored(work.ref, name, no_op=True)
            self._ports.upkeep.make_branch(ref, str(work.commit), work.feature)
        return Restored(work.ref, name)

    def _require_free_name(self, name: str) -> None:
        """Refuses the names of branches that the host makes and moves by itself."""
        slug, _, digits = name.rpartition("-WP")
        known = self._ports.reading.slugs()
        if name in known or (slug in known and is_package_id(f"WP{digits}")):
            raise Refusal(
                ErrorCode.PREFLIGHT_FAILED,
                f"The branch {name} is the host's to make. Choose another name, or bring the work "
                "into a workspace with --into.",
                branch=name,
            )

    def into_workspace(self, work: KeptWork, package: str) -> Restored:
        """Brings the changes into a workspace as uncommitted files, merged with what is there.

        Raises Refusal: PREFLIGHT_FAILED when it is not the time for it, WORKSPACE_FAILED when
        something is uncommitted or in the way, MERGE_FAILED naming files that conflict.
        """
        slug, ports = work.feature, self._ports
        with ports.journal.lock(slug):
            feature = self._feature(slug)
            feature = self._require_workspace(feature, slug, package)
            tip = ports.branches.value(f"refs/heads/{slug}-{package}")
            if tip is None:
                raise _not_now(package, "its branch is gone. 'spec-kitty doctor' says more")
            tree = self._merged(tip, work, package)
            folder = ports.workspaces.path(slug, package)
            if self._holds(feature, package, tip, tree):
                return Restored(work.ref, workspace=folder, no_op=True)
            # The files follow this commit, the branch does not: so they are uncommitted.
            message = f"Kept work of {work.package}, restored into {package}\n"
            commit = ports.commits.commit(tree, (tip,), message)
            ports.workspaces.lay_out(slug, package, tip, commit)
            ports.workspaces.agree(slug, package, tip)
            return Restored(work.ref, workspace=folder)

    def _require_workspace(self, feature: Feature | None, slug: str, package: str) -> Feature:
        held = feature.packages.get(package) if feature else None
        if held is not None and held.lane not in _OPEN_FOR_WORK:
            raise _not_now(
                package,
                f"it is {held.lane.public}, and what is changed there now is not part of its work. "
                "Bring it back to work first, or restore to a branch (leave out --into)",
            )
        if feature is None or held is None or not self._ports.workspaces.exists(slug, package):
            start = f"'spec-kitty implement {package} --feature {slug}'"
            raise _not_now(package, f"it has no workspace. Start it with {start}")
        return feature

    def _holds(self, feature: Feature, package: str, tip: str, tree: str) -> bool:
        """Says whether the workspace holds the tree already; refuses if it is not clean."""
        slug, workspaces = feature.slug, self._ports.workspaces
        copied = feature.package(package).copied
        # What an earlier call had begun is finished first.
        workspaces.ensure(slug, package)
        found = workspaces.snapshot(slug, package, tip, copied, NO_LIMIT_BYTES)
        if found.tree == tree:
            workspaces.agree(slug, package, tip)
            return True
        left = sorted(set(workspaces.uncommitted(slug, package)) - set(copied))
        if found.changed:
            raise Refusal(
                ErrorCode.WORKSPACE_FAILED,
                f"The workspace of {package} has uncommitted changes: {', '.join(left[:5])}. "
                "Commit them there, then try again.",
                paths=left[:50],
            )
        return False

    def _merged(self, tip: str, work: KeptWork, package: str) -> str:
        outcome = self._ports.integration.merge(tip, str(work.commit))
        if isinstance(outcome, Merged):
            return outcome.tree
        files = [path.path for path in outcome.paths] if isinstance(outcome, Conflicted) else []
        why = f"conflicts with it in {', '.join(files[:5])}" if files else "has another history"
        raise Refusal(
            ErrorCode.MERGE_FAILED,
            f"The kept work cannot be brought into {package}: it {why}. Restore it to a branch "
            "(leave out --into) and take over from there what you need.",
            files=files[:50],
        )


def _ref_of(words: tuple[str, ...]) -> str:
    if len(words) == 3:
        slug, package, number = words
        return salvage_ref(slug, package.upper(), int(number)) if number.isdecimal() else number
    return SALVAGE_PREFIX + words[0].removeprefix(SALVAGE_PREFIX)


def _why(work: KeptWork, feature: Feature | None) -> str:
    package = feature.packages.get(work.package) if feature else None
    if feature is None or package is None:
        return "its feature is not known here"
    if package.lane is Lane.CANCELED:
        return f"canceled: {package.reason}" if package.reason else "canceled"
    if feature.merged:
        return "cleaned away after the merge"
    return "its work package was taken up again since"


def _not_now(package: str, why: str) -> Refusal:
    return Refusal(
        ErrorCode.PREFLIGHT_FAILED, f"Nothing can be restored into {package} now: {why}."
    )

"""Owns whether branches and commits are as a feature's journal says."""

from __future__ import annotations

from spec_kitty.application.beginnings import told_begun
from spec_kitty.application.doctor.findings import Finding, Kind
from spec_kitty.domain.decisions.rules import put_back
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.names import feature_branch, package_branch, workspace_name
from spec_kitty.domain.upkeep import Shape

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.doctor.subject import Subject
    from spec_kitty.domain.feature import Feature, Package

_UNDER_WAY = (Lane.IN_PROGRESS, Lane.FOR_REVIEW)
_KEEP = "Keep what you need of it, then put it back:"
_KEEP_AHEAD = (
    "If the journal is older than the branch, from a backup say, fetch the newer one. Else keep "
    "what you need of the branch, then put it back:"
)


def branches(subject: Subject) -> Iterator[Finding]:
    """Looks at the branches of a feature that is not merged, while no command moves them."""
    feature = subject.feature
    if feature is None or feature.merged or subject.intent is not None:
        return
    yield from _feature_branch(subject, feature)
    for package in feature.packages.values():
        if package.lane in _UNDER_WAY and package.workspace_ready:
            yield from _package_branch(subject, package)


def _feature_branch(subject: Subject, feature: Feature) -> Iterator[Finding]:
    recorded, slug = feature.feature_tip, feature.slug
    if recorded is None:
        return
    ref = feature_branch(slug)
    found = subject.ports.branches.value(ref)
    if found is None:
        yield _gone(subject, f"The branch {slug} is gone.", slug, recorded, None)
    elif found != recorded:
        is_ahead = subject.ports.branches.is_ancestor(recorded, found)
        yield Finding(
            Kind.BRANCH_DIVERGED,
            f"The branch {slug} is at {found[:12]}, but the journal left it at {recorded[:12]}. "
            "Somebody moved it.",
            slug,
            place=ref,
            remedy=_KEEP_AHEAD if is_ahead else _KEEP,
            commands=(put_back(ref, recorded, found),),
        )


def _package_branch(subject: Subject, package: Package) -> Iterator[Finding]:
    known = subject.ports.branches
    ref = package_branch(subject.slug, package.id)
    name = workspace_name(subject.slug, package.id)
    kept = package.head_commit or package.base_commit
    assert kept is not None
    found = known.value(ref)
    if found is None:
        yield _renamed(subject, package) or _gone(
            subject, f"{package.id}: its branch is gone.", name, kept, package.id
        )
    elif known.value(kept) is None:
        return
    elif package.lane is Lane.FOR_REVIEW and not known.is_ancestor(kept, found):
        yield Finding(
            Kind.BRANCH_DIVERGED,
            f"{package.id} was submitted at {kept[:12]}, but its branch is at {found[:12]} now "
            "and does not hold that any more.",
            subject.slug,
            package.id,
            ref,
            "Submit it again if it is better now. Else keep what you need and put it back:",
            (put_back(ref, kept, found),),
        )
    elif known.merge_base(kept, found) is None:
        yield Finding(
            Kind.BRANCH_DIVERGED,
            f"{package.id}: its branch is at {found[:12]}, which has no commit in common with "
            f"{kept[:12]}, that it started from.",
            subject.slug,
            package.id,
            ref,
            _KEEP,
            (put_back(ref, kept, found),),
        )


def _renamed(subject: Subject, package: Package) -> Finding | None:
    """Says that the workspace is on another branch, which may be the one that is missed."""
    condition = subject.ports.upkeep.condition(subject.slug, package.id)
    name = workspace_name(subject.slug, package.id)
    is_named = subject.ports.branches.value(f"refs/heads/{condition.other}") is not None
    if condition.shape is not Shape.HEAD or not is_named:
        return None
    return Finding(
        Kind.BRANCH_GONE,
        f"{package.id}: its branch is gone, and its workspace is on {condition.other}.",
        subject.slug,
        package.id,
        f"refs/heads/{name}",
        "If that is the same branch under another name, give it back its own:",
        (f"git branch -m {condition.other} {name}",),
    )


def _gone(subject: Subject, message: str, name: str, commit: str, package: str | None) -> Finding:
    is_there = subject.ports.branches.value(commit) is not None
    return Finding(
        Kind.BRANCH_GONE,
        message,
        subject.slug,
        package,
        f"refs/heads/{name}",
        "Bring it back:",
        (f"git branch {name} {commit}",),
        f"makes the branch {name} again at {commit[:12]}, where the journal left it"
        if is_there
        else None,
    )


def commits(subject: Subject) -> Iterator[Finding]:
    """Looks whether the commits are there that the journal speaks of."""
    feature, known = subject.feature, subject.ports.branches
    if feature is None or feature.merged:
        return
    for package in feature.packages.values():
        for what, commit in _commits_of(package):
            if commit is not None and known.value(commit) is None:
                yield Finding(
                    Kind.COMMIT_MISSING,
                    f"{package.id}: the commit {commit}, {what}, is missing.",
                    feature.slug,
                    package.id,
                    commit,
                    "Fetch it from a clone that has it, or from a backup.",
                )


def _commits_of(package: Package) -> Iterator[tuple[str, str | None]]:
    yield "in which its plan was read", package.pinned.plan_commit if package.pinned else None
    yield "that it builds on", package.base_commit
    yield "that was submitted", package.head_commit
    for integration in package.integrations:
        yield "that was reviewed", integration.head
        yield "with which it was integrated", integration.commit


def branches_ahead(subject: Subject) -> Iterator[Finding]:
    """Looks at branches that stand where the first claim of something will make its own."""
    if not subject.is_open or subject.plan is None or subject.target_tip is None:
        return
    feature = subject.feature
    if feature is None and told_begun(subject.ports, subject.slug) is not None:
        # Its journal is gone, and the branches are what is left of its work.
        return
    refs: list[tuple[str | None, str]] = []
    if feature is None or feature.feature_tip is None:
        refs.append((None, feature_branch(subject.slug)))
    for planned in subject.plan.packages:
        now = feature.package(planned.id) if feature else None
        if now is None or now.base_commit is None:
            refs.append((planned.id, package_branch(subject.slug, planned.id)))
    known = subject.ports.branches
    for package, ref in refs:
        found = known.value(ref)
        if found is not None and not known.is_ancestor(found, subject.target_tip):
            name = ref.removeprefix("refs/heads/")
            yield Finding(
                Kind.BRANCH_IN_THE_WAY,
                f"There is a branch {name} with commits that {subject.target} does not hold.",
                subject.slug,
                package,
                ref,
                "Rename it:",
                (f"git branch -m {name} <new-name>",),
            )

"""Owns finding workspaces of the host's that nobody needs any more, or that no journal knows."""

from __future__ import annotations

from shlex import quote

from spec_kitty.application.doctor.findings import Finding, Kind
from spec_kitty.domain.lanes import Lane

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.doctor.subject import Premises
    from spec_kitty.domain.upkeep import OwnWorktree


def finished_workspaces(premises: Premises) -> Iterator[Finding]:
    """Looks for workspaces of the host's that nobody needs, or that no journal knows."""
    for worktree in premises.ports.upkeep.own_worktrees():
        slug, separator, digits = worktree.name.rpartition("-WP")
        package_id = f"WP{digits}"
        subject = premises.subjects.get(slug) if separator else None
        if slug in premises.unreadable:
            continue
        feature = subject.feature if subject else None
        package = feature.packages.get(package_id) if feature else None
        if feature is None and separator:
            continue  # Its journal is gone, which is told already.
        if subject is None or package is None:
            yield _of_nothing(worktree, slug if subject else None)
        elif subject.is_delivering or subject.intent is not None:
            continue
        elif not subject.is_open:
            yield _of_merged(worktree, slug, package_id)
        elif package.lane is Lane.CANCELED:
            yield _of_canceled(worktree, slug, package_id)


def _of_merged(worktree: OwnWorktree, slug: str, package: str) -> Finding:
    return Finding(
        Kind.WORKSPACE_FINISHED,
        f"{package}: its workspace {worktree.folder} is still there, but {slug} is merged.",
        slug,
        package,
        worktree.folder,
        "Let the merge clean up:",
        (f"spec-kitty merge --feature {slug}",),
        "keeps what is not merged under refs/spec-kitty-salvage/, then removes workspace and "
        "branch",
    )


def _of_canceled(worktree: OwnWorktree, slug: str, package: str) -> Finding:
    return Finding(
        Kind.WORKSPACE_FINISHED,
        f"{package}: its workspace {worktree.folder} is still there, but it is canceled.",
        slug,
        package,
        worktree.folder,
        "Look what is in it, then remove it:",
        _removal(worktree),
    )


def _of_nothing(worktree: OwnWorktree, slug: str | None) -> Finding:
    return Finding(
        Kind.WORKSPACE_OF_NOTHING,
        f"{worktree.folder} is registered as a workspace, but no journal knows {worktree.name}.",
        slug,
        place=worktree.folder,
        remedy="Look what is in it, then remove it:",
        commands=_removal(worktree),
    )


def _removal(worktree: OwnWorktree) -> tuple[str, ...]:
    folder = quote(worktree.folder)
    return (f"git worktree remove --force --force {folder}",)

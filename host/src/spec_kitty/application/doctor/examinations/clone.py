"""Owns whether the clone as a whole is as the host needs it: settings, locks, leftovers."""

from __future__ import annotations

import re
from shlex import quote

from spec_kitty.application.doctor.findings import Finding, Kind
from spec_kitty.domain.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.doctor.subject import Premises, Subject

_OWN_REF = re.compile(
    r"refs/(?:heads|spec-kitty|spec-kitty-salvage)/([^/]+?)(?:-WP\d+)?(?:/.*)?\.lock"
)


def locks(premises: Premises) -> Iterator[Finding]:
    """Looks for locks that a killed git left. What an intent names goes with that intent."""
    named = {
        name
        for each in premises.subjects.values()
        for name in (*_named_locks(each.intent), *_locks_of_push(each))
    }
    for lock in premises.ports.upkeep.locks():
        if lock.name in named:
            continue
        found = _OWN_REF.fullmatch(lock.name)
        slug = found[1] if found and found[1] in premises.known else None
        yield Finding(
            Kind.STALE_LOCK,
            f"A git command was interrupted and left {lock.path}.",
            slug,
            place=lock.path,
            remedy="The next change of the feature removes it."
            if lock.ours
            else "If no git is running, delete it:",
            commands=() if lock.ours else (f"rm {quote(lock.path)}",),
            act="removes it: it is the host's own, and nobody holds it" if lock.ours else None,
        )


def _named_locks(intent: object) -> tuple[str, ...]:
    from spec_kitty.application.ports import Intent

    if not isinstance(intent, Intent):
        return ()
    if intent.landing is None:
        return intent.locks
    listed, git_dir = intent.landing.get("locks"), intent.landing.get("git_dir")
    names = tuple(map(str, listed)) if isinstance(listed, list) else ()
    return (*names, f"{git_dir}/index.lock".removeprefix("./")) if git_dir else names


def _locks_of_push(subject: Subject) -> tuple[str, ...]:
    """Names what goes with a merge that was interrupted in its push."""
    feature = subject.feature
    if feature is None or not feature.merging or feature.merge is None or not feature.merge.remote:
        return ()
    return subject.ports.remotes.locks(feature.merge.remote, f"refs/heads/{subject.target}")


def own_paths(premises: Premises) -> Iterator[Finding]:
    """Looks for what stands where the host keeps files and folders of its own."""
    for path in premises.ports.upkeep.misshapen():
        yield Finding(
            Kind.OWN_PATH,
            f"{path} is not what the host keeps there.",
            place=path,
            remedy="Nothing in there is lost work; move it away:",
            commands=(f"mv {quote(path)} {quote(path)}.away",),
        )


def leftovers(premises: Premises) -> Iterator[Finding]:
    """Looks for what killed commands left in folders of the host's own."""
    for leftover in premises.ports.upkeep.leftovers():
        yield Finding(
            Kind.LEFTOVER,
            f"{leftover.what}: {leftover.path}",
            place=leftover.path,
            remedy=leftover.until,
            act="removes it",
        )


def put_aside(premises: Premises) -> Iterator[Finding]:
    """Looks for workspaces that were not deleted because of their clones of submodules."""
    for folder, clones in premises.ports.upkeep.put_aside():
        yield Finding(
            Kind.WORKSPACE_PUT_ASIDE,
            f"A workspace with clones of submodules was put aside: {folder}",
            place=folder,
            remedy=f"The clones are in {clones}. When nothing is needed any more, delete both:",
            commands=(f"rm -rf {quote(folder)} {quote(clones)}",),
        )


def surroundings(premises: Premises) -> Iterator[Finding]:
    """Looks at what the host needs of clone and machine."""
    upkeep = premises.ports.upkeep
    if not upkeep.is_writable():
        yield Finding(
            Kind.READ_ONLY,
            "You may not write to this repository.",
            remedy="If you should, ask whoever owns it, or look at its file permissions.",
        )
    if upkeep.is_shallow():
        yield Finding(
            Kind.SHALLOW,
            "This clone is shallow.",
            remedy="Complete it:",
            commands=("git fetch --unshallow",),
        )
    if upkeep.shows_workspaces():
        yield Finding(
            Kind.EXCLUDE_MISSING,
            "Nothing hides the folder .worktrees/ from git.",
            remedy="The next start of a work package hides it.",
            act="adds the line /.worktrees/ to .git/info/exclude",
        )
    for key in upkeep.ignored_programs():
        yield Finding(
            Kind.IGNORED_CONFIG,
            f"The repository's own configuration sets {key}, which the host does not run.",
            place=key,
            remedy="If you trust that program, set it in your own configuration:",
            commands=(f"git config --global {quote(key)} <command>",),
        )
    try:
        premises.ports.commits.person()
    except Refusal as refusal:
        yield Finding(Kind.NO_IDENTITY, refusal.message)


def checked_out(premises: Premises) -> Iterator[Finding]:
    """Looks for branches of features that are checked out where the host may not move them."""
    from spec_kitty.domain.names import feature_branch, package_branch

    checkouts = premises.ports.upkeep.checked_out()
    for subject in premises.subjects.values():
        if subject.feature is None or not subject.is_open or subject.feature.feature_tip is None:
            continue
        packages = [
            (each.id, package_branch(subject.slug, each.id))
            for each in subject.feature.packages.values()
        ]
        for package, ref in [(None, feature_branch(subject.slug)), *packages]:
            if ref in checkouts:
                name, folder = ref.removeprefix("refs/heads/"), checkouts[ref]
                yield Finding(
                    Kind.BRANCH_CHECKED_OUT,
                    f"The branch {name} is checked out in {folder}.",
                    subject.slug,
                    package,
                    folder,
                    "Switch to another one there:",
                    (f"git -C {quote(folder)} switch {subject.target}",),
                )


def salvage(premises: Premises) -> Iterator[Finding]:
    """Looks for work that was kept and cannot be read any more."""
    for kept in premises.ports.salvage.kept():
        if kept.commit is None:
            yield Finding(
                Kind.SALVAGE_UNREADABLE,
                f"{kept.ref} names no commit that git can read.",
                kept.feature if kept.feature in premises.known else None,
                place=kept.ref,
                remedy="Fetch it from a clone or backup that has it; if you know that it is "
                "nothing, delete it:",
                commands=(f"git update-ref --no-deref -d {kept.ref}",),
            )

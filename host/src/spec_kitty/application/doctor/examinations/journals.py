"""Owns whether journals can be read and have one history. `audit.py` looks deeper."""

from __future__ import annotations

from spec_kitty.application.beginnings import told_begun
from spec_kitty.application.doctor.findings import Finding, Kind
from spec_kitty.domain.names import journal_ref

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.doctor.subject import Premises, Subject
    from spec_kitty.application.ports import Ports
    from spec_kitty.domain.refusals import Refusal


def unreadable(ports: Ports, slug: str, refusal: Refusal) -> Iterator[Finding]:
    """Says how far a journal that cannot be read is sound, and where another may come from."""
    oids, gap = ports.audit.chain(slug, None)
    if gap is not None:
        far = f" {gap} What came before it is lost here."
    elif oids:
        far = f" The chain of its {len(oids):,} events is there."
    else:
        far = ""
    yield Finding(
        Kind.JOURNAL_DAMAGED,
        # The rest of it sends people here.
        f"{refusal.message.partition(' Nothing was changed.')[0]}{far}",
        slug,
        None,
        journal_ref(slug),
        *_from_elsewhere(ports, slug),
    )


def broken(premises: Premises) -> Iterator[Finding]:
    """Looks for journals whose ref itself cannot be read, as after a power cut."""
    for ref in premises.ports.upkeep.broken_journals():
        slug = ref.rpartition("/")[2]
        if slug in premises.unreadable:
            continue
        yield Finding(
            Kind.JOURNAL_DAMAGED,
            f"The ref {ref} names no commit, so git passes the journal of {slug} over.",
            slug,
            None,
            ref,
            *_from_elsewhere(premises.ports, slug),
        )


def gone(premises: Premises) -> Iterator[Finding]:
    """Looks for features without a journal that have begun all the same."""
    there = {slug for slug, each in premises.subjects.items() if each.feature is not None}
    there |= {ref.rpartition("/")[2] for ref in premises.ports.upkeep.broken_journals()}
    worktrees = premises.ports.upkeep.own_worktrees()
    of_worktrees = {each.name.rpartition("-WP")[0] for each in worktrees} - {""}
    for slug in sorted(of_worktrees.union(premises.subjects) - there - premises.unreadable):
        said = told_begun(premises.ports, slug)
        if said is not None:
            yield lost(premises.ports, slug, said)


def lost(ports: Ports, slug: str, said: str) -> Finding:
    """Returns the finding of a journal that is not here, with what shows that there was one."""
    remedy, (_no_ref_to_delete, *commands) = _from_elsewhere(ports, slug)
    own = journal_ref(slug)
    return Finding(Kind.JOURNAL_GONE, said, slug, None, own, remedy, tuple(commands))


def _from_elsewhere(ports: Ports, slug: str) -> tuple[str, tuple[str, ...]]:
    """Says how a journal that was fetched, or that no ref names, is taken, else how to fetch one.

    The ref is deleted first, because git updates none that it cannot read.
    """
    own = journal_ref(slug)
    delete = f"git update-ref --no-deref -d {own}"
    if own in ports.upkeep.broken_journals():
        delete = f'rm "$(git rev-parse --git-common-dir)/{own}"'
    for ref, feature in ports.upkeep.remote_journals():
        if feature == slug and ports.branches.value(ref) is not None:
            told = "Keep a copy of the repository. To go on with the journal that was fetched:"
            return told, (delete, f"git update-ref {own} {ref}")
    for commit in ports.upkeep.lost_journals(slug):
        told = (
            "Keep a copy of the repository. Git still has events that no ref names; to go on with "
            "the last of them:"
        )
        return told, (
            delete,
            f"git update-ref {own} {commit}",
            f"spec-kitty verify --feature {slug}",
        )
    return (
        "Keep a copy of the repository. Then fetch the journal from a clone or backup that has it:",
        (delete, f"git fetch <clone> {own}:{own}"),
    )


def diverged(premises: Premises) -> Iterator[Finding]:
    """Looks for journals that another clone wrote on differently."""
    known = premises.ports.branches
    for ref, slug in premises.ports.upkeep.remote_journals():
        own, theirs = known.value(journal_ref(slug)), known.value(ref)
        if own is None or theirs is None or slug not in premises.subjects:
            continue
        if not known.is_ancestor(theirs, own) and not known.is_ancestor(own, theirs):
            yield Finding(
                Kind.JOURNAL_DIVERGED,
                f"The journal of {slug} and {ref} have gone different ways.",
                slug,
                place=ref,
                remedy="Decide in which clone the feature goes on; the other one takes its "
                "journal over. What differs:",
                commands=(f"git log --oneline {journal_ref(slug)}...{ref}",),
            )


def cut(subject: Subject) -> Iterator[Finding]:
    """Looks whether a shallow clone has cut the journal."""
    if subject.ports.audit.is_cut(subject.slug):
        yield Finding(
            Kind.JOURNAL_CUT,
            "This clone is shallow, and the beginning of the journal is not in it.",
            subject.slug,
            remedy="Complete it:",
            commands=("git fetch --unshallow",),
        )

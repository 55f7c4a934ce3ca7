"""Owns what in a checkout keeps a landing out: whatever it would overwrite or get mixed up with.

git would protect most of it, but it overwrites ignored files without a word, and in a sparse
checkout untracked ones too, so what stands where a file must appear is looked up here.
"""

from __future__ import annotations

from spec_kitty.adapters.git.runner import GitFailed, GitLacksObjects
from spec_kitty.adapters.landing.index_copy import SPARSE
from spec_kitty.adapters.landing.places import FOLDER, MISSING, Places
from spec_kitty.adapters.work_trees.filtered import unfiltered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from spec_kitty.adapters.landing.checkouts import Checkout
    from spec_kitty.adapters.landing.index_copy import IndexCopy, IndexEntry
    from spec_kitty.domain.submission.changes import Change

_NOTHING = "000000"
_REGULAR = ("100644", "100755")
_AT_MOST = 50


def operation_under_way(checkout: Checkout) -> tuple[str, ...]:
    """Returns a sentence when git is in the middle of something there."""
    if checkout.operation is None:
        return ()
    return (f"A {checkout.operation} is under way in {checkout.folder}. Finish or abort it.",)


def obstacles(copy: IndexCopy, old: str, new: str) -> tuple[str, ...]:
    """Returns a sentence for each thing in the way of bringing the checkout from old to new."""
    copy.refresh()
    unresolved = sorted(copy.paths("diff-files", "-z", "--name-only", "--diff-filter=U"))
    if unresolved:
        return tuple(
            f"{path} has unresolved conflicts in {copy.folder}. Resolve them and commit."
            for path in unresolved[:_AT_MOST]
        )
    changes = copy.changes(old, new)
    uncommitted = dict(_uncommitted(copy, changes, old))
    others = [change for change in changes if change.path not in uncommitted]
    found = [*uncommitted.values(), *_in_the_way(copy, others), *_unfiltered(copy, changes)]
    if found:
        return tuple(found[:_AT_MOST])
    try:
        copy.run("read-tree", "-n", "-m", "-u", old, new)
    except GitLacksObjects:
        raise
    except GitFailed as failure:
        return (f"Git cannot bring {copy.folder} along: {failure.said}",)
    return ()


def _uncommitted(copy: IndexCopy, changes: Iterable[Change], old: str) -> Iterator[tuple[str, str]]:
    """Yields path and sentence."""
    staged = copy.paths("diff-index", "--cached", "--name-only", "--no-renames", "-z", old)
    edited = copy.paths("ls-files", "-z", "-m", "-d")
    for path in (change.path for change in changes):
        if path in staged:
            yield path, f"{path} has staged changes in {copy.folder}. Commit or unstage them."
        elif path in edited:
            yield path, f"{path} has uncommitted changes in {copy.folder}. Commit or stash them."


def _unfiltered(copy: IndexCopy, changes: Iterable[Change]) -> Iterator[str]:
    """Yields a sentence when files would be written without their filter driver, which is off."""
    written = [change.path for change in changes if change.new_mode in _REGULAR]
    off = copy.filters.off
    names = copy.filter_names(written) if written and off else {}
    lost = {path: name for path, name in names.items() if name in off}
    if lost:
        yield f"The files in {copy.folder} cannot be written as they should be. {unfiltered(lost)}"


def _in_the_way(copy: IndexCopy, changes: Iterable[Change]) -> Iterator[str]:
    entries = copy.entries()
    places = Places(copy.folder)
    for change in changes:
        for path in _standing_at(change, entries, places, copy):
            yield (
                f"{path} in {copy.folder} is not tracked there, and the landing would "
                "overwrite it. Move it away."
            )


def _standing_at(
    change: Change, entries: dict[str, IndexEntry], places: Places, copy: IndexCopy
) -> Iterator[str]:
    """Yields what stands in the change's place without being in the index."""
    path, entry = change.path, entries.get(change.path)
    if entry is not None:
        if entry.flag.upper() == SPARSE and places.kind(path) != MISSING:
            yield path
        return
    if change.new_mode == _NOTHING:
        return
    barrier = places.barrier(path)
    if barrier is not None:
        if barrier not in entries:
            yield barrier
        return
    kind = places.kind(path)
    if kind == FOLDER:
        yield from sorted(copy.paths("ls-files", "-z", "-o", "--", f"{path}/"))
    elif kind != MISSING:
        yield path

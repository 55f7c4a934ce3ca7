"""Owns that no file is stored without the filter driver that its attributes ask for.

A driver that only the repository's own configuration defines is off (`git/filters.py`). What it
would have encrypted or replaced by a pointer must not go into a commit as it is.
"""

from __future__ import annotations

from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from spec_kitty.adapters.work_trees.work_tree import Listing, WorkTree

_ATTRIBUTES = ".gitattributes"
_AT_MOST = 50


def require_filters(work_tree: WorkTree, listing: Listing, paths: Sequence[str]) -> None:
    """Raises Refusal (WORKSPACE_FAILED) naming the paths whose filter driver is off."""
    filters = work_tree.filters
    # Attributes that name large-file storage mean it, also where nobody has set it up.
    off = (filters.off | {"lfs"}) - filters.active
    if not paths or not off or (not filters.off and not _has_attributes(listing)):
        return
    named = work_tree.filter_names(paths)
    lost = {path: name for path, name in named.items() if name in off}
    if lost:
        raise Refusal(
            ErrorCode.WORKSPACE_FAILED,
            f"The work cannot be stored as it should be. {unfiltered(lost)}",
            reason="filter off",
            paths=sorted(lost)[:_AT_MOST],
        )


def unfiltered(lost: Mapping[str, str]) -> str:
    """Returns what to do about paths, each with the name of its driver, which is off."""
    path, name = min(lost.items())
    others = f" (and {len(lost) - 1} more)" if len(lost) > 1 else ""
    if name == "lfs":
        return (
            f"{path}{others} belongs to large-file storage, which is not set up. Install git-lfs "
            "and run 'git lfs install', then try again."
        )
    return (
        f"{path}{others} goes through the filter '{name}', which only this repository's own "
        "configuration defines, so it is not run. If you trust it, define it for yourself "
        f"(git config --global filter.{name}.clean ... and .smudge ...), then try again."
    )


def _has_attributes(listing: Listing) -> bool:
    return _named(listing.tracked) or _named(listing.untracked)


def _named(paths: Iterable[str]) -> bool:
    return any(path.endswith(_ATTRIBUTES) for path in paths)

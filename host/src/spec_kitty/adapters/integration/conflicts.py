"""Owns what is recorded about each path of a conflict, read from the tree that git laid out."""

from __future__ import annotations

import os

from spec_kitty.application.ports import ObjectsVanished
from spec_kitty.domain.feature import ConflictedPath
from spec_kitty.domain.submission.conflicts import blocks_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.adapters.integration.answers import Answer, Stage

_SYMLINK = "120000"
_REGULAR = ("100644", "100755")
_PATHS_PER_CALL = 500


def conflicted_paths(git: Git, answer: Answer) -> tuple[ConflictedPath, ...]:
    """Returns the record of every path that needs a decision."""
    sides: dict[str, list[Stage]] = {}
    for stage in answer.stages:
        sides.setdefault(stage.path, []).append(stage)
    # A path that only the common ancestor has was renamed by both; its two new names count.
    paths = [path for path, stages in sides.items() if any(s.number != 1 for s in stages)]
    laid_out = entries_at(git, answer.tree, paths)
    blocks = _recorded_blocks(git, laid_out, sides)
    return tuple(
        ConflictedPath(
            path,
            _kind_of(path, sides[path], answer),
            blocks.get(path, ()),
            *laid_out.get(path, (None, None)),
        )
        for path in paths
    )


def entries_at(git: Git, tree: str, paths: Sequence[str]) -> dict[str, tuple[str, str]]:
    """Returns mode and object of those of the paths that a tree has."""
    entries: dict[str, tuple[str, str]] = {}
    for start in range(0, len(paths), _PATHS_PER_CALL):
        some = [os.fsencode(path) for path in paths[start : start + _PATHS_PER_CALL]]
        listed = git.run("--literal-pathspecs", "ls-tree", "-z", "--full-tree", tree, "--", *some)
        for line in os.fsdecode(listed.stdout).split("\0")[:-1]:
            facts, _, path = line.partition("\t")
            mode, _, blob = facts.split(" ")
            entries[path] = (mode, blob)
    return entries


def _kind_of(path: str, stages: list[Stage], answer: Answer) -> str:
    kinds = [m.kind for m in answer.messages if m.kind and path in m.paths]
    if any(stage.mode == _SYMLINK for stage in stages):
        return "symlink"
    if "binary" in kinds:
        return "binary"
    return kinds[0] if kinds else "content"


def _recorded_blocks(
    git: Git, laid_out: dict[str, tuple[str, str]], sides: dict[str, list[Stage]]
) -> dict[str, tuple[str, ...]]:
    """Finds the blocks that the merge made: not those that a file of either side has anyway."""
    merged = {
        path: blob
        for path, (mode, blob) in laid_out.items()
        if mode in _REGULAR and blob not in {stage.blob for stage in sides[path]}
    }
    wanted = {stage.blob for path in merged for stage in sides[path]} | set(merged.values())
    contents = _contents(git, wanted)
    found = {}
    for path, blob in merged.items():
        known = {old for s in sides[path] for old in blocks_of(contents.get(s.blob, b""))}
        if blob not in contents:
            raise ObjectsVanished(f"the merged file {path} ({blob}) was deleted")
        blocks = blocks_of(contents[blob])
        found[path] = tuple(block for block in blocks if block not in known)
    return found


def _contents(git: Git, blobs: set[str]) -> dict[str, bytes]:
    if not blobs:
        return {}
    request = "".join(f"{blob}\n" for blob in sorted(blobs)).encode()
    printed = git.run("cat-file", "--batch", stdin=request).stdout
    contents: dict[str, bytes] = {}
    position = 0
    for blob in sorted(blobs):
        end = printed.index(b"\n", position)
        size = printed[position:end].rpartition(b" ")[2]
        position = end + 1
        if size != b"missing":
            contents[blob] = printed[position : position + int(size)]
            position += int(size) + 1
    return contents

"""Owns how a feature's state is laid out as files of a journal commit's tree.

`feature.json`, one `wp/<WP>.json` a work package, one `policy/<hash>.json` a policy and the
remembered answers in `answers/<chunk>.json`. A change writes only the files that it changes,
so reading the present costs the same after ten events or a hundred thousand. How many events there
were stands in the newest event itself, not in a file: a note changes no file at all.
"""

from __future__ import annotations

from spec_kitty.adapters.journal.codec import Undecodable, decode, dump, encode, load
from spec_kitty.domain.feature import Answer, Feature, Package
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    Write = Callable[[str, bytes], str]

FEATURE_FILE = "feature.json"
_SEPARATE = ("packages", "policies", "answers", "slug", "sequence")
FOLDERS = ("answers", "policy", "wp")


class Layout(Record):
    """Holds the object ids of a state's files, by folder, and in `trees` those of the folders.

    A folder that is not in `trees` has not been written yet, nor has the whole without a `tree`.
    """

    root: Mapping[str, str] = {}
    answers: Mapping[str, str] = {}
    policy: Mapping[str, str] = {}
    wp: Mapping[str, str] = {}
    trees: Mapping[str, str] = {}
    tree: str = ""


def files_in(layout: Layout) -> Iterator[tuple[str, str]]:
    """Yields the path and the object id of every file."""
    yield from layout.root.items()
    for folder in FOLDERS:
        for name, oid in getattr(layout, folder).items():
            yield f"{folder}/{name}", oid


def files_of(feature: Feature) -> dict[str, dict[str, bytes]]:
    """Returns the bytes of every file of a state, by folder and name."""
    return {
        "": {FEATURE_FILE: dump(encode(feature, without=_SEPARATE))},
        "answers": {
            _chunk_name(number): _chunk_bytes(chunk) for number, chunk in feature.answers.items()
        },
        "policy": {f"{name}.json": text.encode() for name, text in feature.policies.items()},
        "wp": {f"{p.id}.json": dump(encode(p)) for p in feature.packages.values()},
    }


def write_changes(write: Write, layout: Layout, before: Feature | None, after: Feature) -> Layout:
    """Writes the files that differ between two states and returns where all files are."""
    parts = {
        "root": _feature(write, layout.root, before, after),
        "answers": _answers(write, layout.answers, before, after),
        "policy": _policies(write, layout.policy, after),
        "wp": _packages(write, layout.wp, before, after),
    }
    same = [name for name in parts if parts[name] is getattr(layout, name)]
    trees = {folder: oid for folder, oid in layout.trees.items() if folder in same}
    return Layout(**parts, trees=trees, tree=layout.tree if len(same) == len(parts) else "")


def _feature(
    write: Write, known: Mapping[str, str], before: Feature | None, after: Feature
) -> Mapping[str, str]:
    plain = encode(after, without=_SEPARATE)
    if before is not None and plain == encode(before, without=_SEPARATE):
        return known
    return {FEATURE_FILE: write("blob", dump(plain))}


def _packages(
    write: Write, known: Mapping[str, str], before: Feature | None, after: Feature
) -> Mapping[str, str]:
    old = before.packages if before else {}
    changed = {
        f"{package.id}.json": write("blob", dump(encode(package)))
        for package in (after.packages.values() if after.packages is not old else ())
        if old.get(package.id) is not package
    }
    return {**known, **changed} if changed else known


def _policies(write: Write, known: Mapping[str, str], after: Feature) -> Mapping[str, str]:
    new = {
        f"{name}.json": write("blob", text.encode())
        for name, text in after.policies.items()
        if f"{name}.json" not in known
    }
    return {**known, **new} if new else known


def _answers(
    write: Write, known: Mapping[str, str], before: Feature | None, after: Feature
) -> Mapping[str, str]:
    if after.answer_count == (before.answer_count if before else 0):
        return known
    kept = {_chunk_name(number) for number in after.answers}
    files = {name: oid for name, oid in known.items() if name in kept}
    newest = max(after.answers)
    files[_chunk_name(newest)] = write("blob", _chunk_bytes(after.answers[newest]))
    return files


def write_trees(write: Write, layout: Layout) -> Layout:
    """Writes the folders that have changed, and returns the layout that names all of them."""
    if layout.tree:
        return layout
    folders = ((folder, getattr(layout, folder)) for folder in FOLDERS)
    trees = {
        folder: layout.trees.get(folder) or write("tree", _tree_bytes(files))
        for folder, files in folders
        if files
    }
    return layout.replace(trees=trees, tree=write("tree", _root_bytes(layout.root, trees)))


def _root_bytes(files: Mapping[str, str], trees: Mapping[str, str]) -> bytes:
    root = [(f"{folder}/", "40000", oid) for folder, oid in trees.items()]
    root.extend((name, "100644", oid) for name, oid in files.items())
    root.sort()
    return b"".join(
        b"%s %s\0%s" % (mode.encode(), name.rstrip("/").encode(), bytes.fromhex(oid))
        for name, mode, oid in root
    )


def _tree_bytes(files: Mapping[str, str]) -> bytes:
    return b"".join(
        [b"100644 %s\0%s" % (name.encode(), bytes.fromhex(files[name])) for name in sorted(files)]
    )


def feature_from(slug: str, sequence: int, data: bytes) -> Feature:
    """Returns the feature without the parts that lie in files of their own."""
    plain = load(data)
    if not isinstance(plain, dict):
        raise Undecodable(f"{FEATURE_FILE} is not an object")
    return decode(Feature, {**plain, "slug": slug, "sequence": sequence})


def package_from(data: bytes) -> Package:
    return decode(Package, load(data))


def answers_from(data: bytes) -> tuple[Answer, ...]:
    return tuple(decode(Answer, plain) for plain in load(data))


def policy_from(data: bytes) -> str:
    """Returns the text of a policy. Raises Undecodable where it is none."""
    from spec_kitty.domain.policy.metadata import read_canonical

    text = data.decode()
    try:
        read_canonical(text)
    except (ValueError, TypeError, LookupError) as error:
        raise Undecodable(f"not a policy: {error}") from None
    return text


def _chunk_name(number: int) -> str:
    return f"{number:08d}.json"


def chunk_number(name: str) -> int:
    return int(name.removesuffix(".json"))


def _chunk_bytes(chunk: tuple[Answer, ...]) -> bytes:
    return dump([encode(answer) for answer in chunk])

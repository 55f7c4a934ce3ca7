"""Owns how a feature's state is laid out as files of a journal commit's tree.

`feature.json`, one `wp/<WP>.json` a work package, one `policy/<hash>.json` a policy and the
remembered answers in `answers/<chunk>.json`. A change writes only the files that it changes,
so reading the present costs the same after ten events or a hundred thousand.
"""

from __future__ import annotations

from spec_kitty.adapters.journal.codec import Undecodable, decode, dump, encode, load
from spec_kitty.domain.feature import Answer, Feature, Package
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    Write = Callable[[str, bytes], str]

FEATURE_FILE = "feature.json"
_SEPARATE = ("packages", "policies", "answers", "slug")
_FOLDERS = ("answers", "policy", "wp")


class Layout(Record):
    """Holds the object ids of a state's files, by folder; "" is the root."""

    root: Mapping[str, str] = {}
    answers: Mapping[str, str] = {}
    policy: Mapping[str, str] = {}
    wp: Mapping[str, str] = {}


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
    old_packages = before.packages if before else {}
    packages = dict(layout.wp)
    for package in after.packages.values():
        if old_packages.get(package.id) is not package:
            packages[f"{package.id}.json"] = write("blob", dump(encode(package)))
    policies = dict(layout.policy)
    for name, text in after.policies.items():
        if f"{name}.json" not in policies:
            policies[f"{name}.json"] = write("blob", text.encode())
    return Layout(
        {FEATURE_FILE: write("blob", dump(encode(after, without=_SEPARATE)))},
        _answers(write, layout.answers, before, after),
        policies,
        packages,
    )


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


def write_tree(write: Write, layout: Layout) -> str:
    """Writes the tree objects of a layout and returns the root's id."""
    root: list[tuple[str, str, str]] = []
    for folder in _FOLDERS:
        files = getattr(layout, folder)
        if files:
            root.append((f"{folder}/", "40000", write("tree", _tree_bytes(files))))
    root.extend((name, "100644", oid) for name, oid in layout.root.items())
    root.sort()
    return write(
        "tree",
        b"".join(
            b"%s %s\0%s" % (mode.encode(), name.rstrip("/").encode(), bytes.fromhex(oid))
            for name, mode, oid in root
        ),
    )


def _tree_bytes(files: Mapping[str, str]) -> bytes:
    return b"".join(
        b"100644 %s\0%s" % (name.encode(), bytes.fromhex(files[name])) for name in sorted(files)
    )


def feature_from(slug: str, data: bytes) -> Feature:
    """Returns the feature without the parts that lie in files of their own."""
    plain = load(data)
    if not isinstance(plain, dict):
        raise Undecodable(f"{FEATURE_FILE} is not an object")
    return decode(Feature, {**plain, "slug": slug})


def package_from(data: bytes) -> Package:
    return decode(Package, load(data))


def answers_from(data: bytes) -> tuple[Answer, ...]:
    return tuple(decode(Answer, plain) for plain in load(data))


def _chunk_name(number: int) -> str:
    return f"{number:08d}.json"


def chunk_number(name: str) -> int:
    return int(name.removesuffix(".json"))


def _chunk_bytes(chunk: tuple[Answer, ...]) -> bytes:
    return dump([encode(answer) for answer in chunk])

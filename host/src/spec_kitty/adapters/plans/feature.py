"""Owns putting a plan together from the committed folder of a feature."""

from __future__ import annotations

import re

from spec_kitty.adapters.git import trees
from spec_kitty.adapters.git.objects import ObjectTooLarge
from spec_kitty.adapters.plans import package_file
from spec_kitty.adapters.plans.meta_file import Meta, read_meta
from spec_kitty.domain.planning.graph import natural
from spec_kitty.domain.planning.plan import FeaturePlan, Problem, feature_folder
from spec_kitty.domain.planning.plan_rules import dependency_problems

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.objects import GitObjects
    from spec_kitty.adapters.plans.package_file import PackageFile

MAX_FILE_BYTES = 1 << 20
MAX_FOLDER_BYTES = 8 << 20
MAX_PACKAGES = 10_000

_MISNAMED = (
    "The name is not that of a work package. Begin it with WP and two to six digits, "
    "as in WP01-first-step.md."
)
_SPEC_TITLE = re.compile(
    r"^#[ \t]+(?:(?:feature |mission )?specification:[ \t]*)?(\S.*)$", re.MULTILINE | re.IGNORECASE
)


def read_feature(objects: GitObjects, slug: str, tree: str) -> FeaturePlan:
    """Reads all files of a feature; whatever is wrong with them becomes a Problem."""
    folder = feature_folder(slug)
    entries = {entry.name: entry for entry in _list(objects, tree)}
    meta = _read_meta(objects, folder, entries.get("meta.json"))
    files, problems = _read_packages(objects, f"{folder}/tasks", entries.get("tasks"))
    packages = tuple(each.package for each in files)
    lines = {each.package.id: each.dependency_lines for each in files}
    found = [
        *meta.problems,
        *problems,
        *(problem for each in files for problem in each.problems),
        *dependency_problems(packages, lines),
    ]
    found.sort(key=lambda each: (each.path, each.line or 0, each.message))
    title = meta.title or _spec_title(objects, entries.get("spec.md")) or slug
    return FeaturePlan(slug, tree, title, packages, tuple(found), meta.target_branch)


def _read_packages(
    objects: GitObjects, folder: str, entry: trees.Entry | None
) -> tuple[list[PackageFile], list[Problem]]:
    """Returns one file for each id, in order, and the problems of the folder itself."""
    files: dict[str, PackageFile] = {}
    problems = []
    for each in _list(objects, entry.oid) if entry and entry.mode == trees.FOLDER_MODE else []:
        path = f"{folder}/{each.name}"
        package_id = package_file.id_of(each.name)
        if package_file.looks_misnamed(each.name):
            problems.append(Problem(path, None, _MISNAMED, "error", None))
        elif package_id in files:
            first = files[package_id].package.path
            message = f"{first} is {package_id} already. Give one of the files another id."
            problems.append(Problem(path, None, message, "error", package_id))
        elif package_id and len(files) == MAX_PACKAGES:
            message = f"Only the first {MAX_PACKAGES} work packages count. Split the feature."
            return _ordered(files), [*problems, Problem(folder, None, message, "error", None)]
        elif package_id:
            files[package_id] = _read_package(objects, package_id, path, each)
    if not files:
        message = f"The feature has no work packages yet. Add {folder}/WP01-<name>.md."
        problems.append(Problem(folder, None, message, "warning", None))
    return _ordered(files), problems


def _ordered(files: dict[str, PackageFile]) -> list[PackageFile]:
    return [files[package_id] for package_id in sorted(files, key=natural)]


def _read_package(
    objects: GitObjects, package_id: str, path: str, entry: trees.Entry
) -> PackageFile:
    if entry.mode not in trees.FILE_MODES:
        message = "This is a link or a folder. Commit the file itself in its place."
        return package_file.unreadable(package_id, path, entry.oid, message)
    try:
        content = objects.read(entry.oid, MAX_FILE_BYTES)
    except ObjectTooLarge:
        message = f"The file is over {MAX_FILE_BYTES >> 20} MiB. Keep only the task in it."
        return package_file.unreadable(package_id, path, entry.oid, message)
    return package_file.read(package_id, path, entry.oid, content)


def _read_meta(objects: GitObjects, folder: str, entry: trees.Entry | None) -> Meta:
    if entry is None:
        return Meta(None, None, ())
    return read_meta(f"{folder}/meta.json", _small_file(objects, entry))


def _spec_title(objects: GitObjects, entry: trees.Entry | None) -> str | None:
    content = _small_file(objects, entry) if entry else None
    match = _SPEC_TITLE.search(content.decode("utf-8-sig", errors="replace")) if content else None
    title = " ".join(match[1].split()) if match else ""
    return title if title.isprintable() and title else None


def _small_file(objects: GitObjects, entry: trees.Entry) -> bytes | None:
    """Returns the content of a file, None if it is no file or too large to be one of ours."""
    if entry.mode not in trees.FILE_MODES:
        return None
    try:
        return objects.read(entry.oid, MAX_FILE_BYTES)
    except ObjectTooLarge:
        return None


def _list(objects: GitObjects, tree: str) -> list[trees.Entry]:
    return list(trees.entries(objects.read(tree, MAX_FOLDER_BYTES), len(tree)))

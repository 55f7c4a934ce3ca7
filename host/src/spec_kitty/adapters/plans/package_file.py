"""Owns what the file of one work package may say: its name, the keys that count, their values.

Keys that are not in KEYS are left to whoever wrote them, unless one looks like a key of ours
misspelt. A value that cannot be used is a problem with its line, and the rest of the file still
counts, so that the package can be shown.
"""

from __future__ import annotations

import re

from spec_kitty.adapters.plans import front_matter
from spec_kitty.adapters.plans.values import Complaints, minutes, title, truth_of_no_changes, words
from spec_kitty.domain.names import is_package_id
from spec_kitty.domain.planning.plan import PlannedPackage, Problem
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from spec_kitty.adapters.plans.front_matter import FrontMatter, Value

KEYS = (
    "work_package_id",
    "title",
    "work_package_title",
    "dependencies",
    "subtasks",
    "owned_files",
    "estimate_minutes",
    "changes",
    "execution_mode",
)

# A word of five letters with two exchanged, or of seven with a wrong one.
_NEARLY = 0.8

_NAMED = re.compile(r"(WP[0-9]{2,})(?:[-_.].*)?\.md", re.DOTALL)
_MEANT = re.compile(r"wp[ _-]?[0-9].*\.md", re.DOTALL | re.IGNORECASE)
_HEADING = re.compile(r"^#{1,6}[ \t]+(.+?)[ \t#]*$", re.MULTILINE)


class PackageFile(Record):
    """Holds what one file gave: the package, its problems, and where its dependencies stand."""

    package: PlannedPackage
    problems: tuple[Problem, ...]
    dependency_lines: Mapping[str, int]


def id_of(file_name: str) -> str | None:
    """Returns the id that the name of a work package file begins with (`WP01-first.md`)."""
    match = _NAMED.fullmatch(file_name)
    return match[1] if match and is_package_id(match[1]) else None


def looks_misnamed(file_name: str) -> bool:
    """Says whether a file is probably meant as a work package although its name is not one."""
    return id_of(file_name) is None and _MEANT.fullmatch(file_name) is not None


def unreadable(
    package_id: str, path: str, blob: str, message: str, line: int | None = None
) -> PackageFile:
    """Returns the package of a file of which only the name can be used."""
    package = PlannedPackage(package_id, package_id, path, (), (), (), None, False, blob)
    return PackageFile(package, (Problem(path, line, message, "error", package_id),), {})


def read(package_id: str, path: str, blob: str, content: bytes) -> PackageFile:
    """Reads a work package file; `package_id` is the one that its name says."""
    try:
        found = front_matter.read(content)
    except front_matter.Malformed as error:
        return unreadable(package_id, path, blob, error.message, error.line)
    complaints = Complaints(path, package_id)
    _check_keys(found, complaints)
    values = found.values
    _check_id(values.get("work_package_id"), package_id, complaints)
    dependencies = words(values, "dependencies", complaints)
    for dependency, line in list(dependencies.items()):
        if not is_package_id(dependency):
            complaints.error(line, f"'{dependency}' in 'dependencies' is not an id such as WP01.")
            del dependencies[dependency]
    package = PlannedPackage(
        package_id,
        title(values, complaints) or _heading(found.body) or package_id,
        path,
        tuple(dependencies),
        tuple(words(values, "subtasks", complaints)),
        tuple(words(values, "owned_files", complaints)),
        minutes(values, complaints),
        truth_of_no_changes(values, complaints),
        blob,
    )
    return PackageFile(package, tuple(complaints.problems), dependencies)


def _check_keys(found: FrontMatter, complaints: Complaints) -> None:
    for key, line in found.repeated:
        if key in KEYS:
            complaints.error(line, f"'{key}' stands twice. Keep one.")
    if "<<" in found.values:
        line = found.values["<<"].line
        complaints.error(line, "Merge keys ('<<') are not read. Write the keys out.")
    for key, value in found.values.items():
        meant = _meant_by(key)
        if meant is not None and meant not in found.values:
            # Without its dependencies a work package starts before what it builds on is there.
            complain = complaints.error if meant == "dependencies" else complaints.warning
            complain(value.line, f"There is no key '{key}'. Did you mean '{meant}'?")


def _meant_by(key: str) -> str | None:
    """Returns the key of ours that a key is nearly, None for ours and those of other tools."""
    if key in KEYS:
        return None
    from difflib import get_close_matches

    near = get_close_matches(key.lower().replace("-", "_"), KEYS, 1, _NEARLY)
    return near[0] if near else None


def _check_id(value: Value | None, package_id: str, complaints: Complaints) -> None:
    if value is None:
        complaints.error(1, f"'work_package_id' is missing. Add: work_package_id: {package_id}")
    elif value.kind != "text" or not is_package_id(value.text):
        complaints.error(
            value.line, "'work_package_id' must be WP and at least two digits, such as WP01."
        )
    elif value.text != package_id:
        complaints.error(
            value.line,
            f"'work_package_id' is {value.text}, but the file is named {package_id}. "
            "Make them the same.",
        )


def _heading(body: str) -> str | None:
    match = _HEADING.search(body)
    return " ".join(match[1].split()) if match and match[1].isprintable() else None

"""Owns what a plan is: the work packages of a feature as their files on the target branch say.

A plan is only ever read; it knows nothing of lanes, claims or people. A work package whose
file has an error stays in the plan, so that it can be shown and explained, and its errors say
why it cannot start. A problem without a package id is about the feature as a whole.
"""

from __future__ import annotations

from spec_kitty.domain.planning.graph import natural
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    from spec_kitty.domain.feature import Feature

    Severity = Literal["error", "warning"]


class Problem(Record):
    """Says what is wrong in one file of the plan, and what to write instead.

    `line` counts from 1; it is None when the problem is the file or what is missing.
    """

    path: str
    line: int | None
    message: str
    severity: Severity
    package_id: str | None

    def __str__(self) -> str:
        place = self.path if self.line is None else f"{self.path}:{self.line}"
        return f"{place}: {self.severity}: {self.message}"


class PlannedPackage(Record):
    """Holds what the file of one work package declares.

    `owned_files` are patterns and advice only. `changes_none` says that no change of any file
    is expected. `blob` is the object id of the committed file.
    """

    id: str
    title: str
    path: str
    dependencies: tuple[str, ...]
    subtasks: tuple[str, ...]
    owned_files: tuple[str, ...]
    estimate_minutes: int | None
    changes_none: bool
    blob: str


class FeaturePlan(Record):
    """Holds the plan of one feature; `tree` is the object id of its committed folder.

    The packages are in natural order of their ids, each id once. `target_branch` is what
    meta.json asks for.
    """

    slug: str
    tree: str
    title: str
    packages: tuple[PlannedPackage, ...]
    problems: tuple[Problem, ...]
    target_branch: str | None

    @property
    def is_gone(self) -> bool:
        """Says whether the feature has no folder on its target any more."""
        return not self.tree

    def package(self, package_id: str) -> PlannedPackage | None:
        """Finds a work package by its id."""
        from bisect import bisect_left

        place = bisect_left(self.packages, natural(package_id), key=lambda each: natural(each.id))
        found = self.packages[place : place + 1]
        return found[0] if found and found[0].id == package_id else None

    def problems_of(self, package_id: str) -> tuple[Problem, ...]:
        """Returns the problems of one work package, warnings included."""
        return tuple(each for each in self.problems if each.package_id == package_id)

    def errors(self) -> dict[str, list[Problem]]:
        """Returns the errors of each work package that has any: it cannot start with them."""
        found: dict[str, list[Problem]] = {}
        for each in self.problems:
            if each.package_id is not None and each.severity == "error":
                found.setdefault(each.package_id, []).append(each)
        return found


def feature_folder(slug: str) -> str:
    """Returns the path of a feature's folder in the repository."""
    return f"kitty-specs/{slug}"


def told_gone(feature: Feature) -> str:
    """Says that the feature's folder is not on its target any more, and how it comes back."""
    folder, commit = feature_folder(feature.slug), feature.seen_target or "<commit>"
    return (
        f"The plan of {feature.slug} is not on {feature.target_branch} any more, so what there is "
        f"to do is not known. Put its folder back and commit it: git checkout {commit} -- {folder}"
    )


def known_ids(plan: FeaturePlan | None, feature: Feature) -> tuple[str, ...]:
    """Returns every work package of the plan and of the journal, in natural order."""
    planned = [package.id for package in plan.packages] if plan else []
    return tuple(sorted(dict.fromkeys((*planned, *feature.packages)), key=natural))

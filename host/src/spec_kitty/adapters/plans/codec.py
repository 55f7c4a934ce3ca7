"""Owns how plans and settings are written in the cache: as arrays, which read fastest.

Every array holds the fields of a record in their order. What was not written by this code is
refused with ValueError, and whoever asked reads the committed files instead.
"""

from __future__ import annotations

from spec_kitty.domain.planning.plan import FeaturePlan, PlannedPackage, Problem
from spec_kitty.domain.planning.settings import ProjectSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.domain.record import Record


def plan_to_json(plan: FeaturePlan) -> object:
    packages = [_values(package) for package in plan.packages]
    problems = [_values(problem) for problem in plan.problems]
    return [plan.slug, plan.tree, plan.title, packages, problems, plan.target_branch]


def plan_from_json(value: Any, slug: str, tree: str) -> FeaturePlan:
    """Raises ValueError when the value is not the plan of this feature and folder."""
    try:
        written_slug, written_tree, title, packages, problems, target_branch = value
        if (written_slug, written_tree) != (slug, tree):
            raise ValueError("The entry is about another folder.")
        return FeaturePlan(
            slug,
            tree,
            title,
            tuple([_package(*row) for row in packages]),
            tuple([Problem(*row) for row in problems]),
            target_branch,
        )
    except TypeError as error:
        raise ValueError(str(error)) from None


def _package(
    id: str, title: str, path: str, dependencies: Any, subtasks: Any, owned_files: Any, *rest: Any
) -> PlannedPackage:
    lists = tuple(dependencies), tuple(subtasks), tuple(owned_files)
    return PlannedPackage(id, title, path, *lists, *rest)


def settings_to_json(settings: ProjectSettings) -> object:
    return [settings.target_branch, *map(_values, _sections(settings))]


def _sections(settings: ProjectSettings) -> list[Record]:
    named = [settings.worktree, settings.verify, settings.submit, settings.merge]
    return [*named, settings.policy]


def settings_from_json(value: Any) -> ProjectSettings:
    """Raises ValueError when the value holds no settings."""
    kinds = [type(section) for section in _sections(ProjectSettings())]
    try:
        target_branch, *rows = value
        sections: Any = [
            kind(*(tuple(each) if isinstance(each, list) else each for each in row))
            for kind, row in zip(kinds, rows, strict=True)
        ]
        return ProjectSettings(target_branch, *sections)
    except TypeError as error:
        raise ValueError(str(error)) from None


def _values(record: Record) -> list[object]:
    return [getattr(record, field) for field in record.__match_args__]

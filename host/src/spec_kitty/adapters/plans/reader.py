"""Owns reading plans and settings from the committed tree of a branch.

What lies on disk in somebody's checkout does not count. Reading a feature for the first time
parses its files; afterwards its folder's object id leads to the cache, and neither YAML nor
TOML is even imported.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git import trees
from spec_kitty.adapters.plans import codec
from spec_kitty.adapters.plans.cache import Cache
from spec_kitty.application.ports import Plans
from spec_kitty.domain.names import is_slug
from spec_kitty.domain.planning.plan import feature_folder
from spec_kitty.domain.planning.settings import SETTINGS_PATH, ProjectSettings

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.adapters.git.objects import GitObjects
    from spec_kitty.domain.planning.plan import FeaturePlan


class PlanReader(Plans):
    """Reads the plans of one repository. `rev` is any commit: a ref, a branch, an object id."""

    def __init__(self, objects: GitObjects, common_dir: str) -> None:
        self._objects = objects
        self._plans = Cache(os.path.join(common_dir, "spec-kitty", "plans"))
        self._settings = Cache(os.path.join(common_dir, "spec-kitty", "settings"))

    def plan(self, rev: str, slug: str) -> FeaturePlan | None:
        """Returns the plan of a feature, None if its folder is not in that commit."""
        found = self._objects.find(f"{rev}:{feature_folder(slug)}")
        if found is None or found[1] != "tree":
            return None
        tree = found[0]
        try:
            return codec.plan_from_json(self._plans.get(tree), slug, tree)
        except ValueError:
            pass
        from spec_kitty.adapters.plans.feature import read_feature

        plan = read_feature(self._objects, slug, tree)
        self._plans.put(tree, codec.plan_to_json(plan))
        return plan

    def settings(self, rev: str) -> ProjectSettings:
        """Returns the project's settings, the defaults if the commit has no settings file.

        Raises Refusal (PLAN_INVALID) naming every problem of the file and its line.
        """
        found = self._objects.find(f"{rev}:{SETTINGS_PATH}")
        if found is None:
            return ProjectSettings()
        oid, kind, size = found
        try:
            return codec.settings_from_json(self._settings.get(oid))
        except ValueError:
            pass
        from spec_kitty.adapters.plans.settings_file import read_settings

        settings = read_settings(self._objects, oid, kind, size)
        self._settings.put(oid, codec.settings_to_json(settings))
        return settings

    def slugs(self, rev: str) -> tuple[str, ...]:
        """Returns the features of that commit: the folders of kitty-specs with a valid name."""
        found = self._objects.find(f"{rev}:kitty-specs")
        if found is None or found[1] != "tree":
            return ()
        listed = trees.entries(self._objects.read(found[0]), len(found[0]))
        return tuple(
            entry.name
            for entry in listed
            if entry.mode == trees.FOLDER_MODE and is_slug(entry.name)
        )

    def is_project(self, rev: str) -> bool:
        """Says whether the commit holds settings or plans of ours."""
        return any(self._objects.find(f"{rev}:{path}") for path in (SETTINGS_PATH, "kitty-specs"))

    def text(self, rev: str, path: str) -> str | None:
        """Returns the text of a committed file, None if there is no such file."""
        found = self._objects.find(f"{rev}:{path}")
        if found is None or found[1] != "blob":
            return None
        return self._objects.read(found[0]).decode("utf-8-sig", errors="replace")

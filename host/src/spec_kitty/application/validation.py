"""Owns looking for mistakes in plans: in what is committed, and in what is not committed yet."""

from __future__ import annotations

from spec_kitty.application.planning import SETTINGS_FOLDER, committed_slugs, planning_branch
from spec_kitty.domain.names import journal_ref
from spec_kitty.domain.planning.plan import Problem, feature_folder
from spec_kitty.domain.planning.settings import SETTINGS_PATH
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from spec_kitty.application.host import Host
    from spec_kitty.domain.planning.plan import FeaturePlan

_PLANS_FOLDER = "kitty-specs"


class Validation(Record):
    """Is what was looked at, and all that is wrong with it."""

    features: int
    packages: int
    problems: tuple[Problem, ...]

    def count(self, severity: str) -> int:
        return sum(problem.severity == severity for problem in self.problems)


def validate(host: Host, only: str | None = None) -> Validation:
    """Looks at one feature, or at all. Raises Refusal (FEATURE_NOT_FOUND)."""
    return _Look(host).at(only)


class _Look:
    def __init__(self, host: Host) -> None:
        self._host = host
        self._branch = planning_branch(host)
        self._ref = f"refs/heads/{self._branch}"
        self._committed = committed_slugs(host, self._branch)
        self._recorded = host.ports.reading.slugs()
        self._on_disk = host.ports.drafts.slugs()

    def at(self, only: str | None) -> Validation:
        slugs = self._wanted(only)
        found = [*self._settings(), *self._uncommitted(slugs, only is None)]
        packages = 0
        for slug in slugs:
            plan, problems = self._plan(slug)
            found.extend(problems)
            packages += len(plan.packages) if plan else 0
        found = list(dict.fromkeys(found))
        found.sort(key=lambda each: (each.path, each.line or 0, each.message))
        return Validation(len(slugs), packages, tuple(found))

    def _wanted(self, only: str | None) -> list[str]:
        if only is None:
            drafts = self._on_disk if self._is_checked_out() else ()
            return sorted({*self._committed, *self._recorded, *drafts})
        if only not in (*self._committed, *self._recorded, *self._on_disk):
            raise self._host.project.not_found(only, self._branch)
        return [only]

    def _is_checked_out(self) -> bool:
        return self._host.ports.branches.head_branch() == self._branch

    def _settings(self) -> Iterator[Problem]:
        if self._host.ports.branches.value(self._ref) is None:
            return
        try:
            self._host.ports.plans.settings(self._ref)
        except Refusal as refusal:
            for problem in _listed(refusal):
                yield Problem(SETTINGS_PATH, problem["line"], problem["message"], "error", None)

    def _uncommitted(self, slugs: list[str], everything: bool) -> Iterator[Problem]:
        """Finds the edits that do not count yet, of features that are committed otherwise."""
        folders = [feature_folder(each) for each in slugs if each in self._committed]
        if everything:
            folders = [SETTINGS_FOLDER, _PLANS_FOLDER] if folders else [SETTINGS_FOLDER]
        for folder in folders:
            for path in self._host.ports.drafts.uncommitted(self._ref, folder):
                if self._counts(path):
                    said = self._not_committed(path)
                    yield Problem(path, None, said, "error", None)

    def _counts(self, path: str) -> bool:
        folder, _, rest = path.partition("/")
        return folder == SETTINGS_FOLDER or rest.split("/")[0] in self._committed

    def _not_committed(self, path: str) -> str:
        from shlex import quote

        return f"This is not committed on {self._branch}: git add {quote(path)} && git commit"

    def _plan(self, slug: str) -> tuple[FeaturePlan | None, list[Problem]]:
        try:
            reading = self._host.reader.look(slug)
            plan, target = reading.desk.plan, reading.desk.feature.target_branch
        except Refusal as refusal:
            return self._unread(slug, refusal)
        folder = feature_folder(slug)
        odd = [Problem(f"{folder}/meta.json", None, w, "warning", None) for w in reading.warnings]
        if not plan.tree:
            gone = f"The feature has a journal, but its plan is not on {target}."
            odd.append(Problem(folder, None, gone, "warning", None))
        return plan, [*odd, *plan.problems]

    def _unread(self, slug: str, refusal: Refusal) -> tuple[FeaturePlan | None, list[Problem]]:
        """A journal that is damaged, a target that is gone, broken settings, or only a draft."""
        plan = self._host.ports.plans.plan(self._ref, slug) if slug in self._committed else None
        if plan is not None and refusal.code is ErrorCode.PLAN_INVALID:
            return plan, list(plan.problems)
        if slug in self._committed or slug in self._recorded:
            return plan, [Problem(journal_ref(slug), None, refusal.message, "error", None)]
        folder = feature_folder(slug)
        said = self._not_committed(folder)
        return None, [Problem(folder, None, said, "error", None)]


def _listed(refusal: Refusal) -> list[dict[str, Any]]:
    problems = refusal.facts.get("problems")
    if refusal.code is not ErrorCode.PLAN_INVALID or not isinstance(problems, list):
        raise refusal
    return problems

"""Owns how a clone is examined without calling a command that is at work a mistake.

Everything is looked at without a lock first. What is found is looked at again with the writers
of its feature kept out, and what a running command could cause has to last for a moment. One
feature that cannot be read hides no other.
"""

from __future__ import annotations

from spec_kitty.application.doctor.examinations import (
    branches,
    clone,
    delivery,
    finished_workspaces,
    journals,
    plans,
    workspaces,
)
from spec_kitty.application.doctor.findings import Finding, Kind, Severity
from spec_kitty.application.doctor.remedies import REMEDIES
from spec_kitty.application.doctor.subject import Premises, Subject
from spec_kitty.domain.names import is_slug
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.host import Host
    from spec_kitty.application.ports import Ports
    from spec_kitty.domain.feature import Feature

# What `verify` looks at, too, once it has replayed a journal.
_AROUND_A_JOURNAL = (
    delivery.policies,
    branches.branches,
    branches.commits,
    delivery.acceptance,
    delivery.landed,
    journals.cut,
    delivery.interruptions,
)
_OF_A_FEATURE = (
    *_AROUND_A_JOURNAL,
    plans.target,
    plans.plan,
    branches.branches_ahead,
    workspaces.workspaces,
)
_OF_THE_CLONE = (
    clone.surroundings,
    clone.own_paths,
    plans.settings,
    journals.broken,
    journals.gone,
    journals.diverged,
    clone.locks,
    clone.checked_out,
    finished_workspaces.finished_workspaces,
    clone.leftovers,
    clone.put_aside,
    clone.salvage,
)
# What a damaged repository can do to the code that looks at it.
_BROKEN = (LookupError, RuntimeError, TypeError, ValueError)


class Diagnosis(Record):
    """Is what an examination saw of so many features."""

    features: int
    findings: tuple[Finding, ...]

    @property
    def mendable(self) -> tuple[Finding, ...]:
        """Returns what `doctor --fix` can put right, in the order in which it does."""
        order = list(REMEDIES)
        found = [each for each in self.findings if each.act is not None]
        return tuple(sorted(found, key=lambda each: order.index(each.kind)))

    @property
    def is_healthy(self) -> bool:
        """Whether nothing is wrong; there may be notes."""
        return all(each.severity is not Severity.WRONG for each in self.findings)


def diagnose(host: Host, only: str | None = None) -> Diagnosis:
    """Examines the clone and every feature, or one. Changes nothing.

    Raises Refusal (FEATURE_NOT_FOUND) when there is no such feature.
    """
    return _Examiner(host, only).diagnose()


def around(ports: Ports, slug: str, feature: Feature | None) -> Iterator[Finding]:
    """Examines what lies around one journal. The caller keeps its writers out."""
    subject = Subject(ports, slug, feature, feature.target_branch if feature else "")
    for look in _AROUND_A_JOURNAL:
        yield from look(subject)
    others = frozenset(ports.reading.slugs()) - {slug}
    for finding in clone.locks(Premises(ports, {slug: subject}, others)):
        if finding.feature in (None, slug):
            yield finding


class _Examiner:
    def __init__(self, host: Host, only: str | None) -> None:
        self._host = host
        self._ports = host.ports
        self._only = only
        self._default: str | None = None
        self._no_project: Finding | None = None
        self._find_default()

    def _find_default(self) -> None:
        try:
            self._default = self._host.project.default_target()
        except Refusal as refusal:
            self._no_project = Finding(Kind.NO_PROJECT, refusal.message)

    def diagnose(self) -> Diagnosis:
        slugs = self._slugs()
        of_features = {slug: self._of_feature(slug) for slug in slugs}
        of_clone = self._of_clone(slugs)
        found = [*of_clone, *(each for some in of_features.values() for each in some)]
        if any(each.is_fleeting for each in found):
            self._ports.upkeep.pause()
        if of_clone:
            again = self._of_clone(slugs)
            of_clone = [each for each in again if each in of_clone]
        for slug, before in of_features.items():
            of_features[slug] = self._confirmed(slug, before) if before else []
        listed = [*of_clone, *(each for some in of_features.values() for each in some)]
        is_told = any(each.kind is Kind.TARGET_GONE for each in listed)
        if self._no_project is not None and not is_told:
            listed.append(self._no_project)
        if not self._ports.upkeep.is_writable():
            listed = [each.replace(act=None) for each in listed]
        return Diagnosis(len(slugs), tuple(_without_echoes(listed)))

    def _slugs(self) -> tuple[str, ...]:
        planned = self._ports.plans.slugs(f"refs/heads/{self._default}") if self._default else ()
        recorded = filter(is_slug, self._ports.reading.slugs())
        slugs = tuple(sorted({*planned, *recorded}))
        if self._only is None:
            return slugs
        if self._only not in slugs:
            raise self._host.project.not_found(self._only, self._default or "HEAD")
        return (self._only,)

    def _confirmed(self, slug: str, before: list[Finding]) -> list[Finding]:
        """Looks again while the feature stands still."""
        try:
            with self._ports.audit.still(slug):
                again = self._of_feature(slug)
        except Refusal as refusal:
            if refusal.code is not ErrorCode.BUSY:
                raise
            return [Finding(Kind.AT_WORK, refusal.message, slug)]
        except OSError as error:
            return [*before, _unreadable(error, slug)]
        return [each for each in again if not each.is_fleeting or each in before]

    def _of_feature(self, slug: str) -> list[Finding]:
        subject, found = self._subject(slug)
        for look in _OF_A_FEATURE if subject else ():
            assert subject is not None
            found += _looked(look(subject), slug)
        return found

    def _subject(self, slug: str) -> tuple[Subject | None, list[Finding]]:
        try:
            feature = self._ports.reading.read(slug).feature
        except Refusal as refusal:
            return None, _looked(journals.unreadable(self._ports, slug, refusal), slug)
        except (OSError, *_BROKEN) as error:
            return None, [_unreadable(error, slug)]
        if feature is not None:
            return Subject(self._ports, slug, feature, feature.target_branch), []
        try:
            return Subject(self._ports, slug, None, self._host.project.target_of(slug).branch), []
        except Refusal as refusal:
            # Problems of the settings are told of the clone.
            told = [] if "problems" in refusal.facts else [_no_target(slug, refusal)]
            return Subject(self._ports, slug, None, self._default or ""), told

    def _of_clone(self, slugs: tuple[str, ...]) -> list[Finding]:
        subjects = {slug: self._subject(slug)[0] for slug in slugs}
        premises = Premises(
            self._ports,
            {slug: subject for slug, subject in subjects.items() if subject is not None},
            frozenset(slug for slug, subject in subjects.items() if subject is None),
            self._default,
        )
        found = [each for look in _OF_THE_CLONE for each in _looked(look(premises), None)]
        return [each for each in found if self._only in (None, each.feature) or not each.feature]


def _looked(examination: Iterator[Finding], slug: str | None) -> list[Finding]:
    """Runs an examination to its end; what keeps it from looking is a finding itself."""
    found: list[Finding] = []
    try:
        found.extend(examination)
        return found
    except Refusal as refusal:
        return [*found, Finding(Kind.UNREADABLE, refusal.message, slug)]
    except (OSError, *_BROKEN) as error:
        return [*found, _unreadable(error, slug)]


def _without_echoes(listed: list[Finding]) -> Iterator[Finding]:
    """Leaves out what is said already: that nothing can be read below what is not as it must be."""
    told = [str(each.place) for each in listed if each.kind is Kind.OWN_PATH]
    for each in dict.fromkeys(listed):
        is_echo = each.kind is Kind.UNREADABLE and str(each.place).startswith(tuple(told))
        if not is_echo:
            yield each


def _unreadable(error: Exception, slug: str | None) -> Finding:
    if isinstance(error, OSError) and error.filename is not None:
        path = str(error.filename)
        message = f"{path} cannot be read: {error.strerror}."
        return Finding(Kind.UNREADABLE, message, slug, place=path)
    return Finding(Kind.UNREADABLE, f"Something could not be read: {error}", slug)


def _no_target(slug: str, refusal: Refusal) -> Finding:
    return Finding(Kind.PLAN_BROKEN, refusal.message, slug)

"""Owns the audit of a feature: is its journal whole, and does it lead to what is stored?

One pass over the chain replays every event and holds the state's tree against the recorded one,
byte for byte, in memory that does not grow with the journal. Then writers are kept out for a
moment, and what lies around the journal is examined (`doctor/`).
"""

from __future__ import annotations

from spec_kitty.application.beginnings import told_begun
from spec_kitty.application.doctor.diagnosis import around
from spec_kitty.application.doctor.examinations.journals import lost
from spec_kitty.application.doctor.findings import Finding, Kind
from spec_kitty.application.telling.sentences import sentence
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import Refusal
from spec_kitty.domain.replay import replay

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from spec_kitty.application.ports import JournalCommit, Ports
    from spec_kitty.domain.feature import Feature

    Progress = Callable[[int, int], None]

MAX_FINDINGS = 50
# What a decoded event with values of wrong types can do to the code that replays it.
_NOT_REPLAYABLE = (ArithmeticError, AttributeError, LookupError, TypeError, ValueError)


class Audited(Record):
    """Is what an audit saw. `findings` are the first ones; `more` were left out."""

    slug: str
    events: int
    findings: tuple[Finding, ...]
    more: int = 0


def audit(ports: Ports, slug: str, progress: Progress) -> Audited:
    """Looks at the whole journal of a feature, and at the branches and files it speaks of.

    `progress` hears how many events of how many have been looked at. Changes nothing.
    Raises Refusal (BUSY) when a writer never pauses.
    """
    walk = _Walk(ports, slug)
    walk.follow(progress)
    with ports.audit.still(slug):
        walk.follow(progress)
        walk.compare_end()
    return Audited(slug, walk.count, tuple(walk.findings), walk.found - len(walk.findings))


class _Walk:
    """Follows one journal from its first event, as far as it leads."""

    def __init__(self, ports: Ports, slug: str) -> None:
        self._ports = ports
        self._slug = slug
        self._trees = ports.audit.trees()
        self._feature: Feature | None = None
        self._last: str | None = None
        self._replayable = True
        self._differing: frozenset[str] = frozenset()
        self._missing: set[str] | None = None
        self.count = 0
        self.found = 0
        self.findings: list[Finding] = []

    def follow(self, progress: Progress) -> None:
        """Audits what the journal holds beyond what was audited already."""
        audit = self._ports.audit
        oids, gap = audit.chain(self._slug, self._last)
        if gap is not None:
            self._replayable = False
            self._find(f"{gap} What came before it, and so the state, cannot be audited.")
        if self._missing is None:
            self._missing = set() if gap else set(audit.missing_objects(self._slug))
        total = self.count + len(oids)
        # With a gap, the oldest commit that is left rightly follows one that is not there.
        for commit in audit.commits(oids, self._last):
            self.count += 1
            self._look_at(commit, after_gap=gap is not None and commit.oid == oids[0])
            self._last = commit.oid
            if self.count % 100 == 0 or self.count == total:
                progress(self.count, total)

    def _look_at(self, commit: JournalCommit, after_gap: bool) -> None:
        for fault in () if after_gap else commit.faults:
            self._find(fault, commit)
        if not self._replayable:
            return
        event = commit.event
        try:
            if event is None:
                raise ValueError("it cannot be read")
            if event.sequence != self.count:
                self._find(
                    f"It says that it is event {event.sequence}. They are not in order.", commit
                )
            if commit.subject != sentence(event):
                self._find(f"Its subject is not what its event says: '{sentence(event)}'.", commit)
            before, self._feature = self._feature, replay(self._feature, self._slug, event)
            tree = self._trees.after(before, self._feature)
        except _NOT_REPLAYABLE as error:
            self._replayable = False
            self._find(f"It cannot be replayed ({error}), so no later state is compared.", commit)
            return
        self._compare_tree(commit, tree)
        self._name_missing(commit)

    def _compare_tree(self, commit: JournalCommit, tree: str) -> None:
        """Finds the files that are wrong since this event; they stay wrong in later ones."""
        if tree == commit.tree:
            self._differing = frozenset()
            return
        try:
            differing = frozenset(self._trees.differing(commit.oid))
        except _NOT_REPLAYABLE as error:
            self._find(f"Its state cannot be read: {error}", commit)
            return
        new = differing - self._differing
        if new or not differing:
            listed = ", ".join(sorted(new)[:5]) or "the tree itself"
            self._find(f"The stored state is not what the events lead to: {listed}.", commit)
        self._differing = differing

    def _name_missing(self, commit: JournalCommit) -> None:
        if self._missing:
            for oid, path in self._trees.paths_of(self._missing).items():
                self._find(f"Its file {path} (object {oid[:12]}) is missing.", commit)
                self._missing.discard(oid)

    def compare_end(self) -> None:
        """Holds the whole state against itself, its rules, and the repository around it."""
        for oid in sorted(self._missing or ()):
            self._find(f"The object {oid} of its states is missing.")
        if self.count == 0:
            self._require_none()
        if self._feature is not None and self._replayable:
            for path in self._trees.differing_from(self._feature):
                self._find(f"The newest state, written afresh, has another {path}.")
            self._compare_present(self._feature)
        whole = self._feature if self._replayable else None
        for finding in around(self._ports, self._slug, whole):
            self._keep(finding)

    def _require_none(self) -> None:
        """Finds a journal that is there, though git shows no commit of it, or that was."""
        try:
            self._ports.reading.read(self._slug)
        except Refusal as refusal:
            self._find(refusal.message)
            return
        said = told_begun(self._ports, self._slug)
        if said is not None:
            self._keep(lost(self._ports, self._slug, said))

    def _compare_present(self, feature: Feature) -> None:
        from spec_kitty.domain.invariants import violations

        try:
            stored = self._ports.reading.read(self._slug, with_answers=True, with_policies=True)
        except Refusal as refusal:
            self._find(refusal.message)
            return
        if not self._differing and stored.feature != feature:
            self._find("The present state, as it is read back, is not what the events lead to.")
        for rule in violations(feature):
            self._find(f"The state breaks a rule: {rule}")

    def _find(self, message: str, commit: JournalCommit | None = None) -> None:
        oid, event = (commit.oid, self.count) if commit else (None, None)
        self._keep(Finding(Kind.JOURNAL_DAMAGED, message, self._slug, None, oid, event=event))

    def _keep(self, finding: Finding) -> None:
        self.found += 1
        if self.found <= MAX_FINDINGS:
            self.findings.append(finding)

"""Owns reading the journal: `refs/spec-kitty/<feature>`, one commit an event.

The present state is the newest commit's tree; the history is the chain of commits, each with
its event as one line of JSON.
"""

from __future__ import annotations

import os

from spec_kitty.adapters.git.objects import ObjectMissing
from spec_kitty.adapters.git.runner import GitFailed
from spec_kitty.adapters.git.trees import entries
from spec_kitty.adapters.journal import tree as journal_tree
from spec_kitty.adapters.journal.codec import Undecodable, load
from spec_kitty.application.machine import MachineStopped
from spec_kitty.application.ports import JournalReader as JournalReaderPort
from spec_kitty.application.ports import ObjectsVanished, Snapshot
from spec_kitty.domain.names import is_slug, journal_ref
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from spec_kitty.adapters.git.objects import GitObjects
    from spec_kitty.adapters.git.runner import Git
    from spec_kitty.domain.events import Event
    from spec_kitty.domain.feature import Feature, Package

MAX_WALKED_EVENTS = 100
_TOGETHER = 200
# What reading bytes that the host did not write can come to.
_DAMAGE = (Undecodable, ObjectMissing, GitFailed, ValueError, KeyError, TypeError)


class JournalReader(JournalReaderPort):
    """Reads journals; what was decoded once is kept by object id."""

    def __init__(self, git: Git, objects: GitObjects) -> None:
        self._git = git
        self._objects = objects
        self._packages: dict[str, Package] = {}
        self._layouts: dict[str, journal_tree.Layout] = {}

    def slugs(self) -> tuple[str, ...]:
        """Returns the features that have a journal, a damaged one too."""
        prefix = journal_ref("")
        listed = self._git.run("for-each-ref", "--format=%(refname)", prefix).stdout.decode()
        found = {ref.removeprefix(prefix) for ref in listed.split()}
        # Git passes over a ref whose file holds no object id.
        loose = os.path.join(self._git.common_dir, prefix)
        if os.path.isdir(loose):
            found.update(filter(is_slug, os.listdir(loose)))
        return tuple(sorted(found))

    def exists(self, slug: str) -> bool:
        """Says whether the feature has a journal."""
        return self._objects.find(journal_ref(slug)) is not None

    def read(self, slug: str, with_answers: bool = False, with_policies: bool = False) -> Snapshot:
        """Returns the present state and the journal's tip; both None before the first event.

        Raises Refusal (JOURNAL_DAMAGED) when it cannot be read.
        """
        try:
            return self._read(slug, with_answers, with_policies)
        except Refusal:
            from spec_kitty.adapters.journal.spares import Spares

            if not Spares(self._git.common_dir, slug).restore():
                raise
            return self._read(slug, with_answers, with_policies)

    def _read(self, slug: str, with_answers: bool, with_policies: bool) -> Snapshot:
        found = self._objects.find(journal_ref(slug))
        if found is None:
            self._require_none(slug)
            return Snapshot(None, None)
        tip = found[0]
        try:
            return Snapshot(tip, self._state_at(slug, tip, with_answers, with_policies))
        except MachineStopped:
            raise
        except _DAMAGE as error:
            raise damaged(slug, tip, str(error)) from None

    def _require_none(self, slug: str) -> None:
        """Refuses a journal whose ref is there and names nothing that git has: it is no new one."""
        ref = journal_ref(slug)
        is_loose = os.path.isfile(os.path.join(self._git.common_dir, ref))
        if (is_loose or self._is_packed(ref)) and self._objects.find(ref) is None:
            raise Refusal(
                ErrorCode.JOURNAL_DAMAGED,
                f"The journal of {slug} cannot be read: {ref} names nothing that is here. Nothing "
                "was changed. 'spec-kitty doctor' says what to do.",
            )

    def _is_packed(self, ref: str) -> bool:
        try:
            with open(os.path.join(self._git.common_dir, "packed-refs"), "rb") as file:
                return f" {ref}\n".encode() in file.read()
        except FileNotFoundError:
            return False

    def _state_at(self, slug: str, tip: str, with_answers: bool, with_policies: bool) -> Feature:
        layout = self.layout_at(tip)
        wanted = [tip, *layout.root.values()]
        wanted += [oid for oid in layout.wp.values() if oid not in self._packages]
        wanted += layout.policy.values() if with_policies else ()
        wanted += layout.answers.values() if with_answers else ()
        data = dict(zip(wanted, self._objects.read_many(wanted), strict=True))
        for oid in layout.wp.values():
            if oid in data:
                self._packages[oid] = journal_tree.package_from(data[oid])
        plain = data[layout.root[journal_tree.FEATURE_FILE]]
        feature = journal_tree.feature_from(slug, _sequence_of(data[tip]), plain)
        self._layouts = {tip: layout}
        return feature.replace(
            packages={
                name.removesuffix(".json"): self._packages[oid] for name, oid in layout.wp.items()
            },
            policies={
                name.removesuffix(".json"): journal_tree.policy_from(data[oid])
                for name, oid in layout.policy.items()
                if oid in data
            },
            answers={
                journal_tree.chunk_number(name): journal_tree.answers_from(data[oid])
                for name, oid in layout.answers.items()
                if oid in data
            },
        )

    def layout_at(self, commit: str) -> journal_tree.Layout:
        """Returns where the files of the state after this event are."""
        known = self._layouts.get(commit)
        if known is not None:
            return known
        digits = len(commit)
        content, listed = self._objects.read_many((commit, f"{commit}^{{tree}}"))
        root = list(entries(listed, digits))
        parts: dict[str, Mapping[str, str]] = {
            entry.name: {e.name: e.oid for e in entries(self._objects.read(entry.oid), digits)}
            for entry in root
            if entry.mode == "40000"
        }
        strange = sorted(parts.keys() - set(journal_tree.FOLDERS))
        if strange:
            raise Undecodable(f"it is no event, but holds {', '.join(strange)}")
        files = {entry.name: entry.oid for entry in root if entry.mode != "40000"}
        trees = {entry.name: entry.oid for entry in root if entry.mode == "40000"}
        tree = content[len("tree ") : len("tree ") + digits].decode()
        return journal_tree.Layout(files, **parts, trees=trees, tree=tree)

    def mark(self, slug: str) -> object:
        """Returns a value that changes when the journal does; costs three `stat` calls."""
        names = (journal_ref(slug), "packed-refs", os.path.join("reftable", "tables.list"))
        return tuple(_stamp(os.path.join(self._git.common_dir, name)) for name in names)

    def events(self, slug: str, after: str | None = None) -> Iterator[tuple[str, Event]]:
        """Returns the events in order, each with its cursor, from after a cursor on.

        Raises Refusal: USAGE_ERROR for a cursor that is not of this journal, JOURNAL_DAMAGED.
        """
        try:
            for oid, line in self._lines(slug, after):
                yield oid, _event(slug, oid, line)
        except (ObjectsVanished, GitFailed) as error:
            raise self._unreadable(slug, error) from None

    def newest(self, slug: str, count: int) -> list[tuple[str, Event]]:
        """Returns the last events, the newest last, without a look at the others."""
        from itertools import islice

        found = self._objects.find(journal_ref(slug))
        lines = () if found is None else islice(self._back(found[0]), count)
        try:
            return [(oid, _event(slug, oid, line)) for oid, line in lines][::-1]
        except (ObjectsVanished, GitFailed) as error:
            raise self._unreadable(slug, error) from None

    def _unreadable(self, slug: str, error: Exception) -> Exception:
        """Returns what to raise for an event that cannot be read: another try may help, or not."""
        from spec_kitty.adapters.journal.spares import Spares

        if isinstance(error, MachineStopped):
            return error
        if isinstance(error, ObjectsVanished) and Spares(self._git.common_dir, slug).restore():
            return error
        return damaged(slug, journal_ref(slug), str(error))

    def _lines(self, slug: str, after: str | None) -> Iterator[tuple[str, str]]:
        """Yields each event's commit and its line of JSON, oldest first."""
        ref = journal_ref(slug)
        found = self._objects.find(ref)
        recent = None if found is None else self._recent(found[0], after)
        if recent is not None:
            yield from reversed(recent)
            return
        if after is not None and not (found is not None and self._holds(ref, after)):
            raise Refusal(
                ErrorCode.USAGE_ERROR,
                f"The journal of {slug} has no event with the cursor '{after}'. "
                "Read the history from the start, without --after.",
                flag="--after",
            )
        if found is None:
            return
        span = [ref] if after is None else [ref, f"^{after}"]
        from spec_kitty.adapters.journal.chain import Chain

        oids = Chain(self._git.run("rev-list", "--reverse", *span, "--").stdout)
        for start in range(0, len(oids), _TOGETHER):
            some = oids[start : start + _TOGETHER]
            for oid, content in zip(some, self._objects.read_many(some), strict=True):
                yield oid, _line_of(content)

    def _recent(self, tip: str, after: str | None) -> list[tuple[str, str]] | None:
        """Walks back to the cursor or the root, newest first; None if that is too far.

        A few commits are read sooner than a git is started to list them.
        """
        walked: list[tuple[str, str]] = []
        for oid, line in self._back(tip):
            if oid == after:
                return walked
            if len(walked) == MAX_WALKED_EVENTS:
                return None
            walked.append((oid, line))
        return walked if after is None else None

    def _back(self, tip: str) -> Iterator[tuple[str, str]]:
        """Walks from one event to the first, reading as it goes."""
        oid: str | None = tip
        while oid is not None:
            content = self._objects.read(oid)
            yield oid, _line_of(content)
            head = content.partition(b"\n\n")[0].decode(errors="replace")
            parents = [line[7:] for line in head.split("\n") if line.startswith("parent ")]
            oid = parents[0] if parents else None

    def _holds(self, ref: str, cursor: str) -> bool:
        known = self._git.run("merge-base", "--is-ancestor", cursor, ref, ok=(0, 1, 128))
        return known.returncode == 0


def _line_of(commit: bytes) -> str:
    """Returns the line of JSON with which a commit's message ends."""
    message = commit.partition(b"\n\n")[2].decode(errors="replace")
    return message.rstrip("\n").rpartition("\n")[2]


def _sequence_of(commit: bytes) -> int:
    """Returns the number of a commit's event; the rest of the event is not looked at."""
    return int(load(_line_of(commit))["sequence"])


def _event(slug: str, oid: str, line: str) -> Event:
    from spec_kitty.adapters.journal.event_codec import decode_event

    try:
        return decode_event(line)
    except Undecodable as error:
        raise damaged(slug, oid, str(error)) from None


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        seen = os.stat(path)
    except FileNotFoundError:
        return None
    return seen.st_ino, seen.st_mtime_ns


def damaged(slug: str, commit: str, why: str) -> Refusal:
    return Refusal(
        ErrorCode.JOURNAL_DAMAGED,
        f"The journal of {slug} cannot be read at {commit[:12]}: {why.rstrip('.')}. Nothing was "
        f"changed. 'spec-kitty verify --feature {slug}' says how far it is sound, and 'spec-kitty "
        "doctor' says what to do.",
        commit=commit,
    )

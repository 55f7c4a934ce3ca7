"""Owns what must be true of every run, whatever happens; looked at with each event and end."""

import re
from collections import Counter

from simulated_agents import Shop
from spec_kitty.domain.events import (
    ClaimAbandoned,
    Event,
    PackageClaimed,
    PackageIntegrated,
    package_of,
)
from spec_kitty.domain.feature import Decision, Feature
from spec_kitty.domain.invariants import violations
from spec_kitty.domain.lanes import Lane
from spec_kitty_orchestrator.domain.run.records import Ended, RunEnded

# What shows that a value was told as the program writes it, not as a person does.
_PROGRAM = re.compile(
    r"\bNone\b|\bTrue\b|\bFalse\b|<class|<\w+\.\w+:|0x[0-9a-f]{6}|\w+\(\w+=|Traceback|\[Errno"
)
_SENTENCE = re.compile(r"^[A-Za-z0-9']\S*\s+\S+\s+\S")


class Watchman:
    """Sees each event of the journal, and says what is wrong with it."""

    def __init__(self, shop: Shop, actor: str) -> None:
        self._shop = shop
        self._actor = actor
        self._keys: set[str] = set()
        self._claims: set[tuple[str, int]] = set()
        self._claimed_under: dict[str, str] = {}
        shop.ports.journal.heard.append(self.see)

    def see(self, before: Feature | None, event: Event, after: Feature) -> None:
        assert violations(after) == (), violations(after)
        fact, ours = event.fact, event.caller.actor == self._actor
        if event.answer is not None:
            assert event.answer.key not in self._keys, f"done twice: {event.answer.key}"
            self._keys.add(event.answer.key)
        if isinstance(fact, ClaimAbandoned):
            # What was told of a claim that is taken back does not count: it is asked for again.
            self._keys.discard(self._claimed_under.pop(fact.package, ""))
        if isinstance(fact, PackageClaimed):
            self._claimed_under[fact.package] = event.answer.key if event.answer else ""
            assert (fact.package, fact.attempt) not in self._claims, "an attempt claimed twice"
            self._claims.add((fact.package, fact.attempt))
        if isinstance(fact, PackageIntegrated):
            self._see_done(before, fact, ours)
        name = package_of(fact)
        if not ours and name is not None:
            self._shop.taken_at[name] = self._shop.now()
        if ours and before is not None:
            self._see_respect(before, event)

    def _see_done(self, before: Feature | None, fact: PackageIntegrated, ours: bool) -> None:
        assert before is not None
        package = before.package(fact.package)
        assert package.lane is Lane.FOR_REVIEW
        assert fact.verdict.decision is Decision.APPROVED
        assert fact.verdict.head == package.head_commit, "approved was another head"
        if ours:
            told = (fact.package, fact.verdict.head)
            assert told in self._shop.approved, f"{told} is done, and nobody approved it"

    def _see_respect(self, before: Feature, event: Event) -> None:
        """A work package that somebody else holds, or put aside, is left alone."""
        name = package_of(event.fact)
        if name is None:
            return
        package, what = before.package(name), type(event.fact).__name__
        assert package.lane not in (Lane.BLOCKED, Lane.CANCELED), f"{what} undid {package.lane}"
        if package.lane is not Lane.DONE and package.claim is not None:
            assert package.claim.actor == self._actor, f"{what} on a package of somebody else"
        reviewer = package.review.actor if package.review else self._actor
        assert reviewer == self._actor, f"{what} took a review away from {reviewer}"
        # The host takes a verdict as a claim if the package was released meanwhile.
        if isinstance(event.fact, PackageClaimed) and event.caller.run_id is None:
            self._shop.count["host:a verdict became a claim"] += 1


def check_end(ended: RunEnded, count: Counter[str]) -> None:
    """Looks whether a person can tell from a run's end what to do."""
    count[f"ended:{ended.ended}"] += 1
    assert ended.reasons or ended.ended is Ended.DONE, f"{ended.ended} without a reason"
    for reason in ended.reasons:
        check_reason(reason)
        count_bound(reason, count)


def check_reason(reason: str) -> None:
    assert reason.strip(), "an empty reason"
    assert not _PROGRAM.search(reason), f"this reads like a program: {reason}"
    assert _SENTENCE.match(reason.strip()), f"this is no sentence: {reason}"


BOUNDS = {
    "of review. Still": "rounds",
    " conflict": "conflicts",
    "not for the first time": "failures",
    "was reopened": "reopened",
    "(rate limit), and not": "pauses",
    "budget of": "budget",
    "No agent is left": "agents",
}


def count_bound(reason: str, count: Counter[str]) -> None:
    for words, bound in BOUNDS.items():
        count[f"bound:{bound}"] += words in reason

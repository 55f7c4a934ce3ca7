from typing import get_args

import pytest

from domain.features import (
    ACCEPTANCE,
    ACCEPTED,
    APPROVAL,
    APPROVE,
    AT,
    BLOCKED,
    CLAIM_REVIEW,
    DONE,
    FOR_REVIEW,
    HEAD,
    HOLDER,
    IN_PROGRESS,
    IN_REVIEW,
    INTEGRATED,
    INTEND,
    MERGE,
    MERGING,
    NEW_HEAD,
    PLAN,
    PLANNED,
    PROGRAM,
    REOPEN,
    REQUEST_CHANGES,
    REVIEWER,
    SLUG,
    SUBMIT,
    TARGET,
    WP,
    after,
    caller_of,
    claim,
    move,
    oid,
)
from spec_kitty.domain import events as e
from spec_kitty.domain.commands import (
    AbandonMerge,
    AcceptFeature,
    AddNote,
    Command,
    CompleteMerge,
    ConfirmWorkspace,
)
from spec_kitty.domain.decide import decide
from spec_kitty.domain.feature import (
    Answer,
    CheckRun,
    Claim,
    Decision,
    Feature,
    Integration,
    MergePhase,
    Pinned,
    ReviewClaim,
    ReviewedHead,
    Rework,
    ReworkCause,
    Verdict,
)
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.replay import MAX_REVIEWED_HEADS, replay

LATER = "2026-01-02T00:00:00Z"
PINNED = Pinned(oid("newer plan"), oid("blob"), "Title")
APPROVED = Verdict(Decision.APPROVED, "reviewer", HEAD, LATER)
CHANGES = APPROVED.replace(decision=Decision.CHANGES_REQUESTED)
REWORK = Rework(ReworkCause.REVIEW, "One thing.", "review-1")
RUN = CheckRun("make test", None, True, 600.0, "bubblewrap", "...")
BLOCKED_IN_REVIEW = after(IN_REVIEW, move(Lane.BLOCKED))
CLAIMED = after(PLANNED, claim(PLANNED))
CLAIM = Claim(PROGRAM.actor, PROGRAM.run_id, PROGRAM.agent, PROGRAM.person, LATER)
REVIEW_CLAIM = ReviewClaim("other-provider", "run-2", "codex", False, HEAD, "review-2", LATER)

# What stood before, what happened, and what of the package is different after it.
PACKAGE_FACTS: list[tuple[Feature, e.Fact, dict[str, object]]] = [
    (
        after(BLOCKED, move(Lane.PLANNED)),
        e.PackageClaimed(WP, 2, PINNED, TARGET, TARGET, "codex"),
        {
            "lane": Lane.IN_PROGRESS,
            "reason": None,
            "attempt": 2,
            "claim": CLAIM,
            "pinned": PINNED,
            "implementers": ("claude", "codex"),
        },
    ),
    (
        CLAIMED,
        e.WorkspacePrepared(WP, (".env",), RUN),
        {"workspace_ready": True, "copied": (".env",)},
    ),
    (
        IN_PROGRESS,
        e.ClaimAbandoned(WP, "No space left.", TARGET, RUN),
        {"lane": Lane.PLANNED, "claim": None, "taken_back": 1},
    ),
    (
        after(IN_REVIEW, REQUEST_CHANGES),
        e.PackageSubmitted(WP, NEW_HEAD, oid("base")),
        {
            "lane": Lane.FOR_REVIEW,
            "head_commit": NEW_HEAD,
            "base_commit": oid("base"),
            "verdict": None,
            "rework": None,
        },
    ),
    (
        FOR_REVIEW,
        e.ReviewClaimed(WP, HEAD, "review-2"),
        {"review": REVIEW_CLAIM, "reviewed_heads": (ReviewedHead("other-provider", HEAD),)},
    ),
    (
        IN_REVIEW,
        e.ReworkRequested(WP, 2, REWORK, CHANGES, HEAD),
        {
            "lane": Lane.IN_PROGRESS,
            "attempt": 2,
            "review": None,
            "verdict": CHANGES,
            "review_rounds": 1,
            "rework": REWORK,
        },
    ),
    (
        DONE,
        e.ReworkRequested(WP, 2, REWORK, branch_tip=INTEGRATED),
        {"lane": Lane.IN_PROGRESS, "attempt": 2, "rework": REWORK},
    ),
    (
        IN_REVIEW,
        e.PackageReleased(WP, "Taken over."),
        {"lane": Lane.PLANNED, "claim": None, "review": None, "reason": "Taken over."},
    ),
    (
        IN_REVIEW,
        e.PackageBlocked(WP, "Waits."),
        {
            "lane": Lane.BLOCKED,
            "came_from": Lane.FOR_REVIEW,
            "review": None,
            "reason": "Waits.",
        },
    ),
    (
        BLOCKED_IN_REVIEW,
        e.PackageUnblocked(WP, Lane.FOR_REVIEW, "Goes on."),
        {"lane": Lane.FOR_REVIEW, "came_from": None, "reason": "Goes on."},
    ),
    (
        BLOCKED_IN_REVIEW,
        e.PackageCanceled(WP, "Not needed.", "refs/spec-kitty-salvage/034-search/WP01/1"),
        {
            "lane": Lane.CANCELED,
            "came_from": None,
            "claim": None,
            "reason": "Not needed.",
            "workspace_ready": False,
            "start_afresh": True,
        },
    ),
    (
        after(IN_REVIEW, REQUEST_CHANGES, move(Lane.CANCELED)),
        e.PackageRestored(WP, "Needed."),
        {
            "lane": Lane.PLANNED,
            "reason": "Needed.",
            "base_commit": None,
            "head_commit": None,
            "verdict": None,
            "rework": None,
        },
    ),
]

# The same for facts that change more than the package, or no package at all.
FEATURE_FACTS: list[tuple[Feature, e.Fact, dict[str, object], dict[str, object]]] = [
    (
        CLAIMED,
        e.ClaimAbandoned(WP, "No space left.", None, RUN),
        {"feature_tip": None},
        {"lane": Lane.PLANNED, "claim": None, "taken_back": 1, "base_commit": None},
    ),
    (
        IN_REVIEW,
        e.PackageIntegrated(WP, APPROVED, INTEGRATED),
        {"feature_tip": INTEGRATED},
        {
            "lane": Lane.DONE,
            "review": None,
            "verdict": APPROVED,
            "review_rounds": 1,
            "integrations": (Integration(1, INTEGRATED, HEAD),),
        },
    ),
    (
        ACCEPTED,
        e.ReworkRequested(WP, 2, REWORK),
        {"acceptance": None},
        {"lane": Lane.IN_PROGRESS, "attempt": 2, "rework": REWORK},
    ),
    (ACCEPTED, e.NoteAdded(WP, "Seen.", "hist-1"), {}, {}),
    (
        ACCEPTED,
        e.VerificationFailed(INTEGRATED, TARGET, oid("tree"), RUN),
        {"acceptance": None},
        {},
    ),
    (DONE, e.FeatureAccepted(ACCEPTANCE), {"acceptance": ACCEPTANCE}, {}),
    (ACCEPTED, e.MergeIntended(MERGE), {"merge": MERGE}, {}),
    (
        MERGING,
        e.MergeCompleted(MERGE),
        {"merge": MERGE.replace(phase=MergePhase.COMPLETED)},
        {},
    ),
    (MERGING, e.MergeAbandoned("The push was refused."), {"merge": None}, {}),
]
CASES = [
    *((before, fact, {}, changes) for before, fact, changes in PACKAGE_FACTS),
    *FEATURE_FACTS,
]


@pytest.mark.parametrize(
    ("before", "fact", "feature_changes", "package_changes"),
    CASES,
    ids=[type(case[1]).__name__ for case in CASES],
)
def test_a_fact_changes_exactly_this(
    before: Feature,
    fact: e.Fact,
    feature_changes: dict[str, object],
    package_changes: dict[str, object],
) -> None:
    event = e.Event(before.sequence + 1, LATER, PROGRAM, fact)

    packages = dict(before.packages)
    if package_changes:
        packages[WP] = packages[WP].replace(
            last_actor=PROGRAM.actor, changed_at=LATER, **package_changes
        )
    expected = before.replace(sequence=event.sequence, packages=packages, **feature_changes)
    assert replay(before, SLUG, event) == expected


def test_every_fact_is_among_these() -> None:
    assert {type(fact) for _, fact, _, _ in CASES} == set(get_args(e.Fact))


def test_the_first_event_fixes_the_target_branch() -> None:
    note = e.Event(1, AT, HOLDER, e.NoteAdded(WP, "Seen.", "hist-1"), target_branch="develop")

    assert replay(None, SLUG, note) == Feature(SLUG, "develop", 1)


def test_integrations_are_numbered_across_the_feature() -> None:
    others = {**DONE.packages, "WP02": IN_REVIEW.package(WP).replace(id="WP02")}
    fact = e.PackageIntegrated("WP02", APPROVED, oid("second"))

    after_it = replay(DONE.replace(packages=others), SLUG, e.Event(9, AT, REVIEWER, fact))

    assert after_it.package("WP02").integrations == (Integration(2, oid("second"), HEAD),)


def test_the_heads_that_actors_reviewed_are_bounded_and_the_oldest_is_forgotten() -> None:
    feature = FOR_REVIEW
    for number in range(MAX_REVIEWED_HEADS + 1):
        caller = REVIEWER.replace(actor=f"reviewer-{number}")
        event = e.Event(number, AT, caller, e.ReviewClaimed(WP, HEAD))
        feature = replay(feature, SLUG, event)

    actors = [seen.actor for seen in feature.package(WP).reviewed_heads]
    assert actors == [f"reviewer-{number}" for number in range(1, MAX_REVIEWED_HEADS + 1)]


def test_a_policy_is_kept_once_and_the_last_one_of_each_actor_counts() -> None:
    fact = e.NoteAdded(WP, "Seen.", "hist-1")
    callers = [HOLDER.replace(policy="p1"), PROGRAM.replace(policy="p1"), HOLDER]
    texts = ["{...}", None, None]
    feature = PLANNED
    for number, (caller, text) in enumerate(zip(callers, texts, strict=True), start=1):
        feature = replay(feature, SLUG, e.Event(number, AT, caller, fact, policy_text=text))

    assert feature.policies == {"p1": "{...}"}
    assert feature.actor_policies == {"provider": "p1", "other-provider": "p1"}


def test_an_answer_is_remembered_with_its_event() -> None:
    answer = Answer("key-1", "digest", "{}")
    fact = e.NoteAdded(WP, "Seen.", "hist-1")

    feature = replay(PLANNED, SLUG, e.Event(1, AT, HOLDER, fact, answer=answer))

    assert (feature.answers, feature.answer_count) == ({0: (answer,)}, 1)


STORY: tuple[Command, ...] = (
    claim(PLANNED),
    ConfirmWorkspace(WP, 1, (".env",)),
    SUBMIT,
    CLAIM_REVIEW,
    REQUEST_CHANGES,
    SUBMIT.replace(head=NEW_HEAD, branch=HEAD),
    move(Lane.BLOCKED),
    move(Lane.FOR_REVIEW),
    APPROVE.replace(verdict=APPROVAL.replace(head=NEW_HEAD), branch=NEW_HEAD),
    AddNote(WP, "Seen.", "hist-1"),
    REOPEN,
    SUBMIT.replace(head=HEAD, branch=INTEGRATED),
    CLAIM_REVIEW,
    APPROVE,
    AcceptFeature(ACCEPTANCE),
    INTEND,
    AbandonMerge("The push was refused."),
    INTEND,
    CompleteMerge(MERGE),
)


def test_every_prefix_of_a_journal_replays_to_the_state_after_its_last_event() -> None:
    events: list[e.Event] = []
    states = [Feature(SLUG, "main")]
    for command in STORY:
        decided = decide(states[-1], PLAN, command)
        assert decided is not None
        number, target = len(states), None if events else "main"
        event = e.Event(number, AT, caller_of(command), decided.fact, decided.refs, target)
        events.append(event)
        states.append(replay(states[-1], SLUG, event))

    assert states[-1].merged
    for length in range(1, len(events) + 1):
        replayed: Feature | None = None
        for event in events[:length]:
            replayed = replay(replayed, SLUG, event)
        assert replayed == states[length]


def test_the_state_before_an_event_is_left_as_it_was() -> None:
    before = repr(IN_REVIEW)

    replay(IN_REVIEW, SLUG, e.Event(9, AT, HOLDER, e.PackageReleased(WP, "Taken over.")))

    assert repr(IN_REVIEW) == before

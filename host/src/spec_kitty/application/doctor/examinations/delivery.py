"""Owns whether what was accepted or landed is there, and what an interrupted command left."""

from __future__ import annotations

from spec_kitty.application.doctor.findings import Finding, Kind

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.doctor.subject import Subject


def interruptions(subject: Subject) -> Iterator[Finding]:
    """Looks for what a killed command had begun. Writers of the feature are kept out."""
    feature, slug = subject.feature, subject.slug
    if subject.is_delivering:
        return
    intent = subject.intent
    if subject.unread_intent is not None:
        yield Finding(Kind.INTENT_UNREADABLE, subject.unread_intent, slug)
    if intent is not None and intent.landing is None:
        yield Finding(
            Kind.INTERRUPTED_COMMAND,
            "A command was interrupted half-way.",
            slug,
            remedy="The next change of the feature mends it.",
            act="finishes what it had begun if the journal has its event, and else forgets it",
        )
    elif intent is not None or (feature is not None and feature.merging):
        remote = feature.merge.remote if feature is not None and feature.merge else None
        where = f"on {remote}" if remote else f"on {subject.target}"
        yield Finding(
            Kind.INTERRUPTED_MERGE,
            "The merge was interrupted.",
            slug,
            remedy="Finish it:",
            commands=(f"spec-kitty merge --feature {slug}",),
            act=f"looks whether the feature arrived {where}, and finishes the merge or gives it up",
        )


def acceptance(subject: Subject) -> Iterator[Finding]:
    """Looks whether what was accepted can still land."""
    feature = subject.feature
    if feature is None or feature.merged or feature.acceptance is None:
        return
    accepted = feature.acceptance
    try:
        for each in (accepted.feature_tip, accepted.target_tip, accepted.tree):
            subject.ports.branches.tree_of(each)
    except LookupError:
        yield Finding(
            Kind.ACCEPTANCE_GONE,
            f"What was accepted is not there any more ({each}).",
            feature.slug,
            place=each,
            remedy="Accept it again:",
            commands=(f"spec-kitty accept --feature {feature.slug}",),
        )


def landed(subject: Subject) -> Iterator[Finding]:
    """Looks whether a merged feature is in its target; a target that was renamed holds it too."""
    feature, known = subject.feature, subject.ports.branches
    if feature is None or not feature.merged or feature.merge is None:
        return
    commit, target = feature.merge.commit, feature.target_branch
    if known.value(commit) is None:
        yield Finding(
            Kind.COMMIT_MISSING,
            f"The commit {commit}, with which the feature landed, is missing.",
            feature.slug,
            place=commit,
            remedy="Fetch it from a clone that has it, or from a backup.",
        )
    elif not any(tip and known.is_ancestor(commit, tip) for tip in _targets(subject)):
        yield Finding(
            Kind.TARGET_REWOUND,
            f"The feature landed as {commit[:12]}, but {target} does not hold that any more.",
            feature.slug,
            place=f"refs/heads/{target}",
            remedy=f"If that was not meant, bring it back on {target}:",
            commands=(f"git merge {commit}",),
        )


def _targets(subject: Subject) -> Iterator[str | None]:
    yield subject.target_tip
    default = subject.ports.branches.default_branch()
    yield subject.ports.branches.value(f"refs/heads/{default}") if default else None


def policies(subject: Subject) -> Iterator[Finding]:
    """Looks whether each policy is the one whose digest names it."""
    digest = subject.ports.system.digest
    for name, text in subject.feature.policies.items() if subject.feature else ():
        if digest(text.encode())[: len(name)] != name:
            yield Finding(
                Kind.POLICY_ALTERED,
                f"The policy {name} is not the one that its name was made of.",
                subject.slug,
            )

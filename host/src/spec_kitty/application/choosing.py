"""Owns which feature a person means who does not name one.

The folder says it (a workspace belongs to one feature), then the branch, then that only one
feature is open. What neither says is not guessed: the refusal lists what could be meant.
"""

from __future__ import annotations

import re

from spec_kitty.application.committing import told_draft
from spec_kitty.domain.record import Record
from spec_kitty.domain.refusals import ErrorCode, Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from spec_kitty.application.host import Host

_PACKAGE_SUFFIX = re.compile(r"-WP[0-9]+$")
_MAX_LISTED = 20
_MAX_TOLD = 3


class Candidate(Record):
    """Is a feature that could be meant; an open one is not merged."""

    slug: str
    open: bool


class Place(Record):
    """Is where a person stands: the workspace's name and the branch, where there are such."""

    workspace: str | None = None
    branch: str | None = None


def chosen_feature(host: Host) -> str:
    """Returns the feature that is meant here. Raises Refusal (USAGE_ERROR, NOT_A_PROJECT)."""
    whereabouts = host.ports.whereabouts
    place = Place(whereabouts.workspace(), whereabouts.branch())
    slugs = host.project.slugs()
    said = said_by(place, slugs)
    if said is not None:
        return said
    if not slugs:
        raise _none_yet(host)
    return choose(tuple(Candidate(slug, _is_open(host, slug)) for slug in slugs))


def _none_yet(host: Host) -> Refusal:
    branch = host.project.default_target()
    drafts = host.ports.drafts.slugs()
    told = [told_draft(host.ports, slug, branch) for slug in drafts[:_MAX_TOLD]]
    return Refusal(
        ErrorCode.USAGE_ERROR,
        "There is no feature yet. Create one with 'spec-kitty feature create \"My feature\"' "
        "and commit it."
        if not drafts
        else " ".join(["No feature is committed yet.", *filter(None, told)]),
        candidates=[],
        drafts=list(drafts),
    )


def said_by(place: Place, slugs: tuple[str, ...]) -> str | None:
    """Returns the feature that the folder or else the branch belongs to."""
    for name in (place.workspace, place.branch):
        if name is None:
            continue
        for slug in (_PACKAGE_SUFFIX.sub("", name), name):
            if slug in slugs:
                return slug
    return None


def choose(candidates: tuple[Candidate, ...]) -> str:
    """Returns the only open feature of several, or the only one; refuses to guess (USAGE_ERROR)."""
    meant = [each.slug for each in candidates if each.open] or [each.slug for each in candidates]
    if len(meant) == 1:
        return meant[0]
    listed = ", ".join(meant[:_MAX_LISTED]) + (" and more" if len(meant) > _MAX_LISTED else "")
    raise Refusal(
        ErrorCode.USAGE_ERROR,
        f"It is not clear which feature is meant: {listed}. Name one with --feature, or change "
        "to one of its workspaces or branches.",
        candidates=meant,
    )


def _is_open(host: Host, slug: str) -> bool:
    """A journal that cannot be read does not keep people from the other features."""
    try:
        feature = host.ports.reading.read(slug).feature
    except Refusal:
        return True
    return feature is None or not feature.merged

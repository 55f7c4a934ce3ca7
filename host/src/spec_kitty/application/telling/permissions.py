"""Owns what a program is told beforehand of the project's policy: whether it would be let."""

from __future__ import annotations

from spec_kitty.domain.project_policy import check_policy
from spec_kitty.domain.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.application.desk import Desk
    from spec_kitty.domain.policy.metadata import PolicyMetadata

    Data = dict[str, Any]


def permission(desk: Desk, policy: PolicyMetadata) -> Data:
    """Returns whether changes with this metadata are allowed, else what POLICY_DENIED would say."""
    project = desk.settings.policy
    denial = None
    try:
        check_policy(project, policy)
    except Refusal as refusal:
        denial = refusal
    facts = denial.facts if denial else {}
    return {
        "feature_slug": desk.slug,
        "allowed": denial is None,
        "rule": facts.get("rule"),
        "message": denial.message if denial else None,
        "value": facts.get("value"),
        "allowed_values": facts.get("allowed"),
        "independent_review": project.independent_review,
    }

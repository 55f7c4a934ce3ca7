"""Owns what a call that moves a work package is told, whichever move it was."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from spec_kitty.domain.feature import Feature


def moved(
    before: Feature, after: Feature, package: str, no_op: bool, **facts: Any
) -> dict[str, Any]:
    """Returns where the work package stood and stands, with the facts of this move."""
    now = after.package(package)
    return {
        "feature_slug": after.slug,
        "wp_id": package,
        "from_lane": before.package(package).lane.public,
        "to_lane": now.lane.public,
        **facts,
        "attempt": now.attempt,
        "no_op": no_op,
    }

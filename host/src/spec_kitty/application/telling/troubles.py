"""Owns what a look at a feature sees of what `doctor` finds: where a next step would be refused.

Only what costs next to nothing is looked at; whoever shows a feature then names `doctor` and no
next step. What the plan itself says is told elsewhere.
"""

from __future__ import annotations

from spec_kitty.application.beginnings import told_begun
from spec_kitty.domain.refusals import Refusal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from spec_kitty.application.host import Host
    from spec_kitty.application.ports import Ports
    from spec_kitty.application.reading import Reading


def troubles(host: Host, reading: Reading) -> tuple[str, ...]:
    """Says what is wrong around a feature that is not merged, a sentence each."""
    if reading.desk.feature.merged:
        return ()
    return tuple(_found(host.ports, reading))


def _found(ports: Ports, reading: Reading) -> Iterator[str]:
    desk = reading.desk
    if reading.cursor is None:
        begun = told_begun(ports, desk.slug)
        if begun is not None:
            yield begun
    try:
        _ = desk.settings
    except Refusal as refusal:
        yield refusal.message
    recorded, now = desk.feature.feature_tip, desk.feature_tip
    if recorded not in (None, now) and ports.journal.intent(desk.slug) is None:
        moved = "is not where its journal left it" if now else "is gone"
        yield f"The branch {desk.slug} {moved}."
    for path in ports.upkeep.misshapen():
        yield f"{path} is not what the host keeps there."

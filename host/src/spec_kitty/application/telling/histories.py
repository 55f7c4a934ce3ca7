"""Owns how the journal is shown event by event."""

from __future__ import annotations

from spec_kitty.application.telling.sentences import sentence
from spec_kitty.domain.events import package_of
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import Any

    from spec_kitty.application.host import Host
    from spec_kitty.domain.events import Event


def events(host: Host, slug: str, after: str | None) -> Iterator[tuple[str, Event]]:
    """Returns the events after a cursor, oldest first; of a feature without any, none.

    Raises Refusal: FEATURE_NOT_FOUND, USAGE_ERROR for a foreign cursor, JOURNAL_DAMAGED.
    """
    if not host.ports.reading.exists(slug):
        host.project.target_of(slug)
    return host.ports.reading.events(slug, after)


def newest(host: Host, slug: str, count: int) -> tuple[Sequence[tuple[str, Event]], int]:
    """Returns the last events, the newest last, and how many came before them; raises as `events`.

    However long the journal is, no more than these are read.
    """
    if not host.ports.reading.exists(slug):
        host.project.target_of(slug)
    found = host.ports.reading.newest(slug, count)
    return found, found[0][1].sequence - 1 if found else 0


def event_data(cursor: str, event: Event) -> dict[str, Any]:
    """Returns an event as programs see it."""
    return {
        "cursor": cursor,
        "sequence": event.sequence,
        "at": event.at,
        "type": type(event.fact).__name__,
        "wp_id": package_of(event.fact),
        "actor": event.caller.actor,
        "person": event.caller.person,
        "agent": event.caller.agent,
        "run_id": event.caller.run_id,
        "policy": event.caller.policy,
        "sentence": sentence(event),
        "facts": plain(event.fact),
        "refs": [move.as_fact() for move in event.refs],
    }


def plain(value: object) -> Any:
    """Returns a record as JSON data, every field named; lanes by their public names."""
    from spec_kitty.domain.lanes import Lane

    if isinstance(value, Record):
        return {field: plain(getattr(value, field)) for field in value.__match_args__}
    if isinstance(value, tuple):
        return [plain(item) for item in value]
    return value.public if isinstance(value, Lane) else value

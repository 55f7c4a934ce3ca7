"""Owns the one line of JSON by which a journal commit carries its event."""

from __future__ import annotations

from spec_kitty.adapters.journal.codec import (
    Undecodable,
    decode,
    decoders_of,
    dump,
    encode,
    know,
    load,
)
from spec_kitty.domain import events as events_module
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_FACTS: dict[str, type[Record]] = {kind.__name__: kind for kind in events_module.Fact.__args__}
know({"RefMove": events_module.RefMove})


def encode_event(event: events_module.Event) -> bytes:
    """Returns the event as the one line that its commit message carries."""
    plain = encode(event, without=("fact",))
    plain["format"] = events_module.FORMAT
    plain["type"] = type(event.fact).__name__
    plain["fact"] = encode(event.fact)
    return dump(plain)


def decode_event(line: bytes | str) -> events_module.Event:
    """Returns the event of a commit message's line. Raises Undecodable."""
    plain = load(line)
    if not isinstance(plain, dict) or plain.get("format") != events_module.FORMAT:
        raise Undecodable("an event of a format that this version does not know")
    name = plain.pop("type", None)
    kind = _FACTS.get(name) if isinstance(name, str) else None
    if kind is None:
        raise Undecodable("an event of a type that this version does not know")
    fact: Any = decode(kind, plain.pop("fact", None))
    try:
        known = {
            name: plain[name] if decoder is None else decoder(plain[name])
            for name, decoder in decoders_of(events_module.Event)
            if name in plain
        }
        return events_module.Event(fact=fact, **known)
    except (TypeError, ValueError) as error:
        raise Undecodable(str(error)) from None

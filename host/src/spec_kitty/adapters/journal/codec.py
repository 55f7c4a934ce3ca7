"""Owns the bytes of the journal: records as canonical JSON, and back.

A record's fields are read from its annotations, so a new field needs no code here. Fields that
have their default value are left out; fields that this version does not know are ignored. The
same record always gives the same bytes.
"""

from __future__ import annotations

import json
from enum import StrEnum

from spec_kitty.domain import feature as feature_module
from spec_kitty.domain.lanes import Lane
from spec_kitty.domain.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any, TypeVar

    Decoder = Callable[[Any], Any]
    R = TypeVar("R", bound=Record)

_NAMES: dict[str, Any] = {
    name: value
    for name, value in vars(feature_module).items()
    if isinstance(value, type) and issubclass(value, (Record, StrEnum))
} | {"Lane": Lane}
_PLAIN = ("str", "int", "float", "bool", "Mapping[str, str]")
_DECODERS: dict[type, tuple[tuple[str, Decoder | None], ...]] = {}


class Undecodable(Exception):
    """Reports bytes that are not what this program writes."""


def dump(value: Any) -> bytes:
    """Returns canonical JSON: sorted keys, no spaces, ASCII only, one line."""
    return json.dumps(value, sort_keys=True, separators=(",", ":")).encode()


def load(data: bytes | str) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise Undecodable(f"not JSON: {error}") from None


def encode(record: Record, without: tuple[str, ...] = ()) -> dict[str, Any]:
    """Returns the record as JSON data."""
    plain: dict[str, Any] = {}
    defaults = record._defaults
    for field in record.__match_args__:
        value = getattr(record, field)
        if field in without or (field in defaults and value == defaults[field]):
            continue
        plain[field] = _plain(value)
    return plain


def _plain(value: Any) -> Any:
    if isinstance(value, Record):
        return encode(value)
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def decode(kind: type[R], plain: Any) -> R:
    """Returns the record that the JSON data describes. Raises Undecodable."""
    if not isinstance(plain, dict):
        raise Undecodable(f"{kind.__name__} is not an object")
    fields = decoders_of(kind)
    try:
        return kind(
            **{
                name: plain[name] if decoder is None else decoder(plain[name])
                for name, decoder in fields
                if name in plain
            }
        )
    except (TypeError, ValueError) as error:
        raise Undecodable(f"{kind.__name__}: {error}") from None


def know(kinds: Mapping[str, type[Record]]) -> None:
    """Adds records that annotations may name."""
    _NAMES.update(kinds)


def decoders_of(kind: type[Record]) -> tuple[tuple[str, Decoder | None], ...]:
    """Returns each field of a record with what decodes it; None for plain values."""
    return _DECODERS.get(kind) or _compile(kind)


def _compile(kind: type[Record]) -> tuple[tuple[str, Decoder | None], ...]:
    annotations: dict[str, str] = kind.__annotations__
    fields = tuple(
        (field, _decoder(annotations[field]))
        for field in kind.__match_args__
        if annotations[field] != "Fact"
    )
    _DECODERS[kind] = fields
    return fields


def _decoder(annotation: str) -> Decoder | None:
    name = annotation.removesuffix(" | None")
    if name in _PLAIN:
        return None
    if name.startswith("tuple["):
        item = _decoder(name.removeprefix("tuple[").removesuffix(", ...]"))
        return tuple if item is None else lambda values: tuple(map(item, values))
    kind = _NAMES.get(name)
    if kind is None:
        # Mappings of records are stored as files of their own, never inline.
        return None
    if issubclass(kind, StrEnum):
        return kind if name == annotation else lambda value: None if value is None else kind(value)
    return lambda value: None if value is None else decode(kind, value)
